internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A new application, with what an administrator copies from the provider, and its first mailbox where that is known already: one edit, so that nothing is
/// there by halves.
struct NewApplicationView: Sendable {
    static let routes: [ConsoleRoute] = [
        ConsoleRoute(method: .get, path: "/applications/new", isForAuditors: false) { request in .page(NewApplicationView(request).page())
        },
        .post("/applications") { request in try await NewApplicationView(request).add() },
    ]

    private let request: ConsoleRequest
    private let providers: [Provider]

    init(_ request: ConsoleRequest) {
        self.request = request
        providers = request.directory.allProviders.filter { $0.mayReceiveSecrets && !$0.tokenEndpoint.isEmpty }.sorted {
            ($0.rank, $0.name, $0.id) < ($1.rank, $1.name, $1.id)
        }
    }

    private func page(_ form: ApplicationForm? = nil, status: HTTPResponse.Status = .ok) -> Page {
        let wanted = request.form["provider"] ?? request.query["provider"]
        let chosen = providers.first { $0.id.text == wanted } ?? providers.first
        let form = form ?? ApplicationForm(Form(fields: []))
        let none = "No provider may be given a secret: mandate providers trust ID, once you have looked at it."
        return Page(
            "application-new", "New application",
            [
                "error": DocumentValue(form.verdict ?? (chosen == nil ? none : nil)),
                "providers": .list(providers.map { choice($0, isSelected: $0.id == chosen?.id) }), "provider": document(chosen),
                "values": form.values(), "errors": form.errorsByField, "grant_kinds": .list(kinds(chosen, form)),
            ], status: status)
    }

    private func choice(_ provider: Provider, isSelected: Bool) -> DocumentValue {
        [
            "id": .text(provider.id.text), "name": .text(provider.name), "kind": .text(provider.about), "selected": .flag(isSelected),
        ]
    }

    private func document(_ provider: Provider?) -> DocumentValue {
        [
            "id": .text(provider?.id.text ?? ""), "name": .text(provider?.name ?? "none"),
            "is_microsoft": .flag(provider?.kind == .microsoft),
            "is_google": .flag(provider?.kind == .google), "is_custom": .flag(provider?.kind == .custom),
            "has_tenant": .flag(provider?.wantsTenant == true),
        ]
    }

    private func kinds(_ provider: Provider?, _ form: ApplicationForm) -> [DocumentValue] {
        let kinds = provider?.grantKinds ?? [.consent]
        let chosen = kinds.first { $0.rawValue == form["grant_kind"] } ?? kinds.first
        return kinds.map { kind in
            let about =
                kind == .consent
                ? "A person signs in once as the mailbox and allows it."
                : "The secret alone; the tenant's administrator allows it. One token serves many mailboxes."
            return [
                "value": .text(kind.rawValue), "label": .text(kind.rawValue), "about": .text(about), "selected": .flag(kind == chosen),
            ]
        }
    }
}

extension NewApplicationView {
    private func add() async throws -> ConsoleAnswer {
        var form = ApplicationForm(request.form)
        check(&form)
        if !form.isWrong {
            do { return try await store(form) } catch let refusal as AdministrationRefusal { form.note(refusal) }
        }
        form.askForSecretAgain()
        return .page(page(form, status: .unprocessableContent))
    }

    private var wantsMailbox: Bool { request.form["mailbox_address"] != nil || request.form["mailbox_login"] != nil }

    /// What a form leaves open that a command or a request has to say.
    private func check(_ form: inout ApplicationForm) {
        if form["name"] == nil { form.refuse("name", "Give it a name.") }
        guard wantsMailbox else { return }
        switch kind(form) {
        case .appOnly? where form.secret == nil: form.refuse("client_secret", "An app-only grant has nothing else to ask with.")
        case .consent?, .appOnly?: break
        case .serviceAccount?, .command?, nil: form.refuse("grant_kind", "Choose one of them.")
        }
    }

    private func kind(_ form: ApplicationForm) -> Grant.Kind? { form["grant_kind"].flatMap { Grant.Kind(rawValue: $0) } }

    private func store(_ form: ApplicationForm) async throws -> ConsoleAnswer {
        var said = Particulars(
            .application,
            form.entries + [
                .init("provider", .text(request.form.raw("provider"))), .init("secret_expires", DocumentValue(form["secret_expires"])),
            ], secrets: form.secrets)
        said.entries.removeAll { $0.value == .null }
        var made: Application?
        let plan = try await request.editor.edit { [said] administration in
            let plan = try administration.add(said)
            guard case .application(let application)? = plan.subject else { throw Problem(.fault, "no application was made") }
            made = application
            guard wantsMailbox else { return plan }
            return plan.followed(by: try administration.after(plan).add(form.mailbox, below: application, by: kind(form) ?? .consent))
        }.plan
        guard let made else { throw Problem(.fault, "no application was made") }
        let then =
            !wantsMailbox
            ? "add a mailbox below" : plan.needsConsent ? "consent under Connections" : "test the mailbox's sign-in under Connections"
        return .redirect(
            "/applications/\(PercentCoding.encode(made.id.text))", Notice(plan, then: "now do the steps at the provider, then \(then)"))
    }
}

extension Provider {
    /// The large ones first, as the catalogue has them.
    fileprivate var rank: Int {
        if id == Provider.microsoft.id { return 0 }
        if id == Provider.google.id { return 1 }
        return Provider.builtIn.contains { $0.id == id } ? 2 : 3
    }

    fileprivate var about: String {
        switch kind {
        case .microsoft: "Entra, Exchange Online"
        case .google: "Workspace, Gmail"
        case .custom: authorization.issuer == nil ? "custom" : "custom, by its issuer"
        }
    }
}
