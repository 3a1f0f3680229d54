internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import Sandbox
internal import ServiceLifecycle
internal import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run the pretend provider alone.",
        discussion: """
            A token endpoint and a submission server that answer as Microsoft's do, for trying other programs against. It has the demo's company; refresh tokens for its
            mailboxes, the client ids and secrets, and the certificate authority to trust are printed at start.

            Example:
              mandate sandbox --smtp-port 1587 --token-port 1443 --messages /tmp/received
            """)

    @Option(help: "Where it takes mail; 0 is any free port.") var smtpPort = 0
    @Option(help: "Where it gives tokens; 0 is any free port.") var tokenPort = 0
    @Option(help: "A folder that gets each message it takes as a file.") var messages: String?
    @Option(help: "Where to write the certificate authority (PEM).") var authority: String?

    func run() async throws {
        let live = Live.current
        var settings = SandboxSettings()
        settings.submissionPort = smtpPort
        settings.tokenPort = tokenPort
        settings.messageFolder = messages
        let log = Logger(label: "sandbox")
        let sandbox = try Sandbox(
            Company.tenant(), settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator, logger: log)
        try await sandbox.start()
        if let authority { try sandbox.authority.writeCertificate(to: authority) }
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
