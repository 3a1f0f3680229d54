internal import Monitoring
internal import Web
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import Relay
internal import struct FoundationEssentials.Date

/// Logging in and out.
extension Console {
    private var strangersCookie: String { authenticator.cookieName("mandate-form") }
    /// Octets: a name, a password, a path. Everyone may send this one, so there is no room for more.
    private static let largestForm = 16 * 1024

    func showLogIn(_ request: Request, _ context: WebContext) async -> Response {
        let query = Query(request.uri.query)
        return logInPage(request, name: "", next: query?["next"] ?? "/", error: nil, status: .ok)
    }

    private func logInPage(
        _ request: Request, name: String, next: String, error: String?, status: HTTPResponse.Status, retryAfter: Int? = nil
    ) -> Response {
        let isFirst = !dependencies.directory.allClients.contains { $0.isEnabled && $0.roles.contains(.administrator) }
        let known = request.cookies[strangersCookie]?.value
        let nonce = known.flatMap { [UInt8](hexadecimal: $0)?.count == 16 ? $0 : nil } ?? dependencies.draw(16).hexadecimal
        var response = html(
            plain(
                "Sign in",
                [
                    "csrf": .text(authenticator.sessions.formToken(stranger: nonce)), "name": .text(name), "next": .text(safe(next)),
                    "error": DocumentValue(error),
                    "first": .flag(isFirst),
                ]), status, "login")
        response.headers.append(HTTPField(name: .setCookie, value: authenticator.cookie(strangersCookie, nonce, life: nil)))
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
            guard let nonce = request.cookies[strangersCookie]?.value,
                isSame(form.raw("csrf"), authenticator.sessions.formToken(stranger: nonce))
            else {
                throw Problem(.notPermitted, "the page was too old, or cookies are switched off: try once more")
            }
            let visitor = authenticator.visitor(request, context)
            let client = try await authenticator.logIn(
                name: name, secret: Secret(form.raw("key_or_password")), from: visitor.address,
                browser: request.cookies[authenticator.cookieName(KnownBrowsers.cookie)]?.value, salt: dependencies.draw(16))
            dependencies.logger.notice(
                "console: \(client.name) logged in", metadata: ["request": "\(context.requestID)", "address": "\(visitor.address)"])
            await dependencies.signedIn(client, from: visitor.address)
            var response = redirect(next)
            response.headers.append(begin(client, request, visitor).field)
            let browser = authenticator.browsers.cookie(of: client.id, nonce: dependencies.draw(16).hexadecimal, at: dependencies.now)
            response.headers.append(
                HTTPField(
                    name: .setCookie,
                    value: authenticator.cookie(
                        authenticator.cookieName(KnownBrowsers.cookie), browser, life: Int(KnownBrowsers.life))))
            return response
        } catch {
            let problem = problem(error, context)
            if problem.kind == .signInMissing || problem.kind == .tooManyRequests {
                dependencies.metrics.loginFailed()
                // That somebody who waits has to wait is told by the try before.
                if problem.kind == .signInMissing {
                    dependencies.signInFailed(
                        authenticator.person(named: name), from: authenticator.origin(of: request, context), at: .console)
                }
                // Without the name: who mixes the two up has typed the password there.
                dependencies.logger.notice(
                    "console: a log-in failed",
                    metadata: ["request": "\(context.requestID)", "address": "\(authenticator.origin(of: request, context))"])
            }
            return logInPage(
                request, name: name, next: next, error: problem.detail.sentence,
                status: problem.kind == .signInMissing ? .forbidden : problem.kind.status, retryAfter: problem.retryAfter)
        }
    }

    /// A session, and the cookie that is it.
    func begin(_ client: Client, _ request: Request, _ visitor: Visitor) -> (session: Session, field: HTTPField) {
        let session = Session(client: client.id, startedAt: dependencies.now, nonce: dependencies.draw(16).hexadecimal)
        let value = authenticator.sessions.begin(
            session, of: client, from: "\(visitor.address)", with: request.headers[.userAgent] ?? "")
        return (session, HTTPField(name: .setCookie, value: authenticator.cookie(authenticator.cookieName, value, life: Int(Session.life))))
    }

    func logOut(_ request: Request, _ context: WebContext) async -> Response {
        do {
            try checkOrigin(request, context)
            let visitor = authenticator.visitor(request, context)
            guard case .session(let session) = visitor.way else { return redirect("/login") }
            let form = try await self.form(of: request, limit: Self.largestForm)
            guard isSame(form.raw("csrf"), authenticator.sessions.formToken(session)) else {
                throw Problem(.notPermitted, "this form is not from a page of this log-in")
            }
            authenticator.sessions.end(session)
            var response = redirect("/login")
            response.headers.append(HTTPField(name: .setCookie, value: authenticator.cookie(authenticator.cookieName, "", life: 0)))
            return response
        } catch { return errorPage(problem(error, context), context) }
    }
}
