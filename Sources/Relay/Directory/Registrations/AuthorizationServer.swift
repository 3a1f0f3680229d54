/// Where a provider's authorisation server takes what is no token request. `{tenant}` stands for the application's tenant id; nil: it has
/// no such endpoint, or nobody has said where it is. Named as in its metadata (RFC 8414 section 2).
package struct AuthorizationServer: Sendable, Hashable, Codable {
    package var issuer: String?
    package var authorizationEndpoint: String?
    package var deviceEndpoint: String?
    package var revocationEndpoint: String?
    package var userinfoEndpoint: String?
    /// `jwks_uri`: the keys that sign its id tokens.
    package var keysEndpoint: String?
    /// Its metadata promises `iss` in every authorisation response (RFC 9207): then an answer without it is refused.
    package var promisesIssuer: Bool
    /// Takes the client's secret in the Authorization field alone (`token_endpoint_auth_methods_supported` without `client_secret_post`).
    package var wantsBasic: Bool
    /// Asked for beside what a mailbox needs: `openid` for who consented, `offline_access` for a refresh token.
    package var identityScopes: String
    /// Sent with every authorisation request, such as Google's `access_type=offline`.
    package var parameters: [String: String]

    package init(
        issuer: String? = nil, authorizationEndpoint: String? = nil, deviceEndpoint: String? = nil, revocationEndpoint: String? = nil,
        userinfoEndpoint: String? = nil, keysEndpoint: String? = nil, promisesIssuer: Bool = false, wantsBasic: Bool = false,
        identityScopes: String = "",
        parameters: [String: String] = [:]
    ) {
        self.issuer = issuer
        self.authorizationEndpoint = authorizationEndpoint
        self.deviceEndpoint = deviceEndpoint
        self.revocationEndpoint = revocationEndpoint
        self.userinfoEndpoint = userinfoEndpoint
        self.keysEndpoint = keysEndpoint
        self.promisesIssuer = promisesIssuer
        self.wantsBasic = wantsBasic
        self.identityScopes = identityScopes
        self.parameters = parameters
    }
}
