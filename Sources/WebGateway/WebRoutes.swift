internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Everything that is answered beside consent.
struct WebRoutes: Sendable {
    private let dependencies: WebDependencies
    private let api: APIRouter
    private let console: Console
    private let authenticator: Authenticator

    init(_ dependencies: WebDependencies) {
        self.dependencies = dependencies
        authenticator = Authenticator(
            address: dependencies.address, isSecure: dependencies.address.isSecure || dependencies.settings.isEncrypted,
            proxies: dependencies.settings.proxies,
            sessions: SessionKeeper(key: Secret(dependencies.draw(32))), browsers: KnownBrowsers(vault: dependencies.vault),
            directory: { [snapshots = dependencies.snapshots] in snapshots.current.directory }, now: dependencies.accept.now)
        api = APIRouter(dependencies: dependencies, authenticator: authenticator)
        console = Console(dependencies: dependencies, authenticator: authenticator)
    }

    func add(to router: Router<WebContext>) {
        router.add(middleware: NothingThere(dependencies: dependencies, console: console))
        api.add(Endpoints.all, to: router)
        addMonitoring(to: router)
        console.add(to: router)
    }

    private func addMonitoring(to router: Router<WebContext>) {
        let document = OpenAPI.document(
            Endpoints.all, server: dependencies.address.path.isEmpty ? "/" : dependencies.address.path,
            version: dependencies.settings.version)
        let promise = Reply.json(document)
        router.get("/openapi.json") { request, _ in promise.response(zips: request.takesGzip) }
        router.get("/healthz") { _, _ in Reply(.ok, .text("alive\n", type: "text/plain; charset=utf-8")).response(zips: false) }
        router.get("/readyz") { _, _ in await ready() }
        router.get("/metrics") { request, context in await metrics(request, context) }
    }

    /// Whether mail is taken right now: the store answers, and there is room. That what is taken cannot leave is said, for strangers without a name.
    private func ready() async -> Response {
        let isReady = await dependencies.operations.isReady()
        let waiting = dependencies.decider().outlooks(at: dependencies.now).filter { !$0.outlook.isOpen }.map {
            "mail of the purpose \($0.purpose.rawValue) cannot leave now: \($0.outlook.state.rawValue)\n"
        }
        return Reply(
            isReady ? .ok : .serviceUnavailable,
            .text((isReady ? "ready\n" : "not ready: the log says why\n") + waiting.joined(), type: "text/plain; charset=utf-8")
        ).response(zips: false)
    }

    /// Its labels name mailboxes, so it is for this machine, and for whoever may read: a monitor elsewhere sends an auditor's key.
    private func metrics(_ request: Request, _ context: WebContext) async -> Response {
        do throws(Problem) {
            let visitor = authenticator.visitor(request, context)
            let isHere = visitor.address.isLoopback && request.headers[.forwardedFor] == nil
            guard isHere || !visitor.roles.isDisjoint(with: [.administrator, .auditor]) else {
                throw Problem(.signInMissing, "from elsewhere this needs an auditor's key", fix: "send Authorization: Bearer KEY")
            }
        } catch { return APIRouter.reply(to: error, context.requestID).response(zips: false) }
        var samples: [Sample] = []
        do throws(StoreFailure) {
            let depth = try await dependencies.store.depth()
            // Each of them always: what is not there cannot be compared with nought.
            let states = QueuedMessage.StateName.allCases.filter { $0 != .done }
            samples = MandateMetrics.queue(
                messages: Dictionary(uniqueKeysWithValues: states.map { ($0.rawValue, depth.counts[$0] ?? 0) }),
                oldest: depth.oldest.map { max(0, dependencies.now.timeIntervalSince($0)) } ?? 0)
        } catch { dependencies.logger.error("the queue could not be measured: \(error)") }
        samples += MandateMetrics.purposes(
            areOpen: Dictionary(
                uniqueKeysWithValues: dependencies.decider().outlooks(at: dependencies.now).map { ($0.purpose.rawValue, $0.outlook.isOpen) }
            ))
        return Reply(.ok, .text(dependencies.registry.render(adding: samples), type: Exposition.contentType)).response(
            zips: request.takesGzip)
    }
}

/// Says that there is nothing at an address, or that it is asked for in the wrong way: to a program as a problem, to a person as a page.
struct NothingThere: RouterMiddleware {
    typealias Context = WebContext

    let dependencies: WebDependencies
    let console: Console

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError {
            let problem = problem(error, request)
            guard request.isForProgram else { return console.page(of: problem, request, context) }
            var reply = APIRouter.reply(to: problem, context.requestID)
            if problem.kind == .methodMissing { reply.headers[.allow] = methods(at: request).joined(separator: ", ") }
            return reply.response(zips: false)
        }
    }

    private func problem(_ error: HTTPError, _ request: Request) -> Problem {
        switch error.status {
        case .notFound, .methodNotAllowed:
            let methods = methods(at: request)
            return methods.isEmpty
                ? Problem(.notFound, "there is nothing at this address", fix: "/openapi.json lists what there is")
                : Problem(.methodMissing, "\(request.method.rawValue) is not possible here", fix: "\(methods.joined(separator: ", ")) is")
        case .contentTooLarge: return Problem(.tooLarge, "the body is too large")
        default: return Problem(.badRequest, "the request cannot be read")
        }
    }

    /// What the API can do at this address.
    private func methods(at request: Request) -> [String] {
        let parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false)
        let found = Endpoints.all.filter { endpoint in
            let wanted = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
            return wanted.count == parts.count && zip(wanted, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return Set(found.map(\.method.rawValue)).sorted()
    }
}

extension Request {
    var isForProgram: Bool { uri.path.hasPrefix("/v1/") || headers[.accept]?.contains("json") == true }
}
