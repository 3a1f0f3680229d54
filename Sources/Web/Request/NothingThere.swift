internal import HTTPTypes
internal import Hummingbird

/// Says that there is nothing at an address, or that it is asked for in the wrong way: to a program as a problem, to a person as a page.
struct NothingThere: RouterMiddleware {
    typealias Context = WebContext

    let sites: [any Site]

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            // The router takes two slashes for one; what is served has one address.
            if request.uri.path.contains("//") { throw HTTPError(.notFound) }
            return try await next(request, context)
        } catch let error as HTTPError {
            let methods = sites.flatMap { $0.methods(at: request.uri.path) }
            let problem = problem(error, request, methods)
            if !request.isForProgram, let page = sites.lazy.compactMap({ $0.page(of: problem, context) }).first { return page }
            var reply = problem.reply(context.requestID)
            if problem.kind == .methodMissing { reply.headers[.allow] = methods.joined(separator: ", ") }
            return reply.response(zips: false)
        }
    }

    private func problem(_ error: HTTPError, _ request: Request, _ methods: [String]) -> Problem {
        switch error.status {
        case .notFound, .methodNotAllowed:
            return methods.isEmpty
                ? Problem(.notFound, "there is nothing at this address", fix: "/openapi.json lists what there is")
                : Problem(.methodMissing, "\(request.method.rawValue) is not possible here", fix: "\(methods.joined(separator: ", ")) is")
        case .contentTooLarge: return Problem(.tooLarge, "the body is too large")
        default: return Problem(.badRequest, "the request cannot be read")
        }
    }
}

extension Request {
    /// Who asks is a program: a problem is told it as RFC 9457 has it, and no page.
    var isForProgram: Bool { uri.path.hasPrefix("/v1/") || headers[.accept]?.contains("json") == true }
}
