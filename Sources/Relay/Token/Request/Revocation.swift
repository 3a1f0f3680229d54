/// Asks a provider to end a refresh token (RFC 7009).
package struct RevocationRequest: Sendable {
    package let endpoint: String
    package let token: Secret
    package let clientID: String
    package let authentication: ClientAuthentication
    package let trustedCertificates: String?

    package init(
        endpoint: String, token: Secret, clientID: String, authentication: ClientAuthentication, trustedCertificates: String? = nil
    ) {
        self.endpoint = endpoint
        self.token = token
        self.clientID = clientID
        self.authentication = authentication
        self.trustedCertificates = trustedCertificates
    }
}

package typealias RequestRevocation = @Sendable (RevocationRequest) async throws(TokenFailure) -> Void
