/// One question to a token endpoint (RFC 6749 sections 4.4 and 6).
package struct TokenRequest: Sendable {
    package enum Kind: Sendable {
        case clientCredentials
        case refresh(Secret)
    }

    package let endpoint: String
    package let kind: Kind
    package let clientID: String
    package let clientSecret: Secret?
    package let scope: String
    /// PEM of a certificate authority to trust instead of the system's, for a provider inside the house.
    package let trustedCertificates: String?

    package init(
        endpoint: String, kind: Kind, clientID: String, clientSecret: Secret?, scope: String, trustedCertificates: String? = nil
    ) {
        self.endpoint = endpoint
        self.kind = kind
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scope = scope
        self.trustedCertificates = trustedCertificates
    }
}

/// A good answer (RFC 6749 section 5.1).
package struct TokenAnswer: Sendable {
    package let accessToken: Secret
    /// Seconds; the answer's `expires_in`, an hour where it is missing.
    package let lifetime: Double
    package let refreshToken: Secret?
    package let scope: String?

    package init(accessToken: Secret, lifetime: Double, refreshToken: Secret?, scope: String?) {
        self.accessToken = accessToken
        self.lifetime = lifetime
        self.refreshToken = refreshToken
        self.scope = scope
    }
}

/// Asks a token endpoint. CurlTransmit has the live one.
package typealias RequestToken = @Sendable (TokenRequest) async throws(TokenFailure) -> TokenAnswer

/// Why there is no token. Programs branch on the case, which comes from OAuth2's `error`; numbers and texts are for people.
package enum TokenFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Network, 5xx, 429, `temporarily_unavailable`: harms nothing. `retryAfter` in seconds, from the Retry-After field.
    case temporary(String, retryAfter: Double?)
    /// `invalid_grant`, `interaction_required`, `consent_required`, `login_required`: the grant needs a person.
    case grant(error: String, detail: String)
    /// `invalid_client`, `unauthorized_client`, `invalid_scope`: the application is misconfigured; its grants wait, untouched.
    case application(error: String, detail: String)
    /// There is nothing to ask with: no secret, no refresh token, the grant is off or gone.
    case missing(String)

    package var description: String {
        switch self {
        case .temporary(let why, _): "no token for now: \(why)"
        case .grant(let error, let detail): "the grant needs consent (\(error)): \(detail)"
        case .application(let error, let detail): "the application was refused (\(error)): \(detail)"
        case .missing(let what): what
        }
    }
}
