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
    @Option(
        help: ArgumentHelp("Write the journal's head there each hour and at stop, for `audit verify --checkpoint`.", valueName: "file"),
        completion: .file()) var checkpoint: String?

    func run() async throws {
        let live = Live.current
        let log = Logger(label: "mandate")
        let opened = try await options.open(live)
        let lock = try NodeLock(node: node, of: try options.location(live).folder)
        let service = try await RelayService(
            store: opened.store, vault: opened.vault, node: node, checkpointFile: checkpoint, live: live, log: log)
        log.notice("serving \(opened.store.path)")
        var configuration = ServiceGroupConfiguration(
            services: [ServiceGroupConfiguration.ServiceConfiguration(service: service)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log)
        // A server may take ten minutes to answer the end of a message; whoever stops a service waits no longer than an init system does.
        configuration.maximumGracefulShutdownDuration = .seconds(60)
        try await ServiceGroup(configuration: configuration).run()
        try await opened.store.close()
        _ = consume lock
    }
}
