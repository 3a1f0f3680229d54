internal import Hummingbird
internal import NIOCore

/// The doors to everything but tokens: pages for people, keys and metadata for programs, device codes, userinfo, revocation.
extension TokenServer {
    static func addAuthorization(to router: Router<TokenContext>, _ provider: Provider, _ connections: ServerConnections) {
        for path: RouterPath in ["/{tenant}/oauth2/v2.0/authorize", "/o/oauth2/v2/auth"] {
            router.get(path) { request, context in
                connections.add(context.channel)
                let query = request.uri.query ?? ""
                return page(provider.with { state, now in state.authorizationPage(query, now: now) })
            }
            router.post(path) { request, context in
                connections.add(context.channel)
                let query = request.uri.query ?? ""
                let form = String(buffer: try await request.body.collect(upTo: bodyLimit))
                return page(provider.with { state, now in state.authorize(query, form: form, now: now) })
            }
        }
        addDevices(to: router, provider, connections)
        addDocuments(to: router, provider, connections)
    }

    private static func addDevices(to router: Router<TokenContext>, _ provider: Provider, _ connections: ServerConnections) {
        for path: RouterPath in ["/{tenant}/oauth2/v2.0/devicecode", "/device/code"] {
            router.post(path) { request, context in
                connections.add(context.channel)
                let form = String(buffer: try await request.body.collect(upTo: bodyLimit))
                return response(provider.with { state, now in state.device(form, now: now) })
            }
        }
        router.get("/device") { _, context in
            connections.add(context.channel)
            return page(provider.with { state, _ in .page(status: 200, html: ConsentPage.device(state.tenant)) })
        }
        router.post("/device") { request, context in
            connections.add(context.channel)
            let form = String(buffer: try await request.body.collect(upTo: bodyLimit))
            return page(provider.with { state, now in state.enter(form, now: now) })
        }
    }

    private static func addDocuments(to router: Router<TokenContext>, _ provider: Provider, _ connections: ServerConnections) {
        for path: RouterPath in ["/{tenant}/discovery/v2.0/keys", "/oauth2/v3/certs"] {
            router.get(path) { _, context in
                connections.add(context.channel)
                return response(provider.with { state, _ in TokenAnswer(status: 200, body: state.keyDocument()) })
            }
        }
        for path: RouterPath in ["/{tenant}/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration"] {
            router.get(path) { _, context in
                connections.add(context.channel)
                return response(provider.with { state, _ in TokenAnswer(status: 200, body: state.discoveryDocument()) })
            }
        }
        for path: RouterPath in ["/oidc/userinfo", "/v1/userinfo"] {
            router.get(path) { request, context in
                connections.add(context.channel)
                let bearer = request.headers[.authorization]?.split(separator: " ").last.map(String.init) ?? ""
                return response(provider.with { state, now in state.userinfo(bearer, now: now) })
            }
        }
        router.post("/revoke") { request, context in
            connections.add(context.channel)
            let form = String(buffer: try await request.body.collect(upTo: bodyLimit))
            return response(provider.with { state, _ in state.revoke(form) })
        }
    }

    private static func page(_ page: ProviderState.Page) -> Response {
        switch page {
        case .page(let status, let html):
            Response(
                status: .init(code: status), headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        case .redirect(let address): Response(status: .found, headers: [.location: address])
        }
    }
}

extension ProviderState {
    /// OpenID Connect Core 5.3.
    func userinfo(_ bearer: String, now: Double) -> TokenAnswer {
        guard let token = tokens.accessToken(bearer), token.expires > now, !token.isRevoked, case .user(let login) = token.principal else {
            return TokenAnswer(status: 401, fields: [.init("WWW-Authenticate", "Bearer error=\"invalid_token\"")], body: "{}")
        }
        return TokenAnswer(
            status: 200,
            body: JSONText.text(["sub": "s-" + Self.number(login), "email": login, "email_verified": true, "preferred_username": login]))
    }

    /// RFC 7009, as Google answers it: 400 for what it does not know.
    mutating func revoke(_ form: String) -> TokenAnswer {
        guard habits.flavour == .google else { return TokenAnswer(status: 404, body: "{}") }
        guard let token = Fields(form)["token"], tokens.revoke(refresh: token) else {
            return .failure(400, "invalid_token", "Token expired or revoked")
        }
        return TokenAnswer(status: 200, body: "{}")
    }
}
