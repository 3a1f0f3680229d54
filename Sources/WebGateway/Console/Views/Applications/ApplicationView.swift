internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// One application: what is recorded, what is to be done at the provider, its grants, and what may be changed.
struct ApplicationView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/applications/{id}") { visit in .page(try await ApplicationView(visit).page()) },
        .post("/applications/{id}") { visit in try await ApplicationView(visit).save() },
        .post("/applications/{id}/secret") { visit in try await ApplicationView(visit).storeSecret() },
        .post("/applications/{id}/mailboxes") { visit in try await ApplicationView(visit).addMailbox() },
        .post("/applications/{id}/delete") { visit in try await ApplicationView(visit).delete() },
    ]

    let visit: Visit
    private let id: ApplicationID

    init(_ visit: Visit) {
        self.visit = visit
        id = ApplicationID(trusted: visit.path("id"))
    }

    var place: String { "/applications/\(PercentCoding.encode(id.text))" }
    var form: ApplicationForm { ApplicationForm(form: visit.form, visit: visit) }

    func application(in directory: Directory) throws(Problem) -> Application {
        guard let application = directory.application(id) else { throw Problem(.notFound, "there is no such application") }
        return application
    }

    func page(_ trouble: ApplicationForm.Trouble? = nil, error: String? = nil, isEditing: Bool = false) async throws -> Page {
        let directory = visit.directory
        let application = try application(in: directory)
        let provider = directory.provider(application.provider)
        let health = try await visit.office.health()
        let grants = directory.allGrants.filter { $0.application == id }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let own = health.health(of: application)
        return Page(
            "application", application.name,
            [
                "application": facts(application, provider, own), "is_microsoft": .flag(provider?.kind == .microsoft),
                "state": Words.state(own, at: visit.now), "redirect_uri": .text(visit.office.address.redirectURI(id.text)),
                "steps": steps(application, provider, grants), "grants": .list(grants.map { grant($0, health) }),
                "grant_choices": choices(grants),
                "values": trouble == nil && error == nil ? values(application) : form.values, "errors": ApplicationForm.errors(trouble),
                "error": DocumentValue(error ?? (trouble == nil ? nil : "Nothing was stored: a field needs another look.")),
                "etag": .text(EntityTag.of(.application(application))), "edit_open": .flag(isEditing), "used_by": .text(users(grants)),
            ], status: trouble == nil && error == nil ? .ok : .unprocessableContent)
    }

    private func facts(_ application: Application, _ provider: Provider?, _ health: Health) -> DocumentValue {
        let credential =
            application.certificate != nil ? "certificate" : application.serviceAccount.map { "key of \($0.address)" } ?? "client secret"
        return [
            "id": .text(id.text), "name": .text(application.name), "provider": .text(provider?.name ?? application.provider.text),
            "tenant_id": application.tenant.isEmpty ? .null : .text(application.tenant), "client_id": .text(application.clientID),
            "credential": .text(credential),
            "ends": application.secretExpires.map { ["iso": .text($0.day), "words": .text(Health.Ending("it", $0).when(at: visit.now))] }
                ?? .null,
            "domains": application.domains.isEmpty ? .null : .text(application.domains.map(\.ascii).joined(separator: ", ")),
        ]
    }

    private func steps(_ application: Application, _ provider: Provider?, _ grants: [Grant]) -> DocumentValue {
        guard let provider else { return [] }
        var steps = ProviderSteps.registration(
            application, provider, grants: grants, redirectURI: visit.office.address.redirectURI(id.text))
        for grant in grants {
            for mailbox in visit.directory.mailboxes(of: grant.id).prefix(5) {
                steps += ProviderSteps.mailbox(mailbox, application, provider, grant)
            }
        }
        return Words.steps(steps)
    }

    private func grant(_ grant: Grant, _ health: HealthReport) -> DocumentValue {
        let mailboxes = visit.directory.mailboxes(of: grant.id).map(\.address.description)
        let more = mailboxes.count > 3 ? " and \(mailboxes.count - 3) more" : ""
        return [
            "name": .text(grant.name), "href": .text("/tokens#grant-\(PercentCoding.encode(grant.id.text))"),
            "kind": .text(grant.kind.rawValue),
            "principal": DocumentValue(grant.principal),
            "mailboxes": mailboxes.isEmpty ? .null : .text(mailboxes.prefix(3).joined(separator: ", ") + more),
            "state": Words.state(health.health(of: grant), at: visit.now),
        ]
    }

    private func choices(_ grants: [Grant]) -> DocumentValue {
        let chosen = visit.form["grant"] ?? Self.newConsent
        let all =
            [(Self.newConsent, "a new consent"), (Self.newAppOnly, "a new app-only grant")]
            + grants.map { ($0.id.text, "grant \($0.name) (\($0.kind.rawValue))") }
        return .list(all.map { ["value": .text($0.0), "label": .text($0.1), "selected": .flag($0.0 == chosen)] })
    }

    static let newConsent = "new-consent"
    static let newAppOnly = "new-app-only"

    private func values(_ application: Application) -> DocumentValue {
        [
            "name": .text(application.name), "tenant_id": .text(application.tenant), "client_id": .text(application.clientID),
            "domains": .text(application.domains.map(\.ascii).joined(separator: " ")), "secret_expires": nil, "mailbox_address": nil,
            "mailbox_login": nil,
        ]
    }

    private func users(_ grants: [Grant]) -> String {
        let mailboxes = grants.reduce(0) { $0 + visit.directory.mailboxes(of: $1.id).count }
        return "\(grants.count) grant\(grants.count == 1 ? "" : "s"), \(mailboxes) mailbox\(mailboxes == 1 ? "" : "es")"
    }
}

extension Health.Ending {
    /// The day, and how far it is.
    fileprivate func when(at now: Date) -> String {
        let days = Int((at.timeIntervalSince(now) / 86_400).rounded(.down))
        return at <= now ? "\(at.day), which is over" : "\(at.day), in \(days) day\(days == 1 ? "" : "s")"
    }
}
