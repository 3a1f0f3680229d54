internal import ArgumentParser
internal import Logging
internal import PostgresEngine
internal import Relay
internal import Store
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service: take mail in, see the spool through, renew tokens, take the answers of consents.",
        discussion: """
            Stays in the foreground and logs to standard error; stop it with SIGTERM or Ctrl-C, and messages under way settle first. Changes made by \
            other commands are seen within a second. After a crash, messages that were under way are sent again and shown as unknown.

            Old programs hand their mail over by SMTP at 127.0.0.1:2525 (AUTH PLAIN or LOGIN with a client's name and its key, from `mandate clients add`), \
            with `mandate sendmail`, or as files in a pickup folder. People find the console at public-url (`mandate clients add NAME --password --role \
            administrator` lets one in), programs the API below its /v1, monitors /metrics, /healthz and /readyz.

            The configuration is a YAML file: --config, MANDATE_CONFIG, or serve.yaml in the store. Every key has a variable that overrides it \
            (MANDATE_SMTP_LISTEN for smtp.listen), and --set overrides both. A path in the file that does not begin with / goes on from the file's folder, \
            one in a variable or --set from the current one. SIGHUP reads file and certificates again without ending a connection; \
            a mistake in them changes nothing; it takes http.certificate and http.key, smtp.listen, listen-tls, certificate, key, allow-clear, connections and timeout \
            and log.level and log.format anew, the others hold from the next start. At SIGTERM messages under way have 30 seconds. The keys, and what holds without them:

            \(ServeKey.table)

            The log has one line for each message that is accepted or refused and one for each attempt: `accepted`, `refused`, `sent`, `waits`, `held`, `given up`, with \
            these facts as key=value; with --log-format json each line is an object with `time`, `level`, `event` and these keys. No subject, no text and no \
            secret is ever in it.

            \(LogKey.table)

            Examples:
              mandate serve --store /var/lib/mandate
              mandate serve --set smtp.listen=127.0.0.1:2500 --set pickup.folder=/var/spool/batchmail
              mandate serve --log-level notice --log-format json 2>>/var/log/mandate.json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file()) var config: String?
    @Option(help: ArgumentHelp("A key of the configuration for this run; repeat it.", valueName: "KEY=VALUE")) var set: [String] = []
    @Option(help: "trace, debug, info, notice, warning, error or critical: log.level for this run.", transform: ServeCommand.level)
    var logLevel: Logger.Level?
    @Option(help: "text or json: log.format for this run.") var logFormat: LogFormat?

    func run() async throws {
        let live = Live.current
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let folder = try options.location(live).folder
        let reading = ConfigurationReading(file: config, settings: settings, store: folder, live: live)
        let opened = try await options.open(live)
        let configuration = try await reading.read()
        let output = LogOutput(configuration.log, live)
        let log = output.logger()
        let again = reading.again
        let lock = try await FolderLock.node(configuration.node, of: folder, live)
        try await sayWhatIsPromised(opened.store, log)
        let term = try await ServiceTerm.take(of: opened.store, node: configuration.node, live: live, log: log)
        FileLimit.raise()
        let service = try await RelayService(
            store: opened.store, vault: opened.vault, node: configuration.node, domain: configuration.domain,
            checkpointFile: configuration.checkpoint,
            live: live, log: log)
        let ways = try WaysIn(service, configuration, live: live, log: log)
        log.notice("serving \(opened.store.place)")
        // Stopped in reverse: the doors close first, then the spool settles.
        let services: [any Service] =
            (term.map { [$0] } ?? []) + [service] + ways.services + [
                Reloading(signals: hangups, reading: again, ways: ways, output: output, log: log)
            ]
        var group = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        // A server may take ten minutes to answer the end of a message; whoever stops a service waits no longer than an init system does.
        group.maximumGracefulShutdownDuration = .seconds(60)
        let end: Result<Void, any Error>
        do { end = .success(try await ServiceGroup(configuration: group).run()) } catch { end = .failure(error) }
        await term?.drop()
        try await opened.store.close()
        try end.get()
        _ = consume lock
    }

    /// Nobody is answered with a promise that the database does not keep.
    private func sayWhatIsPromised(_ store: DatabaseStore, _ log: Logger) async throws {
        guard let report = try await PostgresStore.report(on: store) else { return }
        if let objection = report.objection {
            throw CommandFailure(.unavailable, "the store was made to have messages \(report.promise.rawValue): \(objection)")
        }
        log.notice("PostgreSQL \(report.version), durability \(report.durability.words)")
        if report.isPooled { log.notice("a pooler is between: nothing is prepared, which costs speed") }
    }

    @Sendable private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            throw ValidationError("choose one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }

    private var settings: [String] {
        self.set + (logLevel.map { ["\(ServeKey.logLevel.rawValue)=\($0.rawValue)"] } ?? [])
            + (logFormat.map { ["\(ServeKey.logFormat.rawValue)=\($0.rawValue)"] } ?? [])
    }
}

extension LogFormat: ExpressibleByArgument {}
