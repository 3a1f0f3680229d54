internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// *Connections*: applications, below them their grants, below those their mailboxes, each with its state and what to do about it.
struct TokensView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/tokens") { request in .page(try await TokensView(request).page()) },
        .post("/tokens/{id}/renew") { request in try await TokensView(request).renew() },
        .post("/tokens/{id}/remove") { request in try await TokensView(request).remove() },
    ]

    let request: ConsoleRequest
    /// One snapshot for the whole page.
    let directory: Directory

    init(_ request: ConsoleRequest) {
        self.request = request
        directory = request.directory
    }

    /// What the rows are made of, worked out once.
    struct Facts: Sendable {
        let health: HealthReport
        let opened: OpenedMailboxes
        let grants: [ApplicationID: [Grant]]
    }

    /// Below one application, and below one grant: a longer page is slow to load and to look through, and the command has them all.
    static let mostGrants = 200
    static let mostMailboxes = 100

    private func page() async throws -> Page {
        let directory = directory
        let opened = try await Aside.run { OpenedMailboxes(directory) }
        let facts = Facts(
            health: try await request.dependencies.health(), opened: opened,
            grants: Dictionary(grouping: directory.allGrants, by: \.application))
        let applications = directory.allApplications.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        return Page(
            "tokens", "Connections",
            ["applications_note": DocumentValue(note(facts)), "applications": .list(applications.map { application($0, facts) })])
    }

    private func note(_ facts: Facts) -> String? {
        let isCut = facts.grants.values.contains { $0.count > Self.mostGrants }
        guard isCut else { return nil }
        return "At most \(Self.mostGrants) grants of an application are shown; mandate grants list has them all."
    }

    private func application(_ application: Application, _ facts: Facts) -> DocumentValue {
        let provider = directory.provider(application.provider)?.name ?? application.provider.text
        let id = PercentCoding.encode(application.id.text)
        return [
            "id": .text(id), "name": .text(application.name), "quoted": .text(application.name.shellQuoted),
            "provider": .text(application.tenant.isEmpty ? provider : "\(provider), tenant \(application.tenant)"),
            "href": .text(application.place), "provider_href": .text("/providers/\(PercentCoding.encode(application.provider.text))"),
            "state": Words.state(facts.health.health(of: application), at: request.now),
            "grants": .list(shown(facts.grants[application.id] ?? [], facts).map { grant($0, facts) }),
        ]
    }

    /// By name; where not all are shown, those that need somebody before the others.
    private func shown(_ grants: [Grant], _ facts: Facts) -> [Grant] {
        let sorted = grants.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        guard sorted.count > Self.mostGrants else { return sorted }
        let needy = Set(sorted.filter { facts.health.health(of: $0).needsSomeone }.map(\.id))
        let ordered = sorted.filter { needy.contains($0.id) } + sorted.filter { !needy.contains($0.id) }
        return Array(ordered.prefix(Self.mostGrants))
    }
}

/// What is done with a grant that is there.
extension TokensView {
    private var controller: GrantController { GrantController(dependencies: request.dependencies, person: request.person) }

    private func renew() async throws -> ConsoleAnswer {
        let grant = try controller.grant(request.path("id"))
        do throws(Problem) {
            let token = try await controller.renew(grant)
            return .redirect(
                grant.place, .good("Grant \(grant.name) has a new access token, good until \(Words.words(token.expires, at: request.now)).")
            )
        } catch { return .redirect(grant.place, .bad("Grant \(grant.name) got no new token: \(error.detail.sentence)")) }
    }

    private func remove() async throws -> ConsoleAnswer {
        let grant = try controller.grant(request.path("id"))
        guard grant.kind == .consent else {
            return .redirect(
                grant.place, .bad("Grant \(grant.name) is of the kind \(grant.kind.rawValue): there is no consent to remove."))
        }
        return .redirect(grant.place, .good(try await controller.forget(grant).sentence))
    }
}
