import CryptoExtras
import CurlTransmit
import Foundation
import Relay
import Sandbox
import TestSupport

@testable import Main

/// An administrator who begins with an empty store and one of the built-in providers, whose endpoints are at the pretend one, and nothing but commands.
struct GrantJourney: Sendable {
    static let ann = "ann@contoso.example"
    static let bob = "bob@contoso.example"
    static let clientID = "cccccccc-0000-0000-0000-000000000009"
    private static let tenantID = "11111111-2222-3333-4444-555555555555"

    let shell: Shell
    let sandbox: Sandbox
    let curl: CurlThread
    let provider: ProviderID
    /// Where browsers come back to.
    let port: Int
    let certificate: SelfSigned
    let serviceKey: String

    static func with(_ flavour: Habits, _ body: (GrantJourney) async throws -> Void) async throws {
        let live = Live.system()
        let port = try FreePorts.take()
        let certificate = try SelfSigned()
        let serviceKey = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        var settings = SandboxSettings()
        settings.habits = flavour
        // `slow_down` and the like are GrantKindTests'; here nobody waits for the wait.
        settings.habits.deviceInterval = 1
        let application = AppRegistration(
            clientID: clientID, name: "Tracker", secrets: [.init("s3cret")], appOnly: .everyMailbox,
            certificates: [certificate.pem],
            serviceAccount: .init(
                address: "mailer@project.example", publicKeyPEM: serviceKey.publicKey.pemRepresentation,
                scopes: ["https://mail.google.com/"]))
        let sandbox = try Sandbox(
            Tenant(
                id: tenantID, domains: ["contoso.example"], applications: [application],
                mailboxes: [HostedMailbox(ann), HostedMailbox(bob)]),
            settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator)
        try await sandbox.start()
        let curl = try CurlThread()
        let journey = GrantJourney(
            shell: try await Shell.withStore(), sandbox: sandbox, curl: curl,
            provider: (flavour.flavour == .google ? Relay.Provider.google : .microsoft).id,
            port: port, certificate: certificate, serviceKey: serviceKey.pemRepresentation)
        let result: Result<Void, any Error>
        do {
            try await journey.begin()
            result = .success(try await body(journey))
        } catch { result = .failure(error) }
        await curl.stop()
        try await sandbox.stop()
        try result.get()
    }

    private var isGoogle: Bool { provider == Relay.Provider.google.id }

    /// The built-in provider, its addresses moved to this machine and everything else as the catalogue has it.
    private func begin() async throws {
        let trust = try shell.file("ca.pem", sandbox.authority.certificatePEM)
        try await run(
            "providers", "set", provider.text, "--token-endpoint", sandbox.tokenEndpoint, "--authorization-endpoint",
            sandbox.authorizationEndpoint(tenant: Self.tenantID), "--device-endpoint", sandbox.deviceEndpoint(tenant: Self.tenantID),
            "--keys-endpoint", sandbox.keysEndpoint(tenant: Self.tenantID), "--userinfo-endpoint", sandbox.userinfoEndpoint, "--issuer",
            sandbox.issuer, "--smtp", "localhost:\(sandbox.submissionPort)/starttls", "--imap", "localhost:\(sandbox.imapPort)/tls",
            "--pop",
            "localhost:\(sandbox.popPort)/tls", "--trust", trust)
        try await run("settings", "set", "public-url", "http://localhost:\(port)")
        try await run("settings", "set", "EMAIL_FROM_USER_ID", Self.ann)
    }

    @discardableResult
    func run(_ words: String..., input: String = "") async throws -> Shell.Answer {
        let answer = await shell.run(words, input: input, at: Date())
        guard answer.status == 0 else { throw CommandFailure.data("\(words): \(answer.out)\(answer.err)") }
        return answer
    }

    func addApplication(_ credentials: [String]) async throws {
        let answer = await shell.run(
            ["applications", "add", "tracker", "--provider", provider.text] + credentials, at: Date())
        guard answer.status == 0 else { throw CommandFailure.data(answer.err) }
        // As told by `applications show`, which is what an administrator enters at the provider.
        let shown = try await run("applications", "show", "tracker").out
        let addresses = shown.split { $0.isWhitespace }.filter { $0.hasPrefix("http://localhost:\(port)/OAuth2/") }.map(String.init)
        sandbox.changeTenant { $0.applications[0].redirectURIs = addresses }
    }

    /// `grants authorize` as a program of its own; `person` does with its first line what a person would, and returns what is typed in.
    func authorize(_ way: String..., person: (String) async throws -> String?) async throws -> (status: Int32, words: String) {
        let (input, page, words) = (try ProgramPipe(), try ProgramPipe(), try ProgramPipe())
        let program = try Program(
            [try Premises.program(), "grants", "authorize", "ann", "--store", shell.store] + way,
            Program.Streams(
                input: input.reading.fileDescriptor, output: page.writing.fileDescriptor, errors: words.writing.fileDescriptor))
        var printed = ""
        var isAnswered = false
        for await piece in try page.pieces() {
            printed += piece
            guard !isAnswered, printed.contains("\n") else { continue }
            isAnswered = true
            if let typed = try await person(printed.trimmingCharacters(in: .whitespacesAndNewlines)) {
                input.writing.write(Data((typed + "\n").utf8))
            }
            try input.writing.close()
        }
        let text = try await words.text()
        return (await program.end(), text)
    }

    func browser() -> Browser {
        let home = "http://localhost:\(port)/"
        return Browser(curl, trusting: sandbox.authority.certificatePEM, home: home, isAt: home)
    }

    /// A token that another program would have had.
    func tokenOfAnother(_ scopes: [String]? = nil) async throws -> String {
        let scopes = scopes ?? (isGoogle ? ["https://mail.google.com/"] : ["https://outlook.office.com/SMTP.Send", "offline_access"])
        let refresh = try sandbox.consent(login: Self.ann, clientID: Self.clientID, scopes: scopes)
        return try await Live.system().tokenClient(curl).answer(
            to: Relay.TokenRequest(
                endpoint: sandbox.tokenEndpoint, kind: .refresh(Secret(refresh)), clientID: Self.clientID,
                authentication: .secret(Secret("s3cret")), scope: scopes.joined(separator: " "),
                trustedCertificates: sandbox.authority.certificatePEM)
        ).accessToken.revealText()
    }
}
