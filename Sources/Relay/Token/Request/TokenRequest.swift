/// One question to a token endpoint (RFC 6749 sections 4.1.3, 4.4 and 6, RFC 8628 section 3.4, RFC 7523 section 2.1).
package struct TokenRequest: Sendable {
    package enum Kind: Sendable {
        case clientCredentials
        case refresh(Secret)
        /// The redirect URI is sent again, to the letter; the verifier is PKCE's (RFC 7636 section 4.5).
        case authorizationCode(code: Secret, verifier: Secret, redirectURI: String)
        case deviceCode(Secret)
        /// An assertion that the service account signs in the name of `subject` (RFC 7523 section 2.1; Google: domain-wide delegation).
        case serviceAccount(ServiceAccount, key: Secret, subject: String)
    }

    package let endpoint: String
    package let kind: Kind
    package let clientID: String
    package let authentication: ClientAuthentication
    package let scope: String
    /// PEM of a certificate authority to trust instead of the system's, for a provider inside the house.
    package let trustedCertificates: String?

    package init(
        endpoint: String, kind: Kind, clientID: String, authentication: ClientAuthentication, scope: String,
        trustedCertificates: String? = nil
    ) {
        self.endpoint = endpoint
        self.kind = kind
        self.clientID = clientID
        self.authentication = authentication
        self.scope = scope
        self.trustedCertificates = trustedCertificates
    }
}

/// How an application shows that it is itself.
package enum ClientAuthentication: Sendable {
    /// A public client: its id is all it has.
    case none
    /// `client_secret_post` (RFC 6749 section 2.3.1), as Entra and Google want it.
    case secret(Secret)
    /// `client_secret_basic` (the same section): in the Authorization field.
    case basic(Secret)
    /// `private_key_jwt` with the certificate's thumbprint (RFC 7523 section 2.2; Entra: PS256 and `x5t#S256`). Certificate and key are PEM.
    case certificate(String, key: Secret)
    /// The same with a token that somebody else signed (RFC 7523 section 2.2; Entra: workload identity federation). It is read when it is shown.
    case federated(FederatedCredential)
}

/// A good answer (RFC 6749 section 5.1).
package struct TokenAnswer: Sendable {
    package let accessToken: Secret
    /// Seconds; the answer's `expires_in`, an hour where it is missing.
    package let lifetime: Double
    package let refreshToken: Secret?
    package let scope: String?
    /// Who consented (OpenID Connect Core 3.1.3.3); unverified. A secret, because it names a person and some take it for a credential.
    package let idToken: Secret?

    package init(accessToken: Secret, lifetime: Double, refreshToken: Secret?, scope: String?, idToken: Secret? = nil) {
        self.accessToken = accessToken
        self.lifetime = lifetime
        self.refreshToken = refreshToken
        self.scope = scope
        self.idToken = idToken
    }
}

/// Asks a token endpoint. CurlTransmit has the live one.
package typealias RequestToken = @Sendable (TokenRequest) async throws(TokenFailure) -> TokenAnswer

/// Runs the program of a `command` grant, which prints a token. The service has the live one.
package typealias RunTokenCommand = @Sendable (_ command: [String]) async throws(TokenFailure) -> TokenAnswer
