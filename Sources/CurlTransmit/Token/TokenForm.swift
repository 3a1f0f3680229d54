internal import FoundationEssentials
internal import Relay

/// The form that asks a question, with every secret that is in it, so that none of them is repeated in an answer's words.
struct TokenForm {
    private(set) var pairs: [(name: String, value: [UInt8])] = []
    private(set) var secrets: [[UInt8]] = []
    /// The Authorization field, where the secret goes there.
    private(set) var authorization: Secret?

    /// What a federated token that is shown says of itself.
    private(set) var federated: FederatedToken.Claims?

    /// What it takes to show who asks.
    struct Means: Sendable {
        let now: Date
        /// From the system's generator.
        let nonce: @Sendable (Int) -> [UInt8]
        let federated: FederatedTokenReader
    }

    init(_ question: TokenRequest, _ means: Means) async throws(TokenFailure) {
        switch question.kind {
        case .clientCredentials:
            guard question.authentication.isGiven else { throw .missing("the application has no client secret") }
            add("grant_type", "client_credentials")
        case .refresh(let token):
            guard token.count > 0 else { throw .missing("the grant has no refresh token") }
            add("grant_type", "refresh_token")
            add("refresh_token", token)
        case .authorizationCode(let code, let verifier, let redirectURI):
            add("grant_type", "authorization_code")
            add("code", code)
            add("code_verifier", verifier)
            add("redirect_uri", redirectURI)
        case .deviceCode(let code):
            add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            add("device_code", code)
        case .serviceAccount(let account, let key, let subject):
            add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            let assertion = try await Assertion.account(
                account, key: key, subject: subject, scope: question.scope, audience: question.endpoint, at: means.now)
            secrets.append(key.reveal())
            // The assertion says who asks and for what: nothing else belongs beside it.
            add("assertion", assertion)
            return
        }
        guard !question.clientID.isEmpty else { throw .missing("the application has no client id") }
        try await authenticate(question.authentication, question.clientID, audience: question.endpoint, means)
        if !question.scope.isEmpty { add("scope", question.scope) }
    }

    init(_ question: RevocationRequest, _ means: Means) async throws(TokenFailure) {
        add("token", question.token)
        add("token_type_hint", "refresh_token")
        try await authenticate(question.authentication, question.clientID, audience: question.endpoint, means)
    }

    /// RFC 8628 section 3.1.
    init(_ question: DeviceRequest, _ means: Means) async throws(TokenFailure) {
        guard !question.clientID.isEmpty else { throw .missing("the application has no client id") }
        try await authenticate(question.authentication, question.clientID, audience: question.audience, means)
        if !question.scope.isEmpty { add("scope", question.scope) }
    }

    private mutating func authenticate(
        _ authentication: ClientAuthentication, _ clientID: String, audience: String, _ means: Means
    ) async throws(TokenFailure) {
        // One way to say who asks, not two (RFC 6749 section 2.3).
        if case .basic = authentication {} else { add("client_id", clientID) }
        switch authentication {
        // A public client has none and refreshes all the same.
        case .none: break
        case .secret(let secret): if secret.count > 0 { add("client_secret", secret) }
        case .basic(let secret):
            secrets.append(secret.reveal())
            // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
            let pair = Array(FormBody.encode(Array(clientID.utf8)) + [UInt8(ascii: ":")] + FormBody.encode(secret.reveal()))
            let field = Data(pair).base64EncodedString()
            secrets.append(Array(field.utf8))
            authorization = Secret("Basic " + field)
        case .certificate(let certificate, let key):
            let assertion = try await Assertion.client(
                clientID, certificate: certificate, key: key, audience: audience, id: Base64URL.text(means.nonce(16)), at: means.now)
            secrets.append(key.reveal())
            show(assertion)
        case .federated(let credential):
            let token = try await means.federated.token(credential)
            federated = token.claims
            show(token.secret)
        }
    }

    /// RFC 7523 section 2.2.
    private mutating func show(_ assertion: Secret) {
        add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        add("client_assertion", assertion)
    }

    private mutating func add(_ name: String, _ value: String) { pairs.append((name, Array(value.utf8))) }

    private mutating func add(_ name: String, _ secret: Secret) {
        pairs.append((name, secret.reveal()))
        secrets.append(secret.reveal())
    }
}

extension ClientAuthentication {
    fileprivate var isGiven: Bool {
        switch self {
        case .none: false
        case .secret(let secret), .basic(let secret): secret.count > 0
        case .certificate, .federated: true
        }
    }
}
