package import Relay
package import struct FoundationEssentials.Date

/// Asks a token endpoint for an access token (RFC 6749 sections 4.4 and 6), with the client's secret in the body (`client_secret_post`), as
/// Entra and Google want it.
package struct TokenClient: Sendable {
    package typealias Perform = @Sendable (HTTPRequest) async throws(CurlFailure) -> HTTPResponse

    private let perform: Perform
    private let limits: HTTPLimits
    private let now: @Sendable () -> Date

    package init(_ thread: CurlThread, limits: HTTPLimits = HTTPLimits(), now: @escaping @Sendable () -> Date) {
        self.init(limits: limits, now: now) { request throws(CurlFailure) in try await thread.perform(request) }
    }

    /// `perform` sends one request; `now` is what a Retry-After date is measured from.
    package init(limits: HTTPLimits = HTTPLimits(), now: @escaping @Sendable () -> Date, perform: @escaping Perform) {
        self.perform = perform
        self.limits = limits
        self.now = now
    }

    /// This client as the value that Relay asks for.
    package var requestToken: RequestToken { { question throws(TokenFailure) in try await answer(to: question) } }

    package func answer(to question: TokenRequest) async throws(TokenFailure) -> TokenAnswer {
        // The form is made in place: a second holder would keep the wiping below from reaching it.
        var request = HTTPRequest(
            .post, question.endpoint,
            fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded"), HTTPField("Accept", "application/json")],
            body: try Self.form(question).bytes, limits: limits, trustedCertificates: question.trustedCertificates)
        let response: Result<HTTPResponse, CurlFailure>
        do throws(CurlFailure) { response = .success(try await perform(request)) } catch { response = .failure(error) }
        request.wipeBody()
        switch response {
        case .failure(let failure): throw Self.failure(failure)
        case .success(var response):
            defer { response.wipeBody() }
            return try TokenReply(response, detail: TokenDetail(hiding: Self.secrets(question)), now: now()).answer()
        }
    }

    private static func form(_ question: TokenRequest) throws(TokenFailure) -> FormBody {
        guard !question.clientID.isEmpty else { throw .missing("the application has no client id") }
        let secret = question.clientSecret.flatMap { $0.count == 0 ? nil : $0 }
        var pairs: [(name: String, value: [UInt8])]
        switch question.kind {
        case .clientCredentials:
            guard secret != nil else { throw .missing("the application has no client secret") }
            pairs = [("grant_type", Array("client_credentials".utf8))]
        case .refresh(let token):
            guard token.count > 0 else { throw .missing("the grant has no refresh token") }
            pairs = [("grant_type", Array("refresh_token".utf8)), ("refresh_token", token.reveal())]
        }
        pairs.append(("client_id", Array(question.clientID.utf8)))
        // A public client has none and refreshes all the same.
        if let secret { pairs.append(("client_secret", secret.reveal())) }
        if !question.scope.isEmpty { pairs.append(("scope", Array(question.scope.utf8))) }
        return FormBody(pairs)
    }

    private static func secrets(_ question: TokenRequest) -> [[UInt8]] {
        let refresh: Secret? =
            switch question.kind {
            case .clientCredentials: nil
            case .refresh(let token): token
            }
        return [question.clientSecret, refresh].compactMap { $0?.reveal() }
    }

    /// The network harms no grant. Only an endpoint that must not be asked is the application's fault.
    private static func failure(_ failure: CurlFailure) -> TokenFailure {
        switch failure {
        case .notAllowed(let why): .application(error: "token endpoint", detail: why)
        case .couldNotResolve, .couldNotConnect, .tls, .timeout, .tooLarge, .interrupted, .cancelled, .stopped, .other:
            .temporary(failure.description, retryAfter: nil)
        }
    }
}
