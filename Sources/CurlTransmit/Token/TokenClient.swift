package import Relay
package import struct FoundationEssentials.Date

/// Asks a token endpoint for an access token (RFC 6749 sections 4.1.3, 4.4 and 6, RFC 7523, RFC 8628 section 3.4), with the client's secret or assertion
/// in the body, as Entra and Google want it.
package struct TokenClient: Sendable {
    package typealias Perform = @Sendable (HTTPRequest) async throws(CurlFailure) -> HTTPResponse

    private let perform: Perform
    private let limits: HTTPLimits
    let now: @Sendable () -> Date
    let random: @Sendable (_ count: Int) -> [UInt8]
    private let environment: @Sendable (String) -> String?

    package init(
        _ thread: CurlThread, limits: HTTPLimits = HTTPLimits(), now: @escaping @Sendable () -> Date,
        random: @escaping @Sendable (_ count: Int) -> [UInt8], environment: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.init(limits: limits, now: now, random: random, environment: environment) { request throws(CurlFailure) in
            try await thread.perform(request)
        }
    }

    /// `perform` sends one request; `now` is what a Retry-After date is measured from; `random` names assertions; `environment` has what headers of a
    /// federated token's address name.
    package init(
        limits: HTTPLimits = HTTPLimits(), now: @escaping @Sendable () -> Date, random: @escaping @Sendable (_ count: Int) -> [UInt8],
        environment: @escaping @Sendable (String) -> String? = { _ in nil }, perform: @escaping Perform
    ) {
        self.environment = environment
        self.perform = perform
        self.limits = limits
        self.now = now
        self.random = random
    }

    /// This client as the value that Relay asks for.
    package var requestToken: RequestToken { { question throws(TokenFailure) in try await answer(to: question) } }

    private var federated: FederatedTokenReader {
        FederatedTokenReader(perform: perform, environment: environment, limits: limits, now: now)
    }

    /// For whoever sets it up: what the provider must be told of it.
    package func federatedToken(_ credential: FederatedCredential) async throws(TokenFailure) -> FederatedToken {
        try await federated.token(credential)
    }

    var means: TokenForm.Means { TokenForm.Means(now: now(), nonce: random, federated: federated) }

    package func answer(to question: TokenRequest) async throws(TokenFailure) -> TokenAnswer {
        let form = try await TokenForm(question, means)
        return try await post(form, to: question.endpoint, trusting: question.trustedCertificates) { reply throws(TokenFailure) in
            try reply.answer()
        }
    }

    /// RFC 7009 section 2: 200 also where the token was unknown, which is what was wanted.
    package func revoke(_ question: RevocationRequest) async throws(TokenFailure) {
        let form = try await TokenForm(question, means)
        try await post(form, to: question.endpoint, trusting: question.trustedCertificates) { reply throws(TokenFailure) in
            try reply.acknowledge()
        }
    }

    /// Sends a form and reads the answer; the request's body and the answer are wiped whatever happens.
    func post<Answer>(
        _ form: TokenForm, to endpoint: String, trusting certificates: String?,
        _ read: (TokenReply) throws(TokenFailure) -> Answer
    ) async throws(TokenFailure) -> Answer {
        // The body is made in place: a second holder would keep the wiping below from reaching it.
        var fields = [HTTPField("Content-Type", "application/x-www-form-urlencoded"), HTTPField("Accept", "application/json")]
        if let authorization = form.authorization { fields.append(HTTPField("Authorization", authorization.revealText())) }
        var request = HTTPRequest(
            .post, endpoint, fields: fields, body: FormBody(form.pairs).bytes, limits: limits, trustedCertificates: certificates)
        let response: Result<HTTPResponse, CurlFailure>
        do throws(CurlFailure) { response = .success(try await perform(request)) } catch { response = .failure(error) }
        request.wipeBody()
        switch response {
        case .failure(let failure): throw Self.failure(failure)
        case .success(var response):
            defer { response.wipeBody() }
            do throws(TokenFailure) {
                return try read(TokenReply(response, detail: TokenDetail(hiding: form.secrets), now: now()))
            } catch {
                guard case .application(let word, let detail) = error, let claims = form.federated else { throw error }
                throw .application(
                    error: word,
                    detail: "\(detail) (the token that was shown has \(claims.words): the federated credential must have the same)")
            }
        }
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
