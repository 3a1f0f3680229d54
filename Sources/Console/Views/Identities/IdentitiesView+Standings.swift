internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// Asking the provider about a pair, and forgetting what it said.
extension IdentitiesView {
    /// Over the way the mailbox's mail leaves by.
    func probe() async throws -> ConsoleAnswer {
        let pair = try pair(request.dependencies.administration(for: request.person))
        let (key, mailbox, from) = (pair.keys[0], pair.mailbox, pair.from)
        let before = request.dependencies.snapshots.current.conditions.standing(key)
        let standing: Standing?
        do throws(StoreFailure) {
            standing = try await request.dependencies.operations.prober.probe(key, through: mailbox, by: request.person)
        } catch {
            guard case .unavailable = error else { throw error }
            return .redirect(request.back(or: href(from)), .bad("The probe could not be made; the service's log says why."))
        }
        await request.dependencies.operations.follower.catchUp()
        return .redirect(request.back(or: href(from)), notice(standing, isNew: standing != before, "\(mailbox.address)", from))
    }

    private func notice(_ standing: Standing?, isNew: Bool, _ mailbox: String, _ from: EmailAddress) -> Notice {
        switch standing {
        case .proven(_, let how)?: .good("\(mailbox) may send as \(from): \(how).")
        case .doubted(let doubt)?:
            .wait("It is not known for sure whether \(mailbox) may send as \(from): it was refused with \(doubt.code); \(doubt.prospect).")
        case .denied(_, let code)?: .bad("\(mailbox) may not send as \(from): \(code).")
        case .rewritten(_, let to)?: .bad("\(mailbox) may not send as \(from): the test message arrived from \(to).")
        case .pending?:
            .wait("\(mailbox) may not send as \(from) yet\(isNew ? ": the provider refused it" : ""). It is pending, and is tried again.")
        case .declared?, nil: .wait("It is not known whether \(mailbox) may send as \(from): the provider did not say.")
        }
    }

    func clear() async throws -> ConsoleAnswer {
        let plan = try await request.editor.edit { $0.clear(try pair($0)) }.plan
        let from = request.back(or: (try? EmailAddress(request.form.raw("from"))).map(href) ?? "/identities")
        return .redirect(from, plan.outcome == .unchanged ? .wait(plan.words.sentence) : Notice(plan))
    }

    private func href(_ from: EmailAddress) -> String { "/identities?q=\(PercentCoding.encode(from.description))" }

    /// What the row's hidden fields say.
    private func pair(_ administration: Administration) throws(AdministrationRefusal) -> Administration.Pair {
        try administration.pair(mailbox: request.form.raw("mailbox"), from: request.form.raw("from"))
    }
}
