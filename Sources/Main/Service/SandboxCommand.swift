internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import Sandbox
internal import ServiceLifecycle
internal import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run a pretend provider alone.",
        discussion: """
            An authorisation server and a submission server that answer as Microsoft's or Google's do, for trying other programs against. It has the demo's \
            company; refresh tokens for its mailboxes, the client ids and secrets, and the certificate authority to trust are printed at start.

            Every request it saw is at /_sandbox/requests (secrets as their lengths), and things go wrong on demand:
              curl -d 'door=token&effect=status&status=503&retry_after=30&times=3' https://localhost:PORT/_sandbox/faults
              curl -d 'door=token&effect=delay&milliseconds=5000&login=ann@fabrikam.example' https://localhost:PORT/_sandbox/faults
              curl -X DELETE https://localhost:PORT/_sandbox/faults
            Doors: authorize, token, device, code-entry, keys, metadata, userinfo, revoke. Effects: status, delay, drop, accept-then-drop, garbage.

            Examples:
              mandate sandbox --smtp-port 1587 --web-port 1443 --messages /tmp/received
              mandate sandbox --flavour google --redirect-uri http://localhost:8025/OAuth2/app-tracker
            """)

    @Option(help: "Where it takes mail; 0 is any free port.") var smtpPort = 0
    @Option(help: "Where it gives consent and tokens; 0 is any free port.") var webPort = 0
    @Option(help: "Whose manners: microsoft or google.") var flavour = Habits.Flavour.microsoft
    @Option(help: ArgumentHelp("A redirect URI that its application for consents has registered; repeat it.", valueName: "URI"))
    var redirectURI: [String] = []
    @Option(help: "A folder that gets each message it takes as a file.") var messages: String?
    @Option(help: "Where to write the certificate authority (PEM).") var authority: String?

    func run() async throws {
        let live = Live.current
        var settings = SandboxSettings()
        settings.submissionPort = smtpPort
        settings.tokenPort = webPort
        settings.habits = flavour == .google ? .google : .microsoft
        settings.isControlled = true
        settings.messageFolder = messages
        let log = Logger(label: "sandbox")
        let sandbox = try Sandbox(
            Company.tenant(), settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator, logger: log)
        sandbox.changeTenant { [redirectURI] in $0.applications[0].redirectURIs += redirectURI }
        try await sandbox.start()
        if let authority { try sandbox.authority.writeCertificate(to: authority) }
        live.output("issuer          \(sandbox.issuer)")
        live.output("token endpoint  \(sandbox.tokenEndpoint)")
        live.output("submission      \(sandbox.submissionHost):\(sandbox.submissionPort) STARTTLS, XOAUTH2")
        live.output("app-only        \(Company.familyClientID) secret \(Company.familySecret)")
        live.output("consent         \(Company.clientID) secret \(Company.consentSecret)")
        for login in Company.logins {
            live.output("refresh token   \(login) \(try sandbox.consent(login: login, clientID: Company.clientID))")
        }
        if authority == nil { live.output(sandbox.authority.certificatePEM) }
        let configuration = ServiceGroupConfiguration(
            services: [ServiceGroupConfiguration.ServiceConfiguration(service: sandbox)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log)
        try await ServiceGroup(configuration: configuration).run()
    }
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
