internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// What an administrator changes of an application. What cannot be kept comes back as it was typed, with the reason beside it.
extension ApplicationView {
    func save() async throws -> ConsoleAnswer {
        _ = try application(in: request.directory)
        return try await answer(ApplicationForm(request.form), isEdited: true) { form in
            Notice(try await request.editor.edit { try $0.change(key, expecting: tag, by: form.entries) }.plan)
        }
    }

    /// Below a grant that is there, or a new one.
    func addMailbox() async throws -> ConsoleAnswer {
        let chosen = request.form.raw("grant")
        let kind = Grant.Kind.allCases.first { "new-\($0.rawValue)" == chosen }
        return try await answer(ApplicationForm(request.form)) { form in
            let plan = try await request.editor.edit { administration in
                var said = form.mailbox
                if let kind { return try administration.add(said, below: try application(in: administration.directory), by: kind) }
                said["grant"] = .text(chosen)
                return try administration.add(said)
            }.plan
            return Notice(plan, then: plan.needsConsent ? "now consent under Connections" : "now test its sign-in under Connections")
        }
    }

    /// Once for each form: kept, or shown again.
    func answer(
        _ form: ApplicationForm, isEdited: Bool = false, _ work: (ApplicationForm) async throws -> Notice
    ) async throws -> ConsoleAnswer {
        var form = form
        if !form.isWrong {
            do { return .redirect(place, try await work(form)) } catch let refusal as AdministrationRefusal {
                form.note(refusal)
                if refusal.code == .changedMeanwhile {
                    form.askForSecretAgain()
                    let status = Problem(refusal).kind.status
                    return .page(try await page(form, isEdited: isEdited, status: status, notice: .bad(refusal.words)))
                }
            }
        }
        form.askForSecretAgain()
        return .page(try await page(form, isEdited: isEdited, status: .unprocessableContent))
    }

    var key: EntityKey { EntityKey(.application, id.text) }

    /// Of the state that the page was made of.
    var tag: String { request.form["etag"] ?? "" }
}

/// Removing.
extension ApplicationView {
    func delete() async throws -> ConsoleAnswer {
        _ = try application(in: request.directory)
        do {
            let plan = try await request.editor.remove(
                [key], cascades: request.form.isTicked("cascade"), expecting: tag, telling: request.dependencies.operations.revoker
            ).plan
            return .redirect("/tokens", Notice(plan))
        } catch let refusal as AdministrationRefusal {
            let words = refusal.code == .inUse ? "\(refusal.sentence.sentence) Tick the box to remove that as well." : refusal.words
            return .page(try await page(status: Problem(refusal).kind.status, notice: .bad(words)))
        }
    }
}
