internal import HTTPTypes
internal import Relay
internal import Web

/// What a client may do, in three forms, as three commands change it: roles, limits, tokens.
struct ClientForms: Sendable {
    private var roles: [String]
    private var limits: LimitsForm
    private var tokens: TokensForm
    private var errors: [String: String] = [:]
    private var error: String?

    /// Fields that a refusal may be about, the lines of tokens apart.
    private static let fields = ["role", "tokens"] + LimitsForm.fields

    init(_ client: Client, _ directory: Directory) {
        roles = Role.sorted(client.roles)
        limits = LimitsForm(client)
        tokens = TokensForm(client, directory)
    }

    mutating func takeRoles(_ form: Form) -> [DocumentValue.Entry] {
        roles = form.all("role")
        return [.init("roles", DocumentValue(roles))]
    }

    mutating func takeLimits(_ form: Form) -> [DocumentValue.Entry] {
        limits = LimitsForm(form)
        return limits.entries
    }

    mutating func takeTokens(_ form: Form) throws(Problem) -> [DocumentValue.Entry] {
        tokens = try TokensForm(form)
        return tokens.entries
    }

    /// Beside its field where there is a place for that, else above the forms.
    mutating func note(_ refusal: AdministrationRefusal) {
        let field = refusal.field.hasPrefix("roles") ? "role" : LimitsForm.field(refusal)
        error = "Nothing was changed: look at the fields below."
        if tokens.note(refusal) { return }
        if Self.fields.contains(field) { errors[field] = refusal.words } else { error = refusal.words }
    }

    func document(_ directory: Directory) -> [DocumentValue.Entry] {
        [
            .init("error", DocumentValue(error)), .init("errors", .map(Self.fields.map { .init($0, DocumentValue(errors[$0])) })),
            .init("role_choices", Role.choices(roles)), .init("values", .map(limits.typed)),
        ] + limits.choices + tokens.document(directory)
    }
}

/// What is changed there is what the commands and the API change, by the same verb.
extension ClientView {
    func changeRoles() async throws -> ConsoleAnswer { try await change { forms in forms.takeRoles(request.form) } }
    func changeLimits() async throws -> ConsoleAnswer { try await change { forms in forms.takeLimits(request.form) } }
    func changeTokens() async throws -> ConsoleAnswer { try await change { forms in try forms.takeTokens(request.form) } }

    private func change(_ take: (inout ClientForms) throws -> [DocumentValue.Entry]) async throws -> ConsoleAnswer {
        let client = try client()
        var forms = ClientForms(client, request.directory)
        let patch = try take(&forms)
        do {
            let plan = try await request.editor.edit(Particulars(.client, patch).slice) {
                try $0.change(EntityKey(.client, client.id.text), expecting: request.form["etag"] ?? "", by: patch)
            }.plan
            return .redirect(client.place, Notice(plan))
        } catch let refusal as AdministrationRefusal {
            forms.note(refusal)
            return .page(try page(forms, status: Problem(refusal).kind.status))
        }
    }
}
