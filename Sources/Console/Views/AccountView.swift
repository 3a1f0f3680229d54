internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// What somebody sees and changes of the own log-in: the password, and the sessions that go on. It is each person's own, so auditors may, too.
struct AccountView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/account") { request in .page(try AccountView(request).page()) },
        .post("/account/password", forAuditors: true) { request in try await AccountView(request).changePassword() },
        .post("/account/sessions", forAuditors: true) { request in AccountView(request).endOthers() },
        .post("/account/sessions/{id}/end", forAuditors: true) { request in AccountView(request).end() },
    ]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private var sessions: SessionKeeper { request.dependencies.authenticator.sessions }

    private func page(_ errors: [String: String] = [:], status: HTTPResponse.Status = .ok) throws -> Page {
        guard let client = request.visitor.client else { throw Problem(.signInMissing, "nobody is logged in") }
        let own = sessions.sessions(of: client.id, at: request.now)
        let fields = ["old", "new", "again"]
        return Page(
            "own-account", "Your account",
            [
                "name": .text(client.name), "client_href": .text(client.place), "has_password": .flag(client.passwordHash != nil),
                "least": .text(String(PasswordHash.leastLength)), "has_errors": .flag(!errors.isEmpty),
                "faults": .list(fields.compactMap { errors[$0].map { .text($0) } }),
                "errors": .map(fields.map { .init($0, DocumentValue(errors[$0])) }), "rows": .list(own.map(row)),
                "has_others": .flag(own.count > 1), "idle": .text(Words.span(Session.idle)), "life": .text(Words.span(Session.life)),
            ], status: status)
    }

    private func row(_ record: SessionRecord) -> DocumentValue {
        [
            "id": .text(record.id), "browser": .text(BrowserName(record.browser).words), "address": .text(record.address),
            "started": Words.moment(record.session.startedAt, at: request.now), "seen": Words.moment(record.lastSeen, at: request.now),
            "is_this": .flag(record.session.nonce == request.session.nonce),
        ]
    }

    private func end() -> ConsoleAnswer {
        let isEnded = sessions.end(request.path("id"), of: request.session.client)
        return .redirect("/account", isEnded ? .good("That session is ended.") : .wait("That session was over already."))
    }

    private func endOthers() -> ConsoleAnswer {
        let count = sessions.endOthers(than: request.session, at: request.now)
        return .redirect("/account", .good("\(count) other session\(count == 1 ? " is" : "s are") ended."))
    }
}

/// A new password, for whoever knows the old one.
extension AccountView {
    private func changePassword() async throws -> ConsoleAnswer {
        guard let client = request.visitor.client, let hash = client.passwordHash else {
            throw Problem(.conflict, "you are not known by a password", fix: "a new key is made on the page of your client")
        }
        let (old, new) = (request.form.raw("old"), request.form.raw("new"))
        var errors: [String: String] = [:]
        if new == old { errors["new"] = "The new password is the old one." }
        if request.form.raw("again") != new { errors["again"] = "The two are not the same: type the new password twice." }
        guard errors.isEmpty else { return .page(try page(errors, status: .unprocessableContent)) }
        guard try await isOld(old, of: client) else {
            request.dependencies.signInFailed(client, from: request.visitor.address, at: .console)
            return .page(try page(["old": "That is not your password."], status: .unprocessableContent))
        }
        let salt = request.dependencies.draw(16)
        let fresh: PasswordHash
        do { fresh = try await Aside.run { Result { try PasswordHash(chosen: Secret(new), salt: salt) } }.get() } catch let refusal
            as AdministrationRefusal
        {
            return .page(try page(["new": refusal.words], status: .unprocessableContent))
        }
        try await request.editor.edit { administration in
            // The old password was compared with this one.
            guard administration.directory.client(client.id)?.passwordHash == hash else {
                throw AdministrationRefusal(
                    .changedMeanwhile, "your password was changed meanwhile", fix: "sign in with that one", of: .client)
            }
            return try administration.setPassword(of: client.id, to: fresh)
        }
        _ = sessions.endOthers(than: request.session, at: request.now)
        return .renewed("/account", .good("Your password is changed, and every other session of yours is ended."))
    }

    private func isOld(_ password: String, of client: Client) async throws(Problem) -> Bool {
        let authenticator = request.dependencies.authenticator
        return try await authenticator.isPassword(
            Secret(password), of: client, named: client.name, from: request.visitor.address,
            browser: request.http.cookies[authenticator.cookieName(KnownBrowsers.cookie)]?.value, salt: request.dependencies.draw(16))
    }
}

/// What a browser calls itself (`User-Agent`, RFC 9110 section 10.1.5), as people call it.
struct BrowserName: Sendable, Hashable {
    /// In this order: each of them names those behind it, too.
    private static let browsers = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
    private static let systems = [
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]
    private static let longest = 60

    let words: String

    init(_ agent: String) {
        let browser = Self.browsers.first { agent.contains($0.0) }?.1
        let system = Self.systems.first { agent.contains($0.0) }?.1
        if let browser {
            words = system.map { "\(browser) on \($0)" } ?? browser
        } else {
            words = agent.isEmpty ? "a browser without a name" : String(agent.prefix(Self.longest))
        }
    }
}
