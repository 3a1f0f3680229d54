package import Web
package import Hummingbird
internal import HTTPTypes
package import Relay

/// The pages a consent passes: start, the provider's answer, and what became of it. Thin: the flow decides.
package struct ConsentRoutes: Site {
    private static let cookie = "mandate-consent"
    /// A query is a code, a state and an issuer; what is longer is none of ours.
    private static let longestQuery = 32 * 1024

    private let address: PublicAddress
    private let isEncrypted: Bool
    private let consents: ConsentFlow
    private let console: (@Sendable () -> Directory)?
    private let onShown: @Sendable (ConsentID) -> Void

    /// `console`: what the console below the same address shows; nil: there is none to lead on to. `onShown`: a browser has been told how its consent ended.
    package init(
        address: PublicAddress, isEncrypted: Bool = false, consents: ConsentFlow, console: (@Sendable () -> Directory)? = nil,
        onShown: @escaping @Sendable (ConsentID) -> Void = { _ in }
    ) {
        self.address = address
        self.isEncrypted = isEncrypted
        self.consents = consents
        self.console = console
        self.onShown = onShown
    }

    private var pages: ConsentPages { ConsentPages(address: address) }

    package func add(to router: Router<WebContext>) {
        router.get("/OAuth2") { _, _ in page(.notFound, pages.noApplication()) }
        router.get("/OAuth2/style.css") { _, _ in style() }
        router.get("/OAuth2/:application") { request, context in await answer(request, context.parameters.get("application") ?? "") }
        router.get("/OAuth2/:application/start") { request, context in await start(request, context.parameters.get("application") ?? "") }
        router.get("/OAuth2/:application/done") { request, context in await done(request, context.parameters.get("application") ?? "") }
    }

    private func start(_ request: Request, _ application: String) async -> Response {
        guard let id = consent(request), let application = ApplicationID(application) else {
            return page(.badRequest, pages.trouble("This address lacks which consent it is for: use the whole address that was shown."))
        }
        let known = request.cookies[Self.cookie]?.value
        let shown = Query(request.uri.query)?["go"]
        do throws(ConsentFailure) {
            if let address = try await consents.open(id, of: application, cookie: known, pass: shown) {
                return Response(status: .seeOther, headers: headers([.location: address]))
            }
            let (brief, cookie, pass) = try await consents.introduce(id, of: application, cookie: known)
            let onward = "\(address.start(application.text, consent: id.text))&go=\(pass)"
            var response = page(.ok, pages.introduction(brief, onward, hasNoCookies: known == nil && shown != nil))
            response.headers.append(HTTPField(name: .setCookie, value: self.cookie(cookie, application.text)))
            return response
        } catch { return page(status(error), pages.trouble(error.description)) }
    }

    private func answer(_ request: Request, _ application: String) async -> Response {
        guard let query = request.uri.query, !query.isEmpty else {
            return page(.badRequest, pages.redirectURI(of: application))
        }
        // What comes back from an administrator who has consented for the tenant: nobody's consent, and the way to one.
        if let answer = Query(query), answer["admin_consent"]?.lowercased() == "true", answer["code"] == nil {
            return page(.ok, pages.allowed())
        }
        guard query.utf8.count <= Self.longestQuery, let response = AuthorizationResponse(query) else {
            return page(
                .badRequest, pages.trouble("This is no answer of a provider: it needs a state, and a code or an error, each once."))
        }
        let bearer = ConsentFlow.Bearer.browser(cookie: request.cookies[Self.cookie]?.value)
        do throws(ConsentFailure) {
            guard let application = ApplicationID(application) else { throw .otherApplication }
            let attempt = try await consents.finish(response, from: bearer, at: application).attempt
            return seen(attempt)
        } catch {
            // Away from the address with the code in it, where there is a page to go to.
            do throws(ConsentFailure) {
                if let attempt = try await consents.attempt(of: response) {
                    if case .refused = attempt.progress { return seen(attempt) }
                    if case .otherBrowser = error {
                        let start = address.start(attempt.application.text, consent: attempt.id.text)
                        return page(status(error), pages.otherBrowser(try consents.brief(attempt), start))
                    }
                }
            } catch { return page(status(error), pages.trouble(error.description)) }
            return page(status(error), pages.trouble(error.description))
        }
    }

    private func done(_ request: Request, _ application: String) async -> Response {
        let found: ConsentAttempt?
        do throws(ConsentFailure) { found = try await consents.attempt(consent(request), from: request.cookies[Self.cookie]?.value) } catch
        {
            return page(status(error), pages.trouble(error.description))
        }
        guard let attempt = found else {
            return page(.notFound, pages.trouble("There is nothing to see here: this browser took no part in such a consent."))
        }
        switch attempt.progress {
        case .waiting, .taken: return page(.ok, pages.waiting())
        case .granted(_, let words):
            onShown(attempt.id)
            return page(.ok, pages.granted(words, onward(attempt)))
        case .refused(_, let words):
            onShown(attempt.id)
            return page(.forbidden, pages.trouble(words, onward(attempt)))
        }
    }

    private func onward(_ attempt: ConsentAttempt) -> ConsentOnward? { console.flatMap { ConsentOnward(attempt.grant, in: $0()) } }

    private func consent(_ request: Request) -> ConsentID? { Query(request.uri.query)?["consent"].flatMap { ConsentID($0) } }

    private func seen(_ attempt: ConsentAttempt) -> Response {
        let place = "\(address.redirectURI(attempt.application.text))/done?consent=\(attempt.id)"
        return Response(status: .seeOther, headers: headers([.location: place]))
    }

    private func cookie(_ value: String, _ application: String) -> String {
        "\(Self.cookie)=\(value); Path=\(address.path)/OAuth2/\(application); Max-Age=\(Int(ConsentAttempt.life)); HttpOnly; SameSite=Lax"
            + (address.isSecure || isEncrypted ? "; Secure" : "")
    }

    /// Bad requests are the browser's, refusals the person's; only what may pass is ours.
    private func status(_ failure: ConsentFailure) -> HTTPResponse.Status {
        switch failure {
        case .unknownState, .expired, .alreadyUsed: .gone
        case .otherBrowser, .otherApplication, .issuerMissing, .otherIssuer, .declined, .blocked, .wrongPerson, .identity, .scopesMissing,
            .noRefreshToken, .grantChanged:
            .forbidden
        case .notPossible: .conflict
        case .token(.temporary), .temporary: .serviceUnavailable
        case .token(.grant), .token(.mailbox), .token(.application), .token(.missing): .conflict
        }
    }

    private func page(_ status: HTTPResponse.Status, _ html: String) -> Response {
        Response(
            status: status, headers: headers([.contentType: "text/html; charset=utf-8"]),
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private func style() -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "max-age=3600"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: ConsentPages.style)))
    }

    /// Nothing is kept, and nothing is run or sent: these pages have no script and no form.
    private func headers(_ own: HTTPFields) -> HTTPFields {
        var all = own
        all[.cacheControl] = "no-store"
        all[.contentSecurityPolicy] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        return all
    }
}
