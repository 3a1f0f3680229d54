internal import Web
internal import Mail
internal import Relay

/// The applications' users: found by any part of what is known of them, page by page, since there may be a million.
struct UsersView: Sendable {
    static let routes: [ConsoleRoute] =
        [
            .get("/users") { request in .page(try await UsersView(request).page()) },
            .get("/users/new") { request in .page(try await UserView(request).page(UserForm(), of: nil)) },
            .get("/users/{id}") { request in .page(try await UserView(request).page()) },
            .post("/users") { request in try await UserView(request).create() },
            .post("/users/{id}") { request in try await UserView(request).change() },
            .post("/users/{id}/delete") { request in try await UserView(request).remove() },
        ] + ImportView.routes

    private let request: ConsoleRequest
    /// Rows that a person looks through.
    private static let pageSize = 50

    private init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let text = request.query["q"]
        // One more than is shown says whether there is a next page.
        let found = try await users(text, after: request.query["after"], limit: Self.pageSize + 1)
        let rows = found.prefix(Self.pageSize)
        return Page(
            "users", "Users",
            [
                "has_users": .flag(request.directory.userCount > 0), "q": DocumentValue(text), "rows": .list(rows.map(Self.row)),
                "pager": pager(rows.count, text, next: found.count > rows.count ? rows.last?.id : nil),
            ])
    }

    private func users(_ text: String?, after id: String?, limit: Int) async throws -> [User] {
        if let text { return try await request.dependencies.users(matching: text, after: id, limit: limit) }
        return try await request.dependencies.store.entities(.user, after: id, limit: limit).compactMap {
            if case .user(let user) = $0 { user } else { nil }
        }
    }

    private static func row(_ user: User) -> DocumentValue {
        [
            "id": .text(user.id.text), "name": .text(user.name), "login": DocumentValue(user.login), "href": .text(href(user.id)),
            "addresses": .list(user.addresses.map { ["address": .text($0.address.description), "on": .flag($0.isOn)] }),
        ]
    }

    private func pager(_ count: Int, _ text: String?, next: UserID?) -> DocumentValue {
        guard count > 0 else { return .null }
        let isPart = request.query["after"] != nil || next != nil
        let total = Words.number(request.directory.userCount)
        let words =
            if let text { isPart ? "\(count) of those who fit “\(text)”, of \(total)" : "\(count) fit “\(text)”, of \(total)" } else {
                isPart ? "\(count) of \(total) users" : "\(total) users"
            }
        return [
            "words": .text(words), "next": DocumentValue(next.map { Self.list(text, after: $0) }),
            "prev": request.query["after"] == nil ? .null : .text(Self.list(text, after: nil)), "next_label": "Next",
            // The store goes forward only.
            "prev_label": "First page",
        ]
    }

    private static func list(_ text: String?, after id: UserID?) -> String {
        let fields = [("q", text), ("after", id?.text)].compactMap { name, value in
            value.map { "\(name)=\(PercentCoding.encode($0))" }
        }
        return fields.isEmpty ? "/users" : "/users?" + fields.joined(separator: "&")
    }

    /// Ids that are words of our own paths have their first letter encoded, so that the router takes them for ids.
    static func href(_ id: UserID) -> String {
        guard ["new", "import"].contains(id.text) else { return "/users/" + PercentCoding.encode(id.text) }
        return "/users/%" + [id.text.utf8.first ?? 0].hexadecimal.uppercased() + id.text.dropFirst()
    }
}
