internal import ArgumentParser
internal import Logging
internal import Relay
internal import SQLiteStore
internal import ServiceLifecycle
internal import UnixSignals
internal import WebGateway

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service: see the spool through, renew tokens, take the answers of consents.",
        discussion: """
            Stays in the foreground and logs to standard error; stop it with SIGTERM or Ctrl-C, and messages under way settle first. Changes made by \
            other commands are seen within a second. Consents come back to the port of `public-url` (http://localhost:8025 unless set), on loopback \
            unless --http-host says otherwise. After a crash, messages that were under way are sent again and shown as unknown.

            Example:
              mandate serve --store /var/lib/mandate
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "Names this machine's part of the store; two services on one store need two names.") var node = "main"
    @Option(
        help: ArgumentHelp("Write the journal's head there each hour and at stop, for `audit verify --checkpoint`.", valueName: "file"),
        completion: .file()) var checkpoint: String?

    @Option(help: "Where it listens for browsers.") var httpHost = "127.0.0.1"
    @Option(help: "Its port; that of public-url unless given, or 8025 behind a proxy; 0 is any free one.") var httpPort: Int?

    func validate() throws {
        if let httpPort, !(0...65535).contains(httpPort) { throw ValidationError("--http-port is between 0 and 65535") }
    }

    func run() async throws {
        let live = Live.current
        let log = Logger(label: "mandate")
        let opened = try await options.open(live)
        let lock = try FolderLock.node(node, of: try options.location(live).folder)
        let service = try await RelayService(
            store: opened.store, vault: opened.vault, node: node, checkpointFile: checkpoint, live: live, log: log)
        let gateway = PatientGateway(gateway: service.gateway(host: httpHost, port: httpPort), log: log, live: live)
        log.notice("serving \(opened.store.path)")
        var configuration = ServiceGroupConfiguration(
            services: [
                ServiceGroupConfiguration.ServiceConfiguration(service: service),
                ServiceGroupConfiguration.ServiceConfiguration(service: gateway),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        // A server may take ten minutes to answer the end of a message; whoever stops a service waits no longer than an init system does.
        configuration.maximumGracefulShutdownDuration = .seconds(60)
        try await ServiceGroup(configuration: configuration).run()
        try await opened.store.close()
        _ = consume lock
    }
}
