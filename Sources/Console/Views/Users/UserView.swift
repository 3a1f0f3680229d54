internal import Web
internal import HTTPTypes
internal import Relay

/// One user: the form, and what becomes of it.
struct UserView: Sendable {
    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private var id: UserID { UserID(trusted: request.path("id")) }
    private var missing: Problem {
        Problem(.notFound, "there is no user \"\(request.path("id"))\"", fix: "look for them in the list of users")
    }

    func page() async throws -> Page {
        guard let user = request.directory.user(id) else { throw missing }
        return try await page(UserForm(user), of: user)
    }

    func page(_ form: UserForm, of user: User?, status: HTTPResponse.Status = .ok, notice: Notice? = nil) async throws -> Page {
        let settings =
            if let user { try await request.dependencies.store.references(to: EntityKey(.user, user.id.text)) } else { [EntityKey]() }
        return Page(
            "user", user.map { $0.name.isEmpty ? $0.id.text : $0.name } ?? "New user",
            [
                "is_new": .flag(user == nil), "id": DocumentValue(user?.id.text),
                "id_href": DocumentValue(user.map { PercentCoding.encode($0.id.text) }),
                "etag": DocumentValue(user.map { EntityTag.of(.user($0)) }),
                "action": .text(user.map { UsersView.href($0.id) } ?? "/users"),
                "explain_href": DocumentValue(user.map { ExplainView.href(nil, purpose: .adHoc, user: $0.id) }),
                "error": DocumentValue(form.error),
                "used_by": DocumentValue(settings.isEmpty ? nil : settings.map(\.id).joined(separator: ", ")),
                "values": form.document, "errors": form.errorsDocument,
            ], status: status, notice: notice)
    }

    func create() async throws -> ConsoleAnswer {
        var form = try UserForm(request.form)
        let said = form.particulars
        do {
            let plan = try await request.editor.edit(said.slice) { try $0.add(said) }.plan
            return .redirect(plan.subject.map { UsersView.href(UserID(trusted: $0.key.id)) } ?? "/users", Notice(plan))
        } catch let refusal as AdministrationRefusal {
            form.note(refusal)
            return .page(try await page(form, of: nil, status: .unprocessableContent))
        }
    }

    func change() async throws -> ConsoleAnswer {
        var form = try UserForm(request.form, id: id.text)
        let said = form.particulars
        do {
            let plan = try await request.editor.edit(said.slice) { try $0.change(key, expecting: request.form["etag"] ?? "") { _ in said } }
                .plan
            return .redirect(UsersView.href(id), Notice(plan))
        } catch let refusal as AdministrationRefusal {
            guard refusal.code != .notFound else { throw missing }
            if refusal.code == .changedMeanwhile {
                let notice = Notice.bad(refusal.sentence.sentence + " What you typed is still here: look, and save again.")
                return .page(try await page(form, of: request.directory.user(id), status: Problem(refusal).kind.status, notice: notice))
            }
            form.note(refusal)
            return .page(try await page(form, of: request.directory.user(id), status: .unprocessableContent))
        }
    }

    func remove() async throws -> ConsoleAnswer {
        do {
            let plan = try await request.editor.edit(DirectorySlice(users: [id])) {
                try $0.remove([key], expecting: request.form["etag"] ?? "")
            }.plan
            return .redirect("/users", Notice(plan))
        } catch let refusal as AdministrationRefusal {
            guard let user = request.directory.user(id) else { throw missing }
            return .page(try await page(UserForm(user), of: user, status: Problem(refusal).kind.status, notice: .bad(refusal.words)))
        }
    }

    private var key: EntityKey { EntityKey(.user, id.text) }
}
