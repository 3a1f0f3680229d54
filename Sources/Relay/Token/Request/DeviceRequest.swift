/// Asks for a device code (RFC 8628 section 3.1): for a person at another screen. The application shows that it is itself, as at the token endpoint.
package struct DeviceRequest: Sendable {
    package let endpoint: String
    package let clientID: String
    package let authentication: ClientAuthentication
    /// Whom an assertion of the application's is for: the token endpoint, which stands for the whole provider (RFC 7523 section 3).
    package let audience: String
    package let scope: String
    package let trustedCertificates: String?

    package init(
        endpoint: String, clientID: String, authentication: ClientAuthentication, audience: String, scope: String,
        trustedCertificates: String? = nil
    ) {
        self.endpoint = endpoint
        self.clientID = clientID
        self.authentication = authentication
        self.audience = audience
        self.scope = scope
        self.trustedCertificates = trustedCertificates
    }
}

/// The answer to it (RFC 8628 section 3.2).
package struct DeviceAnswer: Sendable {
    package let deviceCode: Secret
    /// What the person types at `verificationURI`.
    package let userCode: String
    package let verificationURI: String
    /// With the code in it; Entra has none.
    package let completeURI: String?
    /// Seconds.
    package let lifetime: Double
    /// Seconds between two questions; five where the answer names none.
    package let interval: Double

    package init(
        deviceCode: Secret, userCode: String, verificationURI: String, completeURI: String?, lifetime: Double, interval: Double
    ) {
        self.deviceCode = deviceCode
        self.userCode = userCode
        self.verificationURI = verificationURI
        self.completeURI = completeURI
        self.lifetime = lifetime
        self.interval = interval
    }
}

/// Where a device code stands (RFC 8628 section 3.5, with Entra's names beside the RFC's).
package enum DevicePoll: Sendable {
    case granted(TokenAnswer)
    /// `authorization_pending`; with `slower`, `slow_down`: five seconds more between questions from now on.
    case pending(slower: Bool)
    /// `access_denied`, Entra: `authorization_declined`.
    case declined
    /// `expired_token`, Entra also `bad_verification_code`.
    case expired
}

package typealias RequestDevice = @Sendable (DeviceRequest) async throws(TokenFailure) -> DeviceAnswer
/// The request's kind is `deviceCode`.
package typealias PollDevice = @Sendable (TokenRequest) async throws(TokenFailure) -> DevicePoll

/// Whoever asks a provider for a device code, and whether a person has typed it in. CurlTransmit has the live one.
package protocol DeviceAuthorizer: Sendable {
    var requestDevice: RequestDevice { get }
    var pollDevice: PollDevice { get }
}
