internal import HTTPTypes
internal import Mail
internal import Relay

/// A new application, with the fields that an administrator copies from the provider, and its first mailbox where that is known already: one edit, so that
/// nothing is there by halves.
struct NewApplicationView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/applications/new") { visit in .page(try NewApplicationView(visit).page()) },
        .post("/applications") { visit in try await NewApplicationView(visit).add() },
    ]

    private let visit: Visit
    private let form: ApplicationForm

    init(_ visit: Visit) {
        self.visit = visit
        form = ApplicationForm(form: visit.form, visit: visit)
    }

    /// Those that may be given a secret.
    private var providers: [Provider] {
        visit.directory.allProviders.filter { $0.mayReceiveSecrets && !$0.tokenEndpoint.isEmpty }.sorted {
            ($0.rank, $0.name) < ($1.rank, $1.name)
        }
    }

    private func page(_ trouble: ApplicationForm.Trouble? = nil, error: String? = nil) throws(Problem) -> Page {
        let wanted = visit.form["provider"] ?? visit.query["provider"]
        guard let chosen = providers.first(where: { $0.id.text == wanted }) ?? providers.first else {
            throw Problem(
                .conflict, "there is no provider that may be given a secret",
                fix: "`mandate providers add` makes one, `providers trust` trusts one")
        }
        let kind = visit.form["grant_kind"] ?? Grant.Kind.consent.rawValue
        return Page(
            "application-new", "New application",
            [
                "error": DocumentValue(error ?? (trouble == nil ? nil : "Nothing was stored: a field needs another look.")),
                "providers": .list(
                    providers.map {
                        ["id": .text($0.id.text), "name": .text($0.name), "kind": .text($0.about), "selected": .flag($0.id == chosen.id)]
                    }),
                "provider": [
                    "id": .text(chosen.id.text), "name": .text(chosen.name), "is_microsoft": .flag(chosen.kind == .microsoft),
                    "is_google": .flag(chosen.kind == .google), "is_custom": .flag(chosen.kind == .custom),
                ],
                "values": form.values, "errors": ApplicationForm.errors(trouble),
                "grant_kinds": [
                    choice(.consent, "A person signs in once as the mailbox and allows it.", kind),
                    choice(.appOnly, "The secret alone; the tenant's administrator allows it. One token serves many mailboxes.", kind),
                ],
            ], status: trouble == nil && error == nil ? .ok : .unprocessableContent)
    }

    private func choice(_ kind: Grant.Kind, _ about: String, _ chosen: String) -> DocumentValue {
        ["value": .text(kind.rawValue), "label": .text(kind.rawValue), "about": .text(about), "selected": .flag(kind.rawValue == chosen)]
    }

    private func add() async throws -> ConsoleAnswer {
        let id: ApplicationID = form.identifier("app")
        do {
            try await visit.editing.edit { directory in try plan(id, directory) }
        } catch let trouble as ApplicationForm.Trouble { return .page(try page(trouble)) } catch let problem as Problem
            where problem.kind == .invalid
        {
            return .page(try page(error: problem.detail.sentence))
        }
        let next = visit.form["mailbox_address"] == nil ? "Add a mailbox below." : "Then consent, or test the mailbox, under Access tokens."
        return .redirect(
            "/applications/\(PercentCoding.encode(id.text))",
            .good("The application is stored. Do the steps at the provider that this page names. \(next)"))
    }

    private func plan(_ id: ApplicationID, _ directory: Directory) throws -> DirectoryEditing.Plan {
        guard let provider = visit.form["provider"].flatMap({ directory.provider(ProviderID(trusted: $0)) }), provider.mayReceiveSecrets
        else {
            throw Problem(.invalid, "choose a provider")
        }
        let application = try form.application(id: id.text, provider: provider.id, before: nil, in: directory)
        guard !directory.allApplications.contains(where: { $0.name == application.name }) else {
            throw ApplicationForm.Trouble(field: "name", words: "There is an application of this name already.")
        }
        let secret = visit.form.raw("client_secret")
        guard !secret.isEmpty else {
            throw ApplicationForm.Trouble(field: "client_secret", words: "The provider showed it once: paste it here.")
        }
        var plan = DirectoryEditing.Plan(
            changes: [.put(.application(application))],
            secrets: [try visit.editing.sealed(Secret(secret), SecretName(.clientSecret, of: id.text))])
        guard visit.form["mailbox_address"] != nil else { return plan }
        guard let kind = Grant.Kind(rawValue: visit.form["grant_kind"] ?? ""), kind == .consent || kind == .appOnly else {
            throw ApplicationForm.Trouble(field: "grant_kind", words: "Choose consent or app-only.")
        }
        var known = directory
        known.apply(plan.changes, edition: directory.edition)
        let grant = Grant(
            id: form.identifier("grant"), name: visit.form["mailbox_address"] ?? application.name, kind: kind, application: id)
        plan.changes += try form.mailbox(grant: grant, isNew: true, in: known)
        return plan
    }
}

extension Provider {
    /// The large ones first.
    fileprivate var rank: Int {
        switch kind {
        case .microsoft: id == Provider.microsoft.id ? 0 : 2
        case .google: 1
        case .custom: 3
        }
    }

    fileprivate var about: String {
        switch kind {
        case .microsoft: "Entra, Exchange Online"
        case .google: "Workspace, Gmail"
        case .custom: "custom"
        }
    }
}
