internal import Monitoring
package import Web
internal import Crypto
internal import HTTPTypes
package import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import Relay
internal import struct FoundationEssentials.Date

/// The console for people: pages made here, that work without script. Every request passes `answer`: who is it, may they, is a change really theirs
/// (its form carries what no other site can know), then the page.
package struct Console: Site {
    let dependencies: WebDependencies
    private let state: ConsoleState
    let notices = PendingNotices()

    package init(_ dependencies: WebDependencies, reference: APIReference) {
        self.dependencies = dependencies
        state = ConsoleState(reference: reference)
    }

    var authenticator: Authenticator { dependencies.authenticator }

    /// Octets of a form: a pasted message is the largest.
    private static let largestTyped = 2 * 1024 * 1024

    static let routes: [ConsoleRoute] = pages + Reloading.routes(for: pages)

    private static let pages: [ConsoleRoute] =
        OverviewView.routes + IdentitiesView.routes + SettingsView.routes + ExplainView.routes + TokensView.routes + ConsentView.routes
        + CheckView.routes + NewApplicationView.routes + ApplicationView.routes + QueueView.routes + MessageView.routes
        + MailboxView.routes + ProviderView.routes + ClientView.routes + AccountView.routes + SentView.routes + UnauthorizedView.routes
        + ReviewView.routes + ImpactView.routes + OutcomesView.routes + ReachView.routes + ReportedView.routes
        + UsersView.routes
        + ClientsView.routes + JournalView.routes + ReferenceView.routes

    package func add(to router: Router<WebContext>) {
        for route in Self.routes {
            let meter = dependencies.metrics.requests(of: route.path, method: route.method.rawValue)
            router.on(RouterPath(route.routerPath), method: route.method) { request, context in
                await answer(route, request, context, meter)
            }
        }
        router.get("/login") { request, context in await showLogIn(request, context) }
        router.post("/login") { request, context in await logIn(request, context) }
        // Whoever loads the address of the form again is led on, and stays logged in.
        router.get("/logout") { _, _ in redirect("/") }
        router.post("/logout") { request, context in await logOut(request, context) }
        router.get("/assets/console.css") { request, _ in asset(PageFiles.style, "text/css; charset=utf-8", request) }
        router.get("/assets/console.js") { request, _ in asset(PageFiles.script, "text/javascript; charset=utf-8", request) }
    }

    /// The same for as long as the program is.
    private func asset(_ bytes: [UInt8], _ type: String, _ request: Request) -> Response {
        let tag = "\"" + Array(SHA256.hash(data: bytes).prefix(8)).hexadecimal + "\""
        if let field = request.headers[.ifNoneMatch], EntityTag.isKnown(field, tag) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        return Reply(.ok, .bytes(bytes, type: type)).with(.eTag, tag).with(.cacheControl, "no-cache").response(zips: request.takesGzip)
    }

    private func answer(_ route: ConsoleRoute, _ request: Request, _ context: WebContext, _ meter: RequestMeter) async -> Response {
        let start = dependencies.now
        let response: Response
        do {
            let visitor = authenticator.visitor(request, context)
            guard case .session(let session) = visitor.way, visitor.client?.maySeeTheConsole == true else {
                let next = request.uri.path + (request.uri.query.map { "?" + $0 } ?? "")
                return redirect("/login" + (request.method == .get ? "?next=\(PercentCoding.encode(next))" : ""))
            }
            guard visitor.mayChange || route.isForAuditors else {
                throw Problem(.notPermitted, "auditors read, and change nothing", fix: "ask an administrator")
            }
            response = try await answer(route, request, context, visitor, session)
        } catch {
            response = errorPage(problem(error, context), context)
        }
        meter.answered(response.status.code, seconds: dependencies.now.timeIntervalSince(start))
        return response
    }

    private func answer(
        _ route: ConsoleRoute, _ request: Request, _ context: WebContext, _ visitor: Visitor, _ session: Session
    ) async throws -> Response {
        guard let query = Query(request.uri.query) else { throw Problem(.badRequest, "the address cannot be read") }
        var form = Form(fields: [])
        if route.method == .post {
            try checkOrigin(request, context)
            form = route.takesFile ? try await upload(in: request) : try await self.form(of: request, limit: Self.largestTyped)
            guard isSame(form.raw("csrf"), authenticator.sessions.formToken(session)) else {
                throw Problem(.notPermitted, "this form is not from a page of this log-in", fix: "go back, load the page again, and repeat")
            }
        }
        var path: [String: String] = [:]
        for name in route.parameters {
            guard let value = context.parameters.get(name).flatMap({ PercentCoding.decode($0) }) else {
                throw Problem(.notFound, "there is no such page")
            }
            path[name] = value
        }
        let call = ConsoleRequest(
            http: request, requestID: context.requestID, visitor: visitor, session: session, dependencies: dependencies, state: state,
            path: path,
            query: query,
            form: form,
            now: dependencies.now)
        if route.method == .post {
            dependencies.logger.info(
                "console",
                metadata: ["request": "\(context.requestID)", "route": "\(route.path)", "client": "\(visitor.client?.id.text ?? "")"])
        }
        switch try await route.handle(call) {
        case .page(let page): return html(framed(page, call), page.status, page.template)
        case .redirect(let path, let notice):
            if let notice { notices.put(notice, for: session) }
            return redirect(path)
        case .renewed(let path, let notice):
            guard let client = dependencies.directory.client(session.client) else { return redirect("/login") }
            authenticator.sessions.end(session)
            let (fresh, field) = begin(client, request, visitor)
            notices.put(notice, for: fresh)
            var response = redirect(path)
            response.headers.append(field)
            return response
        case .json(let value): return Reply.json(value).with(.cacheControl, "no-store").response(zips: false)
        case .file(let reply): return reply.with(.cacheControl, "no-store").response(zips: request.takesGzip)
        }
    }

    /// Browsers say where a request comes from; what comes from elsewhere changes nothing, whatever it carries.
    func checkOrigin(_ request: Request, _ context: WebContext) throws(Problem) {
        let foreign = Problem(.notPermitted, "this request came from another site", fix: "use the form on the console's own page")
        if let site = request.headers[.fetchSite], site != "same-origin", site != "none" { throw foreign }
        guard let origin = request.headers[.origin], origin != "null" else { return }
        guard dependencies.names.isOwn(origin, of: request, context) else { throw foreign }
    }

    /// What was typed, and no file: that is for those who have logged in, and for the one form that asks for it.
    func form(of request: Request, limit: Int) async throws -> Form {
        guard mediaType(of: request) == "application/x-www-form-urlencoded" else { throw Problem(.mediaType, "this is no form") }
        let bytes = try await BodyReader(request.body, now: dependencies.accept.now).collect(limit: limit)
        guard let form = Form(bytes) else { throw Problem(.badRequest, "the form cannot be read") }
        return form
    }

    private func upload(in request: Request) async throws -> Form {
        let field = request.headers[.contentType] ?? ""
        guard mediaType(of: request) == "multipart/form-data" else { throw Problem(.mediaType, "this form has a file") }
        let boundary = field.firstRange(of: "boundary=").map { String(field[$0.upperBound...].filter { $0 != "\"" }) } ?? ""
        guard !boundary.isEmpty else { throw Problem(.badRequest, "the form cannot be read") }
        let bytes = try await BodyReader(request.body, now: dependencies.accept.now).collect(limit: dependencies.settings.largestImport)
        // Hundreds of megabytes may be looked through.
        guard let form = try await Aside.run({ MultipartForm.read(bytes, boundary: boundary) }) else {
            throw Problem(.badRequest, "the form cannot be read")
        }
        return form
    }

    private func mediaType(of request: Request) -> String {
        (request.headers[.contentType] ?? "").split(separator: ";").first.map { $0.lowercased() } ?? ""
    }

    func isSame(_ given: String, _ expected: String) -> Bool { Array(given.utf8).isSame(as: Array(expected.utf8)) }

    func redirect(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: dependencies.address.path + path, .cacheControl: "no-store"])
    }

    func problem(_ error: any Error, _ context: WebContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let failure as StoreFailure: return Problem(failure)
        case let refusal as AdministrationRefusal: return Problem(refusal)
        case let error as DocumentError: return Problem(error)
        default:
            dependencies.logger.error("request \(context.requestID): an internal fault (\(type(of: error)))")
            return Problem(.fault, "an internal fault; please report it with this request's id")
        }
    }
}

