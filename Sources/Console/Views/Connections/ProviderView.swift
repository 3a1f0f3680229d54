internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// One provider: where its endpoints are, what is asked of it, what it is known to do, and the applications there.
struct ProviderView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/providers/{id}") { request in .page(try await ProviderView(request).page()) }]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        guard let provider = request.directory.provider(ProviderID(trusted: request.path("id"))) else {
            throw Problem(.notFound, "there is no such provider", fix: "each application names its own, under Connections")
        }
        let facts = ProviderFacts(
            provider: provider, directory: request.directory, health: try await request.dependencies.health(), now: request.now)
        return Page("provider", provider.name, facts.document)
    }
}

/// What the page of a provider says. A value, so that the page is a test.
struct ProviderFacts: Sendable {
    let provider: Provider
    let directory: Directory
    let health: HealthReport
    let now: Date

    var document: DocumentValue {
        let applications = directory.allApplications.filter { $0.provider == provider.id }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let name = provider.id.text.shellQuoted
        return [
            "id": .text(provider.id.text), "name": .text(provider.name), "kind": .text(provider.kind.rawValue),
            "built_in": .flag(Provider.builtIn.contains { $0.id == provider.id }), "trusted": .flag(provider.mayReceiveSecrets),
            "trust_command": .text("mandate providers trust \(name)"), "set_command": .text("mandate providers set \(name) --help"),
            "endpoints": .list(endpoints.map { ["what": .text($0), "where": .text($1)] }), "scopes": .list(scopes),
            "limits": .list(provider.limits.rows), "has_limits": .flag(!provider.limits.rows.isEmpty),
            "habits": .list(habits.map { .text($0) }),
            "new_href": .text("/applications/new?provider=\(PercentCoding.encode(provider.id.text))"),
            "applications": .list(applications.map(row)), "has_applications": .flag(!applications.isEmpty),
        ]
    }

    private func row(_ application: Application) -> DocumentValue {
        let grants = directory.allGrants.filter { $0.application == application.id }.count
        return [
            "name": .text(application.name), "href": .text(application.place), "tenant": .text(application.tenant),
            "grants": .text(Words.number(grants)), "state": Words.state(health.health(of: application), at: now),
        ]
    }

    private var endpoints: [(String, String)] {
        let server = provider.authorization
        let known: [(String, String?)] =
            [
                ("Token", provider.tokenEndpoint), ("Consent in a browser", server.authorizationEndpoint),
                ("Device code", server.deviceEndpoint), ("Revocation", server.revocationEndpoint),
                ("Keys of its id tokens", server.keysEndpoint),
                ("SMTP", provider.smtp?.words), ("IMAP", provider.imap?.words), ("POP3", provider.pop?.words),
            ] + provider.apis.sorted { $0.key < $1.key }.map { ("API \($0.key.rawValue)", $0.value) }
        return known.compactMap { what, place in place.map { (what, $0) } }
    }

    private var scopes: [DocumentValue] {
        provider.scopes.sorted { $0.key.rawValue < $1.key.rawValue }.map { resource, scopes in
            ["what": .text(resource.rawValue), "delegated": .text(scopes.delegated), "app_only": .text(scopes.appOnly)]
        }
    }

    /// Those that deciding and renewing heed.
    private var habits: [String] {
        let it = provider.habits
        let claims: [(Bool, String)] = [
            (it.refusesSeveralAuthors, "It refuses a From with several authors."),
            (
                it.replacesUnlistedFrom,
                "It replaces a From that the account does not own, and says nothing: a right counts once it is proven."
            ),
            (it.propagation > 0, "A right that was granted there takes up to \(Words.span(it.propagation)) to act."),
            (!it.takesNullSender, "It does not take MAIL FROM:<>."),
            (!it.oldRefreshTokenWorks, "A refresh token is good once: a crash between its answer and our record costs a consent."),
            (it.passwordEndsConsent, "A new password of the account ends its consents."),
            (!it.allowsDeviceFlow, "It gives a device code no right to mail."),
        ]
        let lives = it.unusedConsentLife.map { ["A consent that nobody uses ends after \(Words.span($0))."] } ?? []
        return claims.filter(\.0).map(\.1) + lives
    }
}

extension MailEndpoint {
    fileprivate var words: String { "\(host):\(port), \(security == .implicit ? "TLS" : "STARTTLS")" }
}
