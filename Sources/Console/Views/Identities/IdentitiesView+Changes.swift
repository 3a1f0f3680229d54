internal import Web
internal import HTTPTypes
internal import Relay

/// Taking back what was allowed or forbidden: the rule book decides, and its answer is shown.
extension IdentitiesView {
    func revoke() async throws -> ConsoleAnswer {
        try await takingBack { try $0.revoke(DelegationID(trusted: request.path("id")), expecting: request.form["etag"] ?? "") }
    }

    func removeDeny() async throws -> ConsoleAnswer {
        try await takingBack { try $0.lift(DenyID(trusted: request.path("id")), expecting: request.form["etag"] ?? "") }
    }

    /// What is gone or changed is no error of the visitor's: the page says how things stand now.
    private func takingBack(_ verb: (Administration) throws -> Plan) async throws -> ConsoleAnswer {
        do { return .redirect(request.back(or: "/identities"), Notice(try await request.editor.edit { try verb($0) }.plan)) } catch let
            refusal
            as AdministrationRefusal
        {
            let problem = Problem(refusal)
            return .page(try await page(status: problem.kind.status, notice: .bad(refusal.words)))
        }
    }
}

extension Notice {
    /// What was done, and what is to be done next; `then`: in the console's own words.
    init(_ plan: Plan, then: String? = nil) {
        var words = ([plan.words] + plan.notes + plan.warnings).map(\.sentence)
        if let then, plan.outcome != .unchanged { words.append(then.sentence) }
        for step in plan.next { if case .atProvider(let step) = step { words.append("At the provider: \(step)") } }
        self = plan.warnings.isEmpty ? .good(words.joined(separator: " ")) : .wait(words.joined(separator: " "))
    }
}

extension AdministrationRefusal {
    /// For a page: what is wrong and what to do.
    var words: String { fix.isEmpty ? sentence.sentence : "\(sentence.sentence) \(fix.sentence)" }
}
