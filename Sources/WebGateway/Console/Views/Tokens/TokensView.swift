internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// *Access tokens*: applications, below them their grants, below those their mailboxes, each with its state and what to do about it.
struct TokensView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/tokens") { visit in .page(try await TokensView(visit).page()) },
        .post("/tokens/{id}/renew") { visit in try await TokensView(visit).renew() },
        .post("/tokens/{id}/remove") { visit in try await TokensView(visit).remove() },
    ]

    private let visit: Visit
    private let directory: Directory

    init(_ visit: Visit) {
        self.visit = visit
        directory = visit.directory
    }

    private func page() async throws -> Page {
        let health = try await visit.office.health()
        let applications = directory.allApplications.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        return Page(
            "tokens", "Access tokens",
            ["applications_note": nil, "applications": .list(applications.map { application($0, health) })])
    }

    private func application(_ application: Application, _ health: HealthReport) -> DocumentValue {
        let provider = directory.provider(application.provider)?.name ?? application.provider.text
        let grants = directory.allGrants.filter { $0.application == application.id }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        return [
            "id": .text(application.id.text), "name": .text(application.name),
            "provider": .text(application.tenant.isEmpty ? provider : "\(provider), tenant \(application.tenant)"),
            "href": .text("/applications/\(PercentCoding.encode(application.id.text))"),
            "state": Words.state(health.health(of: application), at: visit.now), "grants": .list(grants.map { grant($0, health) }),
        ]
    }

    private func grant(_ grant: Grant, _ health: HealthReport) -> DocumentValue {
        let own = health.health(of: grant)
        let provider = GrantSource(grant.id, in: directory)?.provider
        let mailboxes = directory.mailboxes(of: grant.id).map { mailbox($0, health) } + families(of: grant, health)
        let isConsent = grant.kind == .consent && visit.visitor.mayChange
        return [
            "id": .text(grant.id.text), "name": .text(grant.name), "kind": .text(grant.kind.rawValue),
            "principal": DocumentValue(grant.principal),
            "state": Words.state(own, at: visit.now), "has_todo": .flag(own.needsSomeone && !own.steps.isEmpty),
            "steps": Words.steps(own.needsSomeone ? own.steps : []), "can_consent": .flag(isConsent),
            "can_device": .flag(isConsent && provider?.authorization.deviceEndpoint != nil && provider?.habits.allowsDeviceFlow == true),
            "can_remove": .flag(isConsent), "has_mailboxes": .flag(!mailboxes.isEmpty), "mailboxes": .list(mailboxes),
        ]
    }

    private func mailbox(_ mailbox: Mailbox, _ health: HealthReport) -> DocumentValue {
        [
            "id": .text(PercentCoding.encode(mailbox.id.text)), "address": .text(mailbox.address.description),
            "login": .text(mailbox.login),
            "transports": .text(mailbox.transports.map(\.rawValue).joined(separator: ", ")),
            "state": Words.state(health.health(of: mailbox), at: visit.now),
        ]
    }

    /// Every address in it is a mailbox of its own; they are counted nowhere, so it stands for them.
    private func families(of grant: Grant, _ health: HealthReport) -> [DocumentValue] {
        directory.allFamilies.filter { $0.grant == grant.id }.sorted { $0.id < $1.id }.map { family in
            [
                "id": .text(PercentCoding.encode(family.id.text)),
                "address": .text(family.members.map(\.description).joined(separator: ", ")),
                "login": .text("family \(family.name)"), "transports": .text(family.transports.map(\.rawValue).joined(separator: ", ")),
                "state": Words.state(health.health(of: family), at: visit.now),
            ]
        }
    }

    private var desk: GrantDesk { GrantDesk(office: visit.office, person: visit.person) }

    private func renew() async throws -> ConsoleAnswer {
        let grant = try desk.grant(visit.path("id"))
        do throws(Problem) {
            let token = try await desk.renew(grant)
            return .redirect("/tokens", .good("Grant \(grant.name) has a new token, until \(Words.words(token.expires, at: visit.now))."))
        } catch { return .redirect("/tokens", .bad("Grant \(grant.name) got no token: \(error.detail.sentence)")) }
    }

    private func remove() async throws -> ConsoleAnswer {
        let grant = try desk.grant(visit.path("id"))
        return .redirect("/tokens", .good(try await desk.forget(grant).sentence))
    }
}