/// Pages and their frame.
extension Console {
    func html(_ values: DocumentValue, _ status: HTTPResponse.Status, _ template: String) -> Response {
        let text = PageLibrary.shared.render(template, values)
        return Reply(status, .text(text, type: "text/html; charset=utf-8")).with(.cacheControl, "no-store").response(zips: false)
    }

    private func framed(_ page: Page, _ call: ConsoleRequest) -> DocumentValue {
        let notice = page.notice ?? notices.take(for: call.session)
        return page.values.adding([
            .init("base", .text(dependencies.address.path)), .init("title", .text(page.title)),
            .init("version", .text(dependencies.settings.version)),
            .init("refresh", page.refresh.map { .text(String($0)) } ?? .null),
            .init("csrf", .text(authenticator.sessions.formToken(call.session))),
            .init("user", .text(call.person)), .init("role", .text(call.visitor.mayChange ? "administrator" : "auditor")),
            .init("can_change", .flag(call.visitor.mayChange)), .init("nav", Navigation.document(call)),
            .init("notice", notice?.document ?? .null), .init("staging", .list(call.directory.staging.map { .text($0.sentence) })),
        ])
    }

    /// A page without navigation, for whoever it is.
    func plain(_ title: String, _ values: DocumentValue) -> DocumentValue {
        values.adding([
            .init("base", .text(dependencies.address.path)), .init("title", .text(title)),
            .init("version", .text(dependencies.settings.version)),
            .init("refresh", .null),
        ])
    }

    package func page(of problem: Problem, _ context: WebContext) -> Response? { errorPage(problem, context) }

    func errorPage(_ problem: Problem, _ context: WebContext) -> Response {
        var response = html(
            plain(
                problem.kind.title,
                [
                    "status": .text(String(problem.kind.status.code)), "what": .text(problem.kind.title),
                    "why": .text(problem.detail.sentence),
                    "step": problem.fix.isEmpty ? .null : .text(problem.fix.sentence), "command": .null,
                    "request_id": .text(context.requestID),
                ]), problem.kind.status, "error")
        if let seconds = problem.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }
}
