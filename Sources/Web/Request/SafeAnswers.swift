package import HTTPTypes
internal import Hummingbird

/// What every answer says to browsers, whatever it is: load nothing from elsewhere, be in nobody's frame, guess no types, tell no one where you come from.
struct SafeAnswers: RouterMiddleware {
    typealias Context = WebContext

    /// Scripts and styles are files of ours: what somebody manages to write into a page is never run.
    static let policy = HTTPField(
        name: .contentSecurityPolicy,
        value:
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    private static let fields = [
        HTTPField(name: .xContentTypeOptions, value: "nosniff"), HTTPField(name: .referrerPolicy, value: "no-referrer"),
        HTTPField(name: .frameOptions, value: "DENY"), HTTPField(name: .openerPolicy, value: "same-origin"),
        HTTPField(name: .resourcePolicy, value: "same-origin"),
    ]

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // A page that needs less says so itself.
        if response.headers[.contentSecurityPolicy] == nil { response.headers.append(Self.policy) }
        for field in Self.fields { response.headers.append(field) }
        return response
    }
}

extension HTTPField.Name {
    static let referrerPolicy = named("Referrer-Policy")
    static let frameOptions = named("X-Frame-Options")
    static let openerPolicy = named("Cross-Origin-Opener-Policy")
    static let resourcePolicy = named("Cross-Origin-Resource-Policy")
    package static let requestID = named("X-Request-ID")
    package static let forwardedFor = named("X-Forwarded-For")
    package static let forwardedHost = named("X-Forwarded-Host")
    package static let idempotentReplayed = named("Idempotent-Replayed")
    package static let fetchSite = named("Sec-Fetch-Site")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a field's name") }
        return name
    }
}
