internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import Relay
internal import Sandbox
internal import ServiceLifecycle
internal import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a pretend provider alone.",
        discussion: """
            An authorisation server, a submission server and the doors where mail is read (IMAP and POP3; an INBOX holds what was taken for its addresses), which \
            answer as Microsoft's or Google's do, for trying other programs against. It has the demo's company; refresh tokens for its mailboxes, the client ids and secrets, a mailbox that the app-only one opens, and the certificate authority to trust are printed at start. All of them are \
            new with every start, and what was consented to before is forgotten.

            Every request it saw is at /_sandbox/requests (secrets as their lengths), and things go wrong on demand:
              curl --cacert CA.pem -d 'door=token&effect=status&status=503&retry_after=30&times=3' https://localhost:PORT/_sandbox/faults
              curl --cacert CA.pem -d 'door=token&effect=delay&milliseconds=5000&login=ann@fabrikam.example' https://localhost:PORT/_sandbox/faults
              curl --cacert CA.pem -X DELETE https://localhost:PORT/_sandbox/faults
            Doors: authorize, token, device, code-entry, keys, metadata, userinfo, revoke. Effects: status, delay, drop, accept-then-drop, garbage. And imap and \
            pop3, with unavailable, delay and drop.

            How it behaves is turned with --habit NAME=VALUE, and while it runs:
              curl --cacert CA.pem https://localhost:PORT/_sandbox/habits
              curl --cacert CA.pem -d 'messages-per-minute=30&send-as-denial=rewritten' https://localhost:PORT/_sandbox/habits
            The habits, each with Microsoft's and Google's:
            \(habitWords)

            Examples:
              mandate sandbox --habit messages-per-minute=30 --habit access-token-lifetime=60
              mandate sandbox --smtp-port 1587 --web-port 1443 --messages /tmp/received
              mandate sandbox --authority CA.pem --certificate tracker.crt
              mandate sandbox --flavour google --authority CA.pem --service-account-key key.json
            """)

    @Option(help: "Where it takes mail; 0 is any free port.") var smtpPort = 0
    @Option(help: "Where mail is read over IMAP, with TLS from the start; 0 is any free port.") var imapPort = 0
    @Option(help: "Where mail is read over POP3, with TLS from the start; 0 is any free port.") var popPort = 0
    @Option(help: "Where it gives consent and tokens; 0 is any free port.") var webPort = 0
    @Option(help: "Whose manners: microsoft or google.") var flavour = Habits.Flavour.microsoft
    @Option(
        help: ArgumentHelp(
            "A redirect URI that its application for consents has registered, to the letter; repeat it. Unless given, any on this machine.",
            valueName: "URI"))
    var redirectURI: [String] = []
    @Option(help: "A folder that gets each message it takes as a file.") var messages: String?
    @Option(help: ArgumentHelp("Where to write the certificate authority (PEM).", valueName: "file"), completion: .file())
    var authority: String?
    @Option(
        help: ArgumentHelp("A certificate (PEM) that both applications may sign with in place of a secret.", valueName: "file"),
        completion: .file())
    var certificate: String?
    @Option(
        help: ArgumentHelp("Google: where to write a service account's new key file (JSON).", valueName: "file"), completion: .file())
    var serviceAccountKey: String?

    @Option(name: .customLong("habit"), help: ArgumentHelp("How it behaves where providers differ; repeat it.", valueName: "name=value"))
    var habits: [String] = []

    func validate() throws {
        do throws(Habit.Failure) { _ = try chosenHabits() } catch { throw ValidationError(error.description) }
        if serviceAccountKey != nil, flavour != .google { throw ValidationError("service accounts are Google's: --flavour google") }
    }

    func run() async throws {
        let live = Live.current
        var settings = SandboxSettings()
        settings.submissionPort = smtpPort
        settings.tokenPort = webPort
        settings.imapPort = imapPort
        settings.popPort = popPort
        settings.habits = try chosenHabits()
        settings.isControlled = true
        settings.messageFolder = messages
        let log = LogOutput(LogOutput.Manner(), live).logger("sandbox")
        let sandbox = try Sandbox(
            Company.tenant(), settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator, logger: log)
        let pem = try certificate.map { String(decoding: try InputFile($0, live).readAll(limit: 64 * 1024), as: UTF8.self) }
        sandbox.changeTenant { [redirectURI] in
            $0.applications[0].redirectURIs += redirectURI
            $0.applications[0].allowsAnyLocalRedirect = redirectURI.isEmpty
            if let pem { for index in $0.applications.indices { $0.applications[index].certificates.append(pem) } }
        }
        try await sandbox.start()
        if let serviceAccountKey { try PretendServiceAccount.register(at: sandbox, keyFile: serviceAccountKey) }
        let authorityFile =
            authority ?? FileManager.default.temporaryDirectory.appending(path: "mandate-sandbox-\(sandbox.submissionPort).pem").path
        try sandbox.authority.writeCertificate(to: authorityFile)
        live.output("issuer          \(sandbox.issuer)")
        live.output("token endpoint  \(sandbox.tokenEndpoint)")
        live.output("submission      \(sandbox.submissionHost):\(sandbox.submissionPort) STARTTLS, XOAUTH2")
        live.output("imap            \(sandbox.submissionHost):\(sandbox.imapPort) TLS, XOAUTH2")
        live.output("pop3            \(sandbox.submissionHost):\(sandbox.popPort) TLS, XOAUTH2")
        if flavour == .microsoft {
            live.output("app-only        \(Company.familyClientID) secret \(Company.familySecret), opens \(Company.familyLogin)")
        }
        if let serviceAccountKey { live.output("service account \(PretendServiceAccount.address), its key in \(serviceAccountKey)") }
        live.output("consent         \(Company.clientID) secret \(Company.consentSecret)")
        var refreshToken = ""
        for login in Company.logins.reversed() {
            refreshToken = try sandbox.consent(login: login, clientID: Company.clientID)
            live.output("refresh token   \(login) \(refreshToken)")
        }
        live.say(invitation(sandbox, authorityFile, refreshToken, live))
        if authority == nil { live.output(sandbox.authority.certificatePEM) }
        let configuration = ServiceGroupConfiguration(
            services: [ServiceGroupConfiguration.ServiceConfiguration(service: sandbox)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log)
        try await ServiceGroup(configuration: configuration).run()
    }
}

