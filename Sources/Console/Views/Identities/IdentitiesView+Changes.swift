internal import Web
internal import HTTPTypes
internal import Relay

/// Allowing and forbidding, and taking both back. What a form says is told to the rule book like a request of the API, and its answer is shown.
extension IdentitiesView {
    static let grantFields = ["mailbox", "covers", "valid_from", "valid_until"]
    static let denyFields = ["mailbox", "covers"]

    func grant() async throws -> ConsoleAnswer {
        var typed = typed(["mailbox", "covers", "kind", "priority", "valid_from", "valid_until", "reason"])
        if request.form.isTicked("allow_unaligned") { typed.values["allow_unaligned"] = "yes" }
        var said = Particulars(
            .delegation, typed.values.map { .init($0.key == "allow_unaligned" ? "allows_unaligned" : $0.key, .text($0.value)) })
        if said["kind"] == nil { said["kind"] = .text(Delegation.Kind.sendAs.rawValue) }
        do { return .redirect("/identities", Notice(try await request.editor.edit { try $0.allow(said) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            typed.note(refusal, in: Self.grantFields)
            return .page(try await page(grant: typed, status: .unprocessableContent))
        }
    }

    func deny() async throws -> ConsoleAnswer {
        var typed = typed(["mailbox", "covers", "reason"])
        let said = Particulars(.deny, typed.values.map { .init($0.key, .text($0.value)) })
        do { return .redirect("/identities", Notice(try await request.editor.edit { try $0.deny(said) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            typed.note(refusal, in: Self.denyFields)
            return .page(try await page(deny: typed, status: .unprocessableContent))
        }
    }

    private func typed(_ fields: [String]) -> Typed {
        var typed = Typed()
        for field in fields { typed.values[field] = request.form[field] }
        return typed
    }

    func revoke() async throws -> ConsoleAnswer {
        try await takingBack { try $0.revoke(DelegationID(trusted: request.path("id")), expecting: request.form["etag"] ?? "") }
    }

    func removeDeny() async throws -> ConsoleAnswer {
        try await takingBack { try $0.lift(DenyID(trusted: request.path("id")), expecting: request.form["etag"] ?? "") }
    }

    /// What is gone or changed is no error of the visitor's: the page says how things stand now.
    private func takingBack(_ verb: (Administration) throws -> Plan) async throws -> ConsoleAnswer {
        do { return .redirect("/identities", Notice(try await request.editor.edit { try verb($0) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            let problem = Problem(refusal)
            return .page(try await page(status: problem.kind.status, notice: .bad(refusal.words)))
        }
    }
}

extension Notice {
    /// What was done, and what is to be done next.
    init(_ plan: Plan) {
        var words = ([plan.words] + plan.notes + plan.warnings).map(\.sentence)
        for step in plan.next { if case .atProvider(let step) = step { words.append("At the provider: \(step)") } }
        self = plan.warnings.isEmpty ? .good(words.joined(separator: " ")) : .wait(words.joined(separator: " "))
    }
}

extension AdministrationRefusal {
    /// For a page: what is wrong and what to do.
    var words: String { fix.isEmpty ? sentence.sentence : "\(sentence.sentence) \(fix.sentence)" }
}
