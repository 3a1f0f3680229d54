import CurlTransmit
import FoundationEssentials
import Relay
import Sandbox
import TestSupport

/// A pretend provider with Ann's and Bob's mailboxes, and Ann's token.
struct InboxHouse: Sendable {
    static let ann = "ann@contoso.example"
    static let everyScope = ["SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"].map { "https://outlook.office.com/" + $0 }

    let sandbox: Sandbox
    let curl: CurlThread

    static func with(
        _ habits: Habits, clock: FakeClock = FakeClock(Samples.start), _ body: (InboxHouse) async throws -> Void
    ) async throws {
        var settings = SandboxSettings()
        settings.habits = habits
        let tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
            applications: [AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])],
            mailboxes: [HostedMailbox(ann), HostedMailbox("bob@contoso.example")])
        let sandbox = try Sandbox(
            tenant, settings: settings, clock: { clock.now.timeIntervalSince1970 }, generator: FakeGenerator(seed: 5))
        try await sandbox.start()
        let curl = try CurlThread()
        let result: Result<Void, any Error>
        do { result = .success(try await body(InboxHouse(sandbox: sandbox, curl: curl))) } catch { result = .failure(error) }
        await curl.stop()
        try await sandbox.stop()
        try result.get()
    }

    func token(_ scopes: [String]? = nil) async throws -> Secret {
        let refresh = try sandbox.consent(login: Self.ann, clientID: "client-1", scopes: scopes)
        let client = TokenClient(curl, now: { Samples.start }, random: { Array(repeating: 7, count: $0) })
        return try await client.answer(
            to: Relay.TokenRequest(
                endpoint: sandbox.tokenEndpoint, kind: .refresh(Secret(refresh)), clientID: "client-1",
                authentication: .secret(Secret("sesame")), scope: (scopes ?? sandbox.mailScopes).joined(separator: " "),
                trustedCertificates: sandbox.authority.certificatePEM)
        ).accessToken
    }

    func signIn(_ kind: InboxSignIn.Kind, _ token: Secret, as login: String = ann, trusting trusted: String? = nil) -> InboxSignIn {
        let port = kind == .imap ? sandbox.imapPort : sandbox.popPort
        return InboxSignIn(
            kind, at: MailEndpoint(host: "localhost", port: port, security: .implicit), login: login, token: token,
            trusting: trusted ?? sandbox.authority.certificatePEM)
    }

    /// What it came to, in words; nil: it was let in.
    func failure(_ kind: InboxSignIn.Kind, _ token: Secret, as login: String = ann) async -> InboxSignIn.Failure? {
        do throws(InboxSignIn.Failure) {
            try await signIn(kind, token, as: login).run()
            return nil
        } catch { return error }
    }
}
