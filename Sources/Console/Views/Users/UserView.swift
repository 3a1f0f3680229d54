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
    private var usual: DirectoryDocument.Usual { DirectoryDocument.Usual(grantedBy: request.person, grantedAt: request.now) }

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
                "etag": DocumentValue(user.map { EntityTag.of(.user($0)) }),
                "action": .text(user.map { UsersView.href($0.id) } ?? "/users"),
                "explain_href": DocumentValue(user.map { "/explain?purpose=ad-hoc&user=\(PercentCoding.encode($0.id.text))" }),
                "error": DocumentValue(form.error),
                "used_by": DocumentValue(settings.isEmpty ? nil : settings.map(\.id).joined(separator: ", ")),
                "values": form.document, "errors": form.errorsDocument,
            ], status: status, notice: notice)
    }

    func create() async throws -> ConsoleAnswer {
        var form = try UserForm(request.form)
        var made: User?
        do {
            try await request.editing.edit { directory in
                let user = try form.user(in: directory, usual)
                guard directory.user(user.id) == nil else {
                    throw UserForm.Trouble(field: .id, words: "There is a user with this id already.")
                }
                made = user
                return .init(changes: [.put(.user(user))])
            }
        } catch let trouble as UserForm.Trouble {
            form.note(trouble)
            return .page(try await page(form, of: nil, status: .unprocessableContent))
        }
        guard let made else { throw Problem(.fault, "nothing was made") }
        return .redirect(UsersView.href(made.id), .good("User \(made.id) is added."))
    }

    func change() async throws -> ConsoleAnswer {
        var form = try UserForm(request.form, id: id.text)
        do {
            try await request.editing.edit { directory in
                let before = try current(directory)
                let user = try form.user(in: directory, usual)
                // Addresses are equal in any spelling, but a new spelling of one is a change that somebody wanted.
                let isSame = EntityForm.value(.user(user)) == EntityForm.value(.user(before))
                return isSame ? .init() : .init(changes: [.put(.user(user))])
            }
        } catch let trouble as UserForm.Trouble {
            form.note(trouble)
            return .page(try await page(form, of: request.directory.user(id), status: .unprocessableContent))
        } catch let problem as Problem where problem.kind == .changedMeanwhile {
            let notice = Notice.bad(problem.detail.sentence + " What you typed is still here: look, and save again.")
            return .page(try await page(form, of: request.directory.user(id), status: problem.kind.status, notice: notice))
        }
        return .redirect(UsersView.href(id), .good("User \(id) is kept as it stands here."))
    }

    func remove() async throws -> ConsoleAnswer {
        do {
            try await request.editing.edit { directory in
                _ = try current(directory)
                return .init(changes: [.remove(EntityKey(.user, id.text))])
            }
        } catch let problem as Problem where problem.kind == .changedMeanwhile {
            return .redirect(UsersView.href(id), .bad(problem.detail.sentence))
        } catch StoreFailure.conflict(let why) { return .redirect(UsersView.href(id), .bad(why.sentence)) }
        return .redirect("/users", .good("User \(id) is removed."))
    }

    /// As the page had them when it was loaded.
    private func current(_ directory: Directory) throws(Problem) -> User {
        guard let user = directory.user(id) else { throw missing }
        guard EntityTag.matches(request.form["etag"] ?? "", EntityTag.of(.user(user))) else {
            throw Problem(.changedMeanwhile, "somebody changed this user since the page was loaded")
        }
        return user
    }
}