extension SandboxCommand {
    /// How a store of one's own comes to use it, in commands that work as they stand; the last refresh token printed is the tracker's.
    private func invitation(_ sandbox: Sandbox, _ authority: String, _ refreshToken: String, _ live: Live) -> String {
        let isGoogle = flavour == .google
        let api = isGoogle ? "--gmail-api \(sandbox.baseAddress)" : "--graph-api \(sandbox.baseAddress)/v1.0"
        let tenant = isGoogle ? "" : " --tenant \(Company.tenantID)"
        return """
            To use it, in another terminal:
            \(live.pathLine.map { "  \($0)\n" } ?? "")\
              export MANDATE_STORE=$(mktemp -d)/store
              mandate init
              mandate providers add pretend --kind \(flavour.defaultValueDescription) --issuer \(sandbox.issuer) --trust \(authority.shellQuoted) \
            --smtp localhost:\(sandbox.submissionPort)/starttls --imap localhost:\(sandbox.imapPort)/tls --pop localhost:\(sandbox.popPort)/tls \(api)
              echo \(Company.consentSecret) | mandate applications add pretend --provider pretend\(tenant) --client-id \(Company.clientID) \
            --domain fabrikam.example --secret-from -
              echo \(refreshToken) | mandate grants add tracker --application pretend --kind consent --principal \(Company.logins[0]) \
            --refresh-token-from -
              mandate mailboxes add \(Company.logins[0]) --grant tracker
              mandate mailboxes check \(Company.logins[0]) --outgoing --incoming
            Then `mandate serve`, and `mandate doctor` for what else a store needs.

            """
    }

    /// The flavour's, with what was asked for.
    private func chosenHabits() throws(Habit.Failure) -> Habits {
        var chosen: Habits = flavour == .google ? .google : .microsoft
        try chosen.change(
            habits.map { text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (name: parts[0], value: parts.count == 2 ? parts[1] : "")
            })
        return chosen
    }

    fileprivate static let habitWords = Habit.all.map { habit in
        "  \(habit.name)=\(habit.values): \(habit.meaning) (\(habit.value(in: .microsoft)); Google's \(habit.value(in: .google)))"
    }.joined(separator: "\n")
}

extension Habits.Flavour: ExpressibleByArgument {
    init?(argument: String) {
        switch argument.lowercased() {
        case "microsoft": self = .microsoft
        case "google": self = .google
        default: return nil
        }
    }

    static let allValueStrings = ["microsoft", "google"]
    var defaultValueDescription: String { self == .google ? "google" : "microsoft" }
}
