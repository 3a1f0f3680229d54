internal import HTTPTypes
internal import Hummingbird

/// What every answer says to browsers, whatever it is: load nothing from elsewhere, be in nobody's frame, guess no types, tell no one where you come from.
struct SafeAnswers: RouterMiddleware {
    typealias Context = WebContext

    /// Scripts and styles are files of ours: what somebody manages to write into a page is never run.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        set(HTTPField.Name.contentSecurityPolicy, Self.policy, in: &response)
        set(.xContentTypeOptions, "nosniff", in: &response)
        set(.referrerPolicy, "no-referrer", in: &response)
        set(.frameOptions, "DENY", in: &response)
        set(.openerPolicy, "same-origin", in: &response)
        set(.resourcePolicy, "same-origin", in: &response)
        return response
    }

    /// An answer that knows better keeps what it says.
    private func set(_ name: HTTPField.Name, _ value: String, in response: inout Response) {
        if response.headers[name] == nil { response.headers[name] = value }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = named("Referrer-Policy")
    static let frameOptions = named("X-Frame-Options")
    static let openerPolicy = named("Cross-Origin-Opener-Policy")
    static let resourcePolicy = named("Cross-Origin-Resource-Policy")
    static let requestID = named("X-Request-ID")
    static let forwardedFor = named("X-Forwarded-For")
    static let fetchSite = named("Sec-Fetch-Site")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field's name") }
        return name
    }
}
