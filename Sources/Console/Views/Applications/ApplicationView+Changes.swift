internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// What an administrator changes of an application. What cannot be kept comes back as it was typed, with the reason beside it.
extension ApplicationView {
    func save() async throws -> ConsoleAnswer {
        let application = try application(in: request.directory)
        var form = ApplicationForm(request.form)
        if let provider = request.directory.provider(application.provider) { form.check(provider) }
        return try await answer(form, isEdited: true) { form in
            try await request.editing.edit { directory in
                let before = try self.application(in: directory)
                try checkTag(before)
                guard case .map(let entries) = EntityForm.value(.application(before)) else { throw Problem(.fault, "it cannot be written") }
                let after = try form.application(over: entries, in: directory)
                return DirectoryEditing.Plan(changes: after == before ? [] : [.put(.application(after))])
            }
            return "What is recorded of \(form["name"] ?? application.name) is kept."
        }
    }

    func addMailbox() async throws -> ConsoleAnswer {
        let draft = MailboxDraft(MailboxDraft.Source(request.form.raw("grant")), using: request.dependencies.accept.generator)
        return try await answer(ApplicationForm(request.form)) { form in
            var added: MailboxDraft.Plan?
            try await request.editing.edit { directory in
                let plan = try draft.plan(form, try application(in: directory), in: directory)
                added = plan
                return DirectoryEditing.Plan(changes: plan.changes)
            }
            guard let added else { throw Problem(.fault, "no mailbox was made") }
            let isNew = added.changes.count > 1
            return isNew && added.grant.kind == .consent
                ? "The mailbox \(added.mailbox.address) was added. Now consent as \(added.grant.principal ?? added.mailbox.login) under Access tokens."
                : "The mailbox \(added.mailbox.address) was added. Now test its sign-in under Access tokens."
        }
    }

    /// Once for each form: kept, or shown again.
    func answer(
        _ form: ApplicationForm, isEdited: Bool = false, _ work: (ApplicationForm) async throws -> String
    ) async throws -> ConsoleAnswer {
        var form = form
        if !form.isWrong {
            do { return .redirect(place, .good(try await work(form))) } catch let error as DocumentError {
                form.note(error)
            } catch let problem as Problem where problem.kind == .changedMeanwhile {
                form.askForSecretAgain()
                return .page(
                    try await page(form, isEdited: isEdited, status: problem.kind.status, notice: .bad(problem.detail.sentence)))
            }
        }
        form.askForSecretAgain()
        return .page(try await page(form, isEdited: isEdited, status: .unprocessableContent))
    }

    func checkTag(_ application: Application) throws(Problem) {
        guard EntityTag.matches(request.form["etag"] ?? "", EntityTag.of(.application(application))) else {
            throw Problem(.changedMeanwhile, "somebody changed this application since the page was loaded: look at it, and repeat")
        }
    }
}

/// Removing.
extension ApplicationView {
    func delete() async throws -> ConsoleAnswer {
        let application = try application(in: request.directory)
        let cascades = request.form.isTicked("cascade")
        do {
            try checkTag(application)
            // The providers are told first: what is forgotten here cannot be withdrawn any more.
            let withdrawn = cascades ? try await withdraw() : []
            try await request.editing.edit { directory in
                try checkTag(try self.application(in: directory))
                return DirectoryEditing.Plan(changes: [.remove(EntityKey(.application, id.text))], cascades: cascades)
            }
            let words = ["the application \(application.name) was removed, and its secret with it"] + withdrawn
            return .redirect("/tokens", .good(words.map(\.sentence).joined(separator: " ")))
        } catch StoreFailure.conflict(let why) {
            return .redirect(place, .bad("\(why.sentence) Tick the box to remove that as well."))
        } catch let problem as Problem where problem.kind == .changedMeanwhile {
            return .page(try await page(status: problem.kind.status, notice: .bad(problem.detail.sentence)))
        }
    }

    /// Outcomes that a notice has room for.
    private static let mostOutcomes = 5

    private func withdraw() async throws -> [String] {
        var outcomes: [String] = []
        let grants = request.directory.allGrants.filter { $0.application == id && $0.kind == .consent }.sorted { $0.id < $1.id }
        for grant in grants where try await request.dependencies.store.secret(SecretName(.refreshToken, of: grant.id.text)) != nil {
            outcomes.append(await request.dependencies.operations.revoke(grant))
        }
        let rest = outcomes.count - Self.mostOutcomes
        return outcomes.prefix(Self.mostOutcomes) + (rest > 0 ? ["\(rest) more consents were treated the same way"] : [])
    }
}
