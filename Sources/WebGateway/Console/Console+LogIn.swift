internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import Relay
internal import struct FoundationEssentials.Date

/// Logging in and out.
extension Console {
    private static let strangersCookie = "mandate-form"
    /// Octets: a name, a password, a path. Everyone may send this one, so there is no room for more.
    private static let largestForm = 16 * 1024

    func showLogIn(_ request: Request, _ context: WebContext) async -> Response {
        let query = Query(request.uri.query)
        return logInPage(request, name: "", next: query?["next"] ?? "/", error: nil, status: .ok)
    }

    private func logInPage(
        _ request: Request, name: String, next: String, error: String?, status: HTTPResponse.Status, retryAfter: Int? = nil
    ) -> Response {
        let isFirst = !office.directory.allClients.contains { $0.isEnabled && $0.roles.contains(.administrator) }
        let known = request.cookies[Self.strangersCookie]?.value
        let nonce = known.flatMap { [UInt8](hexadecimal: $0)?.count == 16 ? $0 : nil } ?? office.draw(16).hexadecimal
        var response = html(
            plain(
                "Sign in",
                [
                    "csrf": .text(entrance.sessions.formToken(stranger: nonce)), "name": .text(name), "next": .text(safe(next)),
                    "error": DocumentValue(error),
                    "first": .flag(isFirst),
                ]), status, "login")
        response.headers.append(HTTPField(name: .setCookie, value: entrance.cookie(Self.strangersCookie, nonce, life: nil)))
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }

    /// A path of ours and nothing else: `//elsewhere` and `/\elsewhere` are other hosts to a browser.
    private func safe(_ next: String) -> String {
        guard next.hasPrefix("/"), !next.hasPrefix("//"),
            next.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x5C && $0.value < 0x7F })
        else { return "/" }
        return next
    }

    func logIn(_ request: Request, _ context: WebContext) async -> Response {
        var name = ""
        var next = "/"
        do {
            try checkOrigin(request, context)
            let form = try await self.form(of: request, limit: Self.largestForm)
            name = form["name"] ?? ""
            next = safe(form["next"] ?? "/")
            guard let nonce = request.cookies[Self.strangersCookie]?.value,
                isSame(form.raw("csrf"), entrance.sessions.formToken(stranger: nonce))
            else {
                throw Problem(.notPermitted, "the page was too old, or cookies are switched off: try once more")
            }
            let visitor = entrance.visitor(request, context)
            let client = try await entrance.logIn(
                name: name, secret: Secret(form.raw("key_or_password")), from: visitor.address,
                browser: request.cookies[KnownBrowsers.cookie]?.value, salt: office.draw(16))
            let session = Session(client: client.id, startedAt: office.now, nonce: office.draw(16).hexadecimal)
            office.logger.notice(
                "console: \(client.name) logged in", metadata: ["request": "\(context.requestID)", "address": "\(visitor.address)"])
            var response = redirect(next)
            response.headers.append(
                HTTPField(
                    name: .setCookie,
                    value: entrance.cookie(entrance.cookieName, entrance.sessions.cookie(session, of: client), life: Int(Session.life))))
            let browser = entrance.browsers.cookie(of: client.id, nonce: office.draw(16).hexadecimal, at: office.now)
            response.headers.append(
                HTTPField(name: .setCookie, value: entrance.cookie(KnownBrowsers.cookie, browser, life: Int(KnownBrowsers.life))))
            return response
        } catch {
            let problem = problem(error, context)
            if problem.kind == .signInMissing || problem.kind == .tooManyRequests {
                office.metrics.loginFailed()
                // Without the name: who mixes the two up has typed the password there.
                office.logger.notice(
                    "console: a log-in failed",
                    metadata: ["request": "\(context.requestID)", "address": "\(entrance.origin(of: request, context))"])
            }
            return logInPage(
                request, name: name, next: next, error: problem.detail.sentence,
                status: problem.kind == .signInMissing ? .forbidden : problem.kind.status, retryAfter: problem.retryAfter)
        }
    }

    func logOut(_ request: Request, _ context: WebContext) async -> Response {
        do {
            try checkOrigin(request, context)
            let visitor = entrance.visitor(request, context)
            guard case .session(let session) = visitor.way else { return redirect("/login") }
            let form = try await self.form(of: request, limit: Self.largestForm)
            guard isSame(form.raw("csrf"), entrance.sessions.formToken(session)) else {
                throw Problem(.notPermitted, "this form is not from a page of this log-in")
            }
            entrance.sessions.end(session, at: office.now)
            var response = redirect("/login")
            response.headers.append(HTTPField(name: .setCookie, value: entrance.cookie(entrance.cookieName, "", life: 0)))
            return response
        } catch { return page(of: problem(error, context), request, context) }
    }
}
