internal import Monitoring
package import Web
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Relay
internal import struct FoundationEssentials.Date

/// Takes a request of the API from its arrival to its answer: who is it, may they, is it what the route takes, do it, say how it came out. Every route
/// passes here, and only here is it decided who may.
package struct APIRouter: Site {
    private let dependencies: WebDependencies

    package init(_ dependencies: WebDependencies) { self.dependencies = dependencies }

    package func add(to router: Router<WebContext>) {
        for endpoint in Endpoints.all {
            let meter = dependencies.metrics.requests(of: endpoint.path, method: endpoint.method.rawValue)
            router.on(RouterPath(endpoint.routerPath), method: endpoint.method) { request, context in
                await answer(endpoint, request, context, meter)
            }
        }
    }

    package func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let found = Endpoints.all.filter { endpoint in
            let wanted = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
            return wanted.count == parts.count && zip(wanted, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        let methods = Set(found.map(\.method.rawValue))
        return (methods.contains("GET") ? methods.union(["HEAD"]) : methods).sorted()
    }

    private func answer(_ endpoint: Endpoint, _ request: Request, _ context: WebContext, _ meter: RequestMeter) async -> Response {
        let start = dependencies.now
        let visitor = dependencies.authenticator.visitor(request, context)
        var reply: Reply
        do { reply = try await answer(endpoint, request, context, visitor) } catch {
            if visitor.way == .foreign {
                dependencies.metrics.loginFailed()
                dependencies.signInFailed(nil, from: visitor.address, at: .api)
            }
            reply = problem(error, context).reply(context.requestID)
        }
        let seconds = dependencies.now.timeIntervalSince(start)
        meter.answered(reply.status.code, seconds: seconds)
        log(endpoint, reply.status, visitor, context, seconds)
        reply.headers[.requestID] = context.requestID
        // What an administrator may see is nobody else's to keep.
        if reply.headers[.cacheControl] == nil { reply.headers[.cacheControl] = "no-store" }
        return reply.response(zips: request.takesGzip)
    }

    private func answer(_ endpoint: Endpoint, _ request: Request, _ context: WebContext, _ visitor: Visitor) async throws -> Reply {
        try admit(visitor, to: endpoint)
        guard let query = Query(request.uri.query) else { throw Problem(.badRequest, "the query cannot be read") }
        try endpoint.check(query)
        let call = APIRequest(
            http: request, requestID: context.requestID, visitor: visitor, dependencies: dependencies, path: try endpoint.path(in: context),
            query: query,
            now: dependencies.now)
        return try await endpoint.handle(call)
    }

    private func admit(_ visitor: Visitor, to endpoint: Endpoint) throws(Problem) {
        guard endpoint.access != .everyone else { return }
        guard visitor.client != nil else {
            guard visitor.way != .foreign else { throw Self.foreignKey }
            throw Problem(
                .signInMissing, "this needs a client's key",
                fix: "send Authorization: Bearer KEY; `mandate clients add NAME --key` makes one")
        }
        guard endpoint.access.admits(visitor.roles) else {
            guard case .roles(let wanted) = endpoint.access else { return }
            throw Problem(
                .notPermitted,
                "this is for \(Role.sorted(wanted).joined(separator: " or ")), and \(visitor.person) is \(Role.sorted(visitor.roles).joined(separator: ", "))",
                fix: "`mandate clients role` gives a role")
        }
        // A cookie comes along whoever made the browser ask, so it is good for looking alone; the console's forms carry a token of their own.
        if case .session = visitor.way, endpoint.method != .get {
            throw Problem(
                .signInMissing, "a log-in of the console does not change anything by itself here", fix: "send a key, or use the console")
        }
    }

    static let foreignKey = Problem(
        .signInMissing, "this key is not one of ours, or its client is revoked", fix: "`mandate clients add NAME --key` makes one")

    private func problem(_ error: any Error, _ context: WebContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let failure as StoreFailure:
            let problem = Problem(failure)
            if problem.kind == .unavailable || problem.kind == .full {
                dependencies.logger.error("request \(context.requestID): \(failure)")
            }
            return problem
        case let refusal as Refusal: return Problem(refusal)
        case let refusal as AdministrationRefusal: return Problem(refusal)
        case let error as DocumentError: return Problem(error)
        default:
            dependencies.logger.error("request \(context.requestID): an internal fault (\(type(of: error)))")
            return Problem(.fault, "an internal fault; please report it with this request's id", fix: "the service's log has the id")
        }
    }

    /// One line a request, without its query, which may hold an address. Questions are too many for that.
    private func log(
        _ endpoint: Endpoint, _ status: HTTPResponse.Status, _ visitor: Visitor, _ context: WebContext, _ seconds: Double
    ) {
        let isDull = status.kind == .successful && (endpoint.method == .get || endpoint.isQuestion)
        dependencies.logger.log(
            level: isDull ? .debug : .info, "request",
            metadata: [
                "request": "\(context.requestID)", "method": "\(endpoint.method.rawValue)", "route": "\(endpoint.path)",
                "status": "\(status.code)", "client": "\(visitor.client?.id.text ?? "")", "milliseconds": "\(Int(seconds * 1000))",
            ])
    }
}

extension Endpoint {
    /// Asked for each message, and changes nothing.
    fileprivate var isQuestion: Bool { path == "/v1/decisions" }

    /// `{id}` as the router writes it.
    fileprivate var routerPath: String {
        path.split(separator: "/").map { "/" + ($0.hasPrefix("{") ? ":" + $0.dropFirst().dropLast() : $0) }.joined()
    }

    /// A misspelled name must not be a question that was never asked.
    fileprivate func check(_ query: Query) throws(Problem) {
        guard !query.pairs.isEmpty else { return }
        let known = parameters.filter { $0.place == .query }.map(\.name)
        for name in query.names where !known.contains(name) {
            let hint = Closeness.nearest(to: name, in: known).map { "did you mean \($0)?" }
            throw Problem(
                .badRequest, "there is no parameter \(name)",
                fix: hint ?? (known.isEmpty ? "this route has none" : "there are \(known.joined(separator: ", "))"), place: name)
        }
    }

    fileprivate func path(in context: WebContext) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in parameters where parameter.place == .path {
            guard let text = context.parameters.get(parameter.name), let value = PercentCoding.decode(text), !value.isEmpty else {
                throw Problem(.badRequest, "the address cannot be read", place: parameter.name)
            }
            values[parameter.name] = value
        }
        return values
    }
}
