internal import ArgumentParser
internal import Logging
internal import Relay
internal import SQLiteStore
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service: see the spool through and renew tokens.",
        discussion: """
            Stays in the foreground and logs to standard error; stop it with SIGTERM or Ctrl-C, and messages under way settle first. Changes made by
            other commands are seen within a second. After a crash, messages that were under way are sent again and shown as unknown.

            Example:
              mandate serve --store /var/lib/mandate
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "Names this machine's part of the store; two services on one store need two names.") var node = "main"

    func run() async throws {
        let live = Live.current
        let log = Logger(label: "mandate")
        let opened = try await options.open(live)
        let service = try await RelayService(store: opened.store, vault: opened.vault, node: node, live: live, log: log)
        log.notice("serving \(opened.store.path)")
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [ServiceGroupConfiguration.ServiceConfiguration(service: service)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: log))
        try await group.run()
        try await opened.store.close()
    }
}
