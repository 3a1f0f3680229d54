internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Relay

/// Looks at what a request is addressed to, before anyone else sees it. The public path is taken off here, once, so that every route and page knows its own
/// path alone; where a proxy has taken it off already, there is nothing to take.
struct PublicPathResponder<Routes: HTTPResponder>: HTTPResponder where Routes.Context == WebContext {
    typealias Context = WebContext

    let address: PublicAddress
    let routes: Routes

    @concurrent func respond(to request: Request, context: WebContext) async throws -> Response {
        guard let target = request.head.path, let own = address.ownPath(of: target) else {
            return try await routes.respond(to: request, context: context)
        }
        var head = request.head
        head.path = own
        return try await routes.respond(to: Request(head: head, body: request.body), context: context)
    }
}

extension PublicAddress {
    /// What of a request's target, query included, is below the public path; nil: it is not there, or the public path is none.
    func ownPath(of target: String) -> String? {
        guard !path.isEmpty, target.hasPrefix(path) else { return nil }
        let rest = target.dropFirst(path.count)
        switch rest.first {
        case nil: return "/"
        case "?": return "/" + rest
        case "/": return String(rest)
        default: return nil
        }
    }
}
