internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import Relay
internal import SQLiteEngine
internal import Store
internal import Sandbox
internal import ServiceLifecycle
internal import UnixSignals

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Try everything: a pretend Microsoft, a small company, real messages.",
        discussion: """
            Starts the pretend provider, makes a store, fills it with a small company, hands over every message of a folder and compares what the provider received with what
            was decided: header byte for byte, body by SHA-256. Then a right to send is revoked, a consent withdrawn and the provider stopped, each while a
            message is on its way; those arrive too, and the table says by which attempts. Ends with 0 only if all of it agrees. Without --once it then stays up with its
            console, its submission server and sendmail's socket, and says what to try.

            Examples:
              mandate demo --once
              mandate demo --messages ~/mail/samples
            """)

    /// Seconds until the queue must be empty. A machine that is busy with other things delays a message, and that is no difference to tell of.
    private static let patience: Double = 600

    @Flag(help: "Stop after the summary, and leave nothing behind.") var once = false
    @Option(help: ArgumentHelp("The messages: NAME.eml with NAME.json beside each.", valueName: "folder")) var messages: String?
    @OptionGroup var format: FormatOption
    @Flag(help: "In a terminal: every column of the table, and nothing broken into lines.") var wide = false

    func run() async throws {
        let live = Live.current
        let folder = FileManager.default.temporaryDirectory.appending(path: live.identifier("mandate-demo")).path
        let messages = try DemoMessage.all(in: self.messages ?? Self.messageFolder())
        do {
            let agreed = try await run(live, in: folder, messages)
            try FileManager.default.removeItem(atPath: folder)
            if !agreed { throw ExitStatus.found }
        } catch let error where !(error is ExitStatus) {
            if FileManager.default.fileExists(atPath: folder) { live.say("the demo's store is left for a look at \(folder)") }
            throw error
        }
    }

    /// `Fixtures/messages` of the folder we stand in, else of the checkout this was built from.
    private static func messageFolder(_ source: String = #filePath) -> String {
        let here = FileManager.default.currentDirectoryPath + "/Fixtures/messages"
        if FileManager.default.fileExists(atPath: here) { return here }
        return source.components(separatedBy: "/Sources/Main/")[0] + "/Fixtures/messages"
    }

    private func run(_ live: Live, in folder: String, _ messages: [DemoMessage]) async throws -> Bool {
        let visit = once ? nil : DemoVisit(folder, live)
        var settings = SandboxSettings()
        settings.messageFolder = visit?.received
        let sandbox = try Sandbox(
            Company.tenant(), settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator)
        sandbox.changeTenant { $0.applications[0].allowsAnyLocalRedirect = true }
        try await sandbox.start()
        let store = try await Self.makeStore(live, in: folder)
        let lock = try FolderLock.node(DemoVisit.node, of: folder)
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        let run = DemoRun(sandbox: sandbox, store: store, vault: vault, live: live)
        try await run.settle(Company(at: live.now(), provider: Self.provider(sandbox), live: live))
        try await visit?.admit(to: store, live)
        // The table tells; a warning here would be said twice.
        let log = LogOutput(LogOutput.Manner(level: .error), live).logger()
        let service = try await RelayService(store: store, vault: vault, node: DemoVisit.node, live: live, log: log)
        let ways = try await visit?.waysIn(service, live, log).services ?? []
        let agreed = try await withThrowingTaskGroup(of: Void.self) { group in
            var configuration = ServiceGroupConfiguration(
                services: ([service] + ways).map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                gracefulShutdownSignals: once ? [] : [.sigterm, .sigint], logger: log)
            configuration.maximumGracefulShutdownDuration = .seconds(60)
            let services = ServiceGroup(configuration: configuration)
            group.addTask { try await services.run() }
            let agreed = try await show(run, service, messages, live)
            if let visit { live.say(visit.invitation(live)) } else { await services.triggerGracefulShutdown() }
            try await group.waitForAll()
            return agreed
        }
        try await store.close()
        try await sandbox.stop()
        _ = consume lock
        return agreed
    }

    static func makeStore(_ live: Live, in folder: String) async throws -> DatabaseStore {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try KeyFile.make(at: KeyFile.path(beside: folder), live)
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        return try await SQLiteStore.create(at: folder, vault: vault, random: { live.randomBytes($0) })
    }

    static let providerID = ProviderID(trusted: "sandbox")

    /// The real provider's entry with other doors: the code that talks to it is the code that talks to the real one.
    static func provider(_ sandbox: Sandbox) -> Relay.Provider {
        let isGoogle = sandbox.settings.habits.flavour == .google
        let real = isGoogle ? Relay.Provider.google : .microsoft
        var provider = Relay.Provider(
            id: providerID, kind: real.kind, name: "Pretend \(real.name)",
            tokenEndpoint: sandbox.tokenEndpoint(tenant: "{tenant}"), authorization: real.authorization,
            smtp: MailEndpoint(host: sandbox.submissionHost, port: sandbox.submissionPort, security: .startTLS),
            imap: MailEndpoint(host: sandbox.submissionHost, port: sandbox.imapPort, security: .implicit),
            pop: MailEndpoint(host: sandbox.submissionHost, port: sandbox.popPort, security: .implicit), scopes: real.scopes,
            limits: real.limits, habits: real.habits)
        // It counts no messages a minute unless it is told to, and a demo must not take two.
        provider.limits.messagesPerMinute = sandbox.settings.habits.messagesPerMinute
        provider.apis = isGoogle ? [.gmail: sandbox.baseAddress] : [.graph: sandbox.baseAddress + "/v1.0"]
        provider.authorization.issuer = isGoogle ? sandbox.baseAddress : sandbox.baseAddress + "/{tenant}/v2.0"
        provider.authorization.authorizationEndpoint = sandbox.authorizationEndpoint(tenant: "{tenant}")
        provider.authorization.deviceEndpoint = sandbox.deviceEndpoint(tenant: "{tenant}")
        provider.authorization.revocationEndpoint = isGoogle ? sandbox.revocationEndpoint : nil
        provider.authorization.userinfoEndpoint = sandbox.userinfoEndpoint
        provider.authorization.keysEndpoint = sandbox.keysEndpoint(tenant: "{tenant}")
        provider.trustedCertificates = sandbox.authority.certificatePEM
        return provider
    }

    private func show(_ run: DemoRun, _ service: RelayService, _ messages: [DemoMessage], _ live: Live) async throws -> Bool {
        let began = live.now()
        let ordinary = messages.filter { $0.sidecar.during == nil }
        var passages = try await run.handOver(ordinary, to: service)
        var isSettled = try await run.settled(within: Self.patience)
        var lines = try await run.compare(passages, service.snapshots.current)
        for message in messages {
            guard let trouble = message.sidecar.during else { continue }
            live.say("\(message.name): \(trouble.words)")
            let passage = try await run.handOver(message, during: trouble, to: service)
            isSettled = try await run.settled(within: Self.patience) && isSettled
            isSettled = try await run.probed(within: Self.patience, service) && isSettled
            lines += try await run.compare([passage], service.snapshots.current)
            passages.append(passage)
        }
        let seconds = live.now().timeIntervalSince(began)
        let form = ListingForm(format: format.format, isWide: wide)
        try DemoTable.write(lines, form, live)
        try await DemoTable.writeUnauthorized(run.store, service.snapshots.current, form, live)
        let faults = lines.flatMap { line in line.faults.map { "\(line.message): \($0)" } }
        for fault in faults { live.complain(fault) }
        if !isSettled { live.complain("the queue was not empty after \(Int(Self.patience / 60)) minutes") }
        let record = run.sandbox.record
        let received = record.messages.count
        let accepted = passages.count { if case .success = $0.result { true } else { false } }
        if received != accepted { live.complain("\(accepted) messages were accepted and \(received) received") }
        live.say(
            "\(passages.count) messages handed over, \(accepted) accepted, \(received) received in \((seconds * 10).rounded() / 10) s over \(record.connections) "
                + "connections with \(record.tokensIssued) tokens; \(faults.isEmpty ? "everything as decided" : "\(faults.count) differences")"
        )
        return faults.isEmpty && isSettled && received == accepted
    }
}
