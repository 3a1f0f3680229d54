internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// A new secret: tried at the provider while the old one still works, since a slip of the hand would stop all mail of the application.
extension ApplicationView {
    func storeSecret() async throws -> ConsoleAnswer {
        let application = try application(in: request.directory)
        var form = ApplicationForm(request.form)
        check(&form, application)
        // Nobody knows, unless it is said: the date of the secret before says nothing of this one.
        let ends = form.ending(at: request.now)
        return try await answer(form) { form in
            guard let secret = form.secret else {
                throw ApplicationForm.problem("client_secret", "paste the secret that the provider shows")
            }
            try checkTag(application)
            let words = try await tried(secret, for: Self.changed(application, ends))
            try await request.editing.edit { directory in
                let before = try self.application(in: directory)
                try checkTag(before)
                let after = Self.changed(before, ends)
                return DirectoryEditing.Plan(
                    changes: after == before ? [] : [.put(.application(after))],
                    secrets: [
                        try request.editing.sealed(secret, SecretName(.clientSecret, of: id.text)),
                        SecretChange(name: SecretName(.privateKey, of: id.text), sealed: nil),
                    ])
            }
            try await liftSuspension()
            return words
        }
    }

    private func check(_ form: inout ApplicationForm, _ application: Application) {
        if form.secret == nil { form.refuse("client_secret", "Paste the secret that the provider shows.") }
        if let provider = request.directory.provider(application.provider) { form.checkSecret(provider) }
        if application.serviceAccount != nil {
            form.refuse(
                "client_secret",
                "A service account signs with a key and has no secret: mandate applications set \(id.text.shellQuoted) --service-account-key FILE"
            )
        }
    }

    /// It replaces a certificate, since two credentials would not be told apart.
    private static func changed(_ application: Application, _ ends: Date?) -> Application {
        var changed = application
        changed.certificate = nil
        changed.secretExpires = ends
        return changed
    }

    private func tried(_ secret: Secret, for application: Application) async throws -> String {
        switch try await SecretTrial(dependencies: request.dependencies).run(secret, for: application) {
        case .works(let grant):
            return "The new secret is stored: the provider takes it (tried with grant \(grant)). End the old one there."
        case .untried(let why): return "The new secret is stored. It was not tried: \(why)."
        case .refused(let why):
            throw ApplicationForm.problem(
                "client_secret", "the provider refused it (\(why)); nothing was changed, and what was there before is still used")
        case .unreachable(let why):
            let command = "mandate applications set \(id.text.shellQuoted) --secret-file - --untried"
            throw ApplicationForm.problem(
                "client_secret", "it could not be tried (\(why)), so nothing was changed; \(command) keeps it without trying")
        }
    }

    /// Its grants ask for tokens again.
    private func liftSuspension() async throws {
        guard request.dependencies.snapshots.current.conditions.application(id) != nil else { return }
        let entry = JournalEntry(
            at: request.dependencies.now, kind: .changed,
            facts: [.init("entity", "application"), .init("id", id.text), .init("observed", "a new secret: no longer suspended")],
            personal: [.init(.person, request.person)])
        try await request.dependencies.store.observe([.application(id, nil)], journal: [entry])
        _ = await request.dependencies.operations.catchUp()
    }
}
