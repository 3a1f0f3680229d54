internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
internal import Mail
package import Relay

/// The names by which this service may be asked: that of public-url, this machine's own for itself, and what the administrator lists. Anyone can let a name
/// of his lead to this machine, and to a browser his page and our answers are one site then (DNS rebinding).
package struct OwnNames: Sendable {
    private let names: Set<String>
    private let proxies: [Network]
    /// Of pages at public-url, as browsers say it (RFC 6454 section 6.2).
    private let origin: String

    package init(_ address: PublicAddress, more: [String] = [], proxies: [Network] = []) {
        names = Set((["localhost", address.host] + more).map { Self.host(of: $0).text })
        self.proxies = proxies
        origin = String(address.description.dropLast(address.path.utf8.count)).lowercased()
    }

    /// What a client that names no host asks for is nobody's site, so there is nothing to be mistaken for it.
    package func admits(_ request: Request, _ context: WebContext) -> Bool {
        guard let authority = authority(of: request, context), !authority.isEmpty else { return true }
        switch Self.host(of: authority) {
        case .name(let name): return names.contains(name)
        // An address leads where it says: no name server can make another of it.
        case .address(let address): return address.isLoopback || address == context.local || names.contains(address.description)
        }
    }

    /// Whether a page of this origin is one of ours. Asked of requests that were admitted, so that the name in them is one of ours.
    package func isOwn(_ origin: String, of request: Request, _ context: WebContext) -> Bool {
        if origin.lowercased() == self.origin { return true }
        guard let authority = authority(of: request, context)?.lowercased() else { return false }
        return ["http://\(authority)", "https://\(authority)"].contains(origin.lowercased())
    }

    /// What the client asked for: a proxy of ours says it where it asks us under a name of its own.
    private func authority(of request: Request, _ context: WebContext) -> String? {
        let isProxied = proxies.contains { $0.contains(context.peer) }
        guard isProxied, let field = request.headers[values: .forwardedHost].last, let last = field.split(separator: ",").last else {
            return request.head.authority
        }
        return String(last.drop { $0 == " " }.prefix { $0 != " " })
    }

    private enum Host {
        case name(String)
        case address(IPAddress)

        var text: String {
            switch self {
            case .name(let name): name
            case .address(let address): address.description
            }
        }
    }

    /// Without port and brackets, in one spelling.
    private static func host(of authority: String) -> Host {
        let host = authority.prefix { $0 != ":" }
        // An address of IPv6 that stands alone is full of colons.
        if host.count < authority.count, authority.hasPrefix("[") || authority.dropFirst(host.count + 1).contains(":") {
            let inner = authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority[...]
            return IPAddress(String(inner)).map { .address($0.unmapped) } ?? .name(authority)
        }
        // What ends with a letter is a name.
        if host.last?.isNumber == true, let address = IPAddress(String(host)) { return .address(address) }
        let name = host.lowercased()
        return .name(name.hasSuffix(".") ? String(name.dropLast()) : name)
    }
}

/// Answers nothing, whatever it is, that is asked for under a name of somebody else's.
struct NameCheck: RouterMiddleware {
    typealias Context = WebContext

    let names: OwnNames

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard !names.admits(request, context) else { return try await next(request, context) }
        // Neither the name nor ours: whose page it is reads this.
        let problem = Problem(
            .misdirected, "this service does not answer under the name that it was asked by",
            fix: "ask by the name in public-url, or add this one to http.host-names in the configuration of `mandate serve`")
        if request.isForProgram { return problem.reply(context.requestID).response(zips: false) }
        return Reply(
            problem.kind.status, .text("\(problem.detail.sentence) \(problem.fix.sentence)\n", type: "text/plain; charset=utf-8")
        ).response(zips: false)
    }
}
