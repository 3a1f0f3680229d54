internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// One application: what is recorded, what is to be done at the provider, its grants, and what may be changed.
struct ApplicationView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/applications/{id}") { request in .page(try await ApplicationView(request).page()) },
        .post("/applications/{id}") { request in try await ApplicationView(request).save() },
        .post("/applications/{id}/secret") { request in try await ApplicationView(request).storeSecret() },
        .post("/applications/{id}/mailboxes") { request in try await ApplicationView(request).addMailbox() },
        .post("/applications/{id}/delete") { request in try await ApplicationView(request).delete() },
    ]

    let request: ConsoleRequest
    let id: ApplicationID

    init(_ request: ConsoleRequest) {
        self.request = request
        id = ApplicationID(trusted: request.path("id"))
    }

    var place: String { "/applications/\(PercentCoding.encode(id.text))" }

    func application(in directory: Directory) throws(Problem) -> Application {
        guard let application = directory.application(id) else { throw Problem(.notFound, "there is no such application") }
        return application
    }

    /// What the page is made of, worked out once, from one snapshot.
    struct Facts: Sendable {
        let directory: Directory
        let application: Application
        let provider: Provider?
        let grants: [Grant]
        let opened: OpenedMailboxes
        let usedBy: String?
        let health: HealthReport
        let hasSecret: Bool
        /// nil: nothing is counted.
        let meter: TenantMeter?
    }

    private func facts() async throws -> Facts {
        let directory = request.directory
        let application = try application(in: directory)
        let grants = directory.allGrants.filter { $0.application == id }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let (opened, usedBy) = try await Aside.run {
            let opened = OpenedMailboxes(directory)
            return (opened, Self.users(grants, opened, directory))
        }
        return Facts(
            directory: directory, application: application, provider: directory.provider(application.provider), grants: grants,
            opened: opened, usedBy: usedBy, health: try await request.dependencies.health(),
            hasSecret: try await request.dependencies.store.secret(SecretName(.clientSecret, of: id.text)) != nil,
            meter: try await meter(of: grants))
    }

    private func meter(of grants: [Grant]) async throws -> TenantMeter? {
        let snapshot = request.dependencies.snapshots.current
        guard let lane = grants.first.flatMap({ snapshot.directory.source(of: $0.id)?.tenantLane }) else { return nil }
        return try await request.dependencies.store.tenantMeters(of: snapshot, at: request.now).first { $0.tenant.lane == lane }
    }

    /// What would go with it; nil: nothing.
    private static func users(_ grants: [Grant], _ opened: OpenedMailboxes, _ directory: Directory) -> String? {
        guard !grants.isEmpty else { return nil }
        let mailboxes = Set(grants.flatMap { opened.mailboxes(of: $0.id) }.map(\.id))
        let families = grants.reduce(0) { $0 + opened.families(of: $1.id).count }
        let rights =
            directory.allDelegations.count { mailboxes.contains($0.mailbox) }
            + directory.allDenials.count { $0.mailbox.map(mailboxes.contains) == true }
        return [
            counted(grants.count, "grant", "grants"), counted(mailboxes.count, "mailbox", "mailboxes"),
            counted(families, "family", "families"), counted(rights, "right of a mailbox", "rights of mailboxes"),
        ].compactMap(\.self).joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ one: String, _ many: String) -> String? {
        count == 0 ? nil : "\(Words.number(count)) \(count == 1 ? one : many)"
    }

    /// `form`: one that could not be kept, or not all of it.
    func page(
        _ form: ApplicationForm? = nil, isEdited: Bool = false, status: HTTPResponse.Status = .ok, notice: Notice? = nil
    ) async throws -> Page {
        let facts = try await facts()
        let recorded = ApplicationForm(facts.application)
        let form = form ?? recorded
        return Page(
            "application", facts.application.name,
            [
                "application": document(facts), "has_tenant": .flag(hasTenant(facts.application, facts.provider)),
                "state": Words.state(facts.health.health(of: facts.application), at: request.now),
                "redirect_uri": .text(request.dependencies.address.redirectURI(id.text)), "steps": Words.steps(steps(facts)),
                "grants": .list(facts.grants.prefix(TokensView.mostGrants).map { row($0, facts) }),
                "grant_choices": .list(choices(facts, form["grant"])), "values": form.values(over: recorded),
                "errors": form.errorsByField, "error": DocumentValue(form.verdict),
                "etag": .text(EntityTag.of(.application(facts.application))), "edit_open": .flag(isEdited),
                "used_by": DocumentValue(facts.usedBy),
            ], status: status, notice: notice)
    }

    func hasTenant(_ application: Application, _ provider: Provider?) -> Bool {
        provider?.wantsTenant == true || !application.tenant.isEmpty
    }
}
