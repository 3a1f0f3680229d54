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
        guard let provider = providers.first(where: { $0.id.text == request.form.raw("provider") }) else {
            form.note(ApplicationForm.problem("provider", "choose one of those that may be given a secret"))
            form.askForSecretAgain()
            return .page(page(form, status: .unprocessableContent))
        }
        check(&form, provider)
        if !form.isWrong {
            do { return try await store(form, provider) } catch let error as DocumentError { form.note(error) }
        }
        form.askForSecretAgain()
        return .page(page(form, status: .unprocessableContent))
    }

    private var wantsMailbox: Bool { request.form["mailbox_address"] != nil || request.form["mailbox_login"] != nil }

    private func check(_ form: inout ApplicationForm, _ provider: Provider) {
        form.check(provider)
        form.checkSecret(provider)
        _ = form.ending(at: request.now)
        guard wantsMailbox else { return }
        switch form["grant_kind"].map({ Grant.Kind(rawValue: $0) }) {
        case .appOnly?? where form.secret == nil: form.refuse("client_secret", "An app-only grant has nothing else to ask with.")
        case .consent??, .appOnly??: break
        case .serviceAccount??, .command??, nil?, nil: form.refuse("grant_kind", "Choose one of them.")
        }
    }

    private func store(_ form: ApplicationForm, _ provider: Provider) async throws -> ConsoleAnswer {
        var generator = request.dependencies.accept.generator()
        let id = ApplicationID(prefix: "app", using: &generator)
        let draft = MailboxDraft(
            .new(form["grant_kind"].flatMap { Grant.Kind(rawValue: $0) } ?? .consent), using: request.dependencies.accept.generator)
        var added: MailboxDraft.Plan?
        try await request.editing.edit { directory in
            let base: [DocumentValue.Entry] = [
                .init("id", .text(id.text)), .init("provider", .text(provider.id.text)),
                .init("secret_expires", DocumentValue(form["secret_expires"])),
            ]
            let application = try form.application(over: base, in: directory)
            var plan = DirectoryEditing.Plan(changes: [.put(.application(application))])
            if let secret = form.secret { plan.secrets = [try request.editing.sealed(secret, SecretName(.clientSecret, of: id.text))] }
            guard wantsMailbox else { return plan }
            var known = directory
            known.apply(plan.changes, edition: directory.edition)
            let mailbox = try draft.plan(form, application, in: known)
            added = mailbox
            plan.changes += mailbox.changes
            return plan
        }
        return .redirect("/applications/\(PercentCoding.encode(id.text))", .good(words(form, added)))
    }

    private func words(_ form: ApplicationForm, _ added: MailboxDraft.Plan?) -> String {
        let start = "The application \(form["name"] ?? "") was added. Now do the steps at the provider, then "
        guard let added else { return start + "add a mailbox below." }
        return added.grant.kind == .consent
            ? start + "consent as \(added.grant.principal ?? added.mailbox.login) under Access tokens."
            : start + "test the sign-in of \(added.mailbox.address) under Access tokens."
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
