internal import Mail
internal import Relay

/// What an administrator changes of an application.
extension ApplicationView {
    func save() async throws -> ConsoleAnswer {
        try await change("The application is stored.", isEditing: true) { application, directory in
            let after = try form.application(id: application.id.text, provider: application.provider, before: application, in: directory)
            return DirectoryEditing.Plan(changes: after == application ? [] : [.put(.application(after))])
        }
    }

    func storeSecret() async throws -> ConsoleAnswer {
        try await change("The new secret is stored. The one before it is not used any more; end it at the provider.") { application, _ in
            let secret = visit.form.raw("client_secret")
            guard !secret.isEmpty else {
                throw ApplicationForm.Trouble(field: "client_secret", words: "Paste the secret that the provider showed.")
            }
            var after = application
            after.secretExpires = nil
            if let text = visit.form["secret_expires"] {
                guard let date = DocumentDate.date(text) else {
                    throw ApplicationForm.Trouble(field: "secret_expires", words: "\(DocumentDate.form.sentence)")
                }
                after.secretExpires = date
            }
            return DirectoryEditing.Plan(
                changes: after == application ? [] : [.put(.application(after))],
                secrets: [try visit.editing.sealed(Secret(secret), SecretName(.clientSecret, of: application.id.text))])
        }
    }

    func addMailbox() async throws -> ConsoleAnswer {
        try await change("The mailbox is stored. Test it, or consent first, under Access tokens.", isGuarded: false) {
            application, directory in
            let choice = visit.form["grant"] ?? ""
            if choice == Self.newConsent || choice == Self.newAppOnly {
                let kind: Grant.Kind = choice == Self.newConsent ? .consent : .appOnly
                let grant = Grant(
                    id: form.identifier("grant"), name: visit.form["mailbox_address"] ?? application.name, kind: kind,
                    application: application.id)
                return DirectoryEditing.Plan(changes: try form.mailbox(grant: grant, isNew: true, in: directory))
            }
            guard let grant = directory.grant(GrantID(trusted: choice)), grant.application == application.id else {
                throw Problem(.invalid, "choose one of its grants, or a new one")
            }
            return DirectoryEditing.Plan(changes: try form.mailbox(grant: grant, isNew: false, in: directory))
        }
    }

    func delete() async throws -> ConsoleAnswer {
        do {
            try await visit.editing.edit { directory in
                let application = try application(in: directory)
                try check(application)
                return DirectoryEditing.Plan(
                    changes: [.remove(EntityKey(.application, application.id.text))], cascades: visit.form.isTicked("cascade"))
            }
        } catch let failure as StoreFailure {
            guard case .conflict(let why) = failure else { throw failure }
            return .redirect(place, .bad("\(why.sentence) Tick the box to remove that as well."))
        } catch let problem as Problem where problem.kind == .changedMeanwhile { return .redirect(place, .bad(problem.detail.sentence)) }
        return .redirect("/tokens", .good("The application is removed, and its secret with it."))
    }

    /// Against the state that the page showed, where that matters.
    private func change(
        _ words: String, isGuarded: Bool = true, isEditing: Bool = false,
        _ plan: (Application, Directory) throws -> DirectoryEditing.Plan
    ) async throws -> ConsoleAnswer {
        do {
            try await visit.editing.edit { directory in
                let application = try application(in: directory)
                if isGuarded { try check(application) }
                return try plan(application, directory)
            }
        } catch let trouble as ApplicationForm.Trouble {
            return .page(try await page(trouble, isEditing: isEditing))
        } catch let problem as Problem where problem.kind == .invalid || problem.kind == .changedMeanwhile {
            return .page(try await page(error: problem.detail.sentence, isEditing: isEditing))
        }
        return .redirect(place, .good(words))
    }

    private func check(_ application: Application) throws(Problem) {
        guard EntityTag.matches(visit.form["etag"] ?? "", EntityTag.of(.application(application))) else {
            throw Problem(.changedMeanwhile, "somebody changed this application since the page was loaded: look again, and repeat")
        }
    }
}
