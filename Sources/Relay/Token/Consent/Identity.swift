/// Who consented, as the provider says and as was verified.
package struct Identity: Sendable, Hashable {
    /// Names that person signs in with or is reached by: `preferred_username`, `email`, `upn`; the first is the one to show.
    package let logins: [String]
    package let pin: PrincipalPin

    package init(logins: [String], pin: PrincipalPin) {
        self.logins = logins
        self.pin = pin
    }
}

/// What the answer to a consent is verified against.
package struct IdentityQuestion: Sendable {
    package let answer: TokenAnswer
    package let provider: Provider
    package let application: Application
    /// Sent with the authorisation request; nil for a device code, which has none.
    package let nonce: String?

    package init(answer: TokenAnswer, provider: Provider, application: Application, nonce: String?) {
        self.answer = answer
        self.provider = provider
        self.application = application
        self.nonce = nonce
    }
}

package enum IdentityFailure: Error, Sendable, Hashable {
    /// The id token is not what the provider would have signed for us now: why, in words.
    case refused(String)
    /// Keys or userinfo could not be had: nothing is known yet.
    case temporary(String)
    /// Neither an id token nor a userinfo endpoint says who it was.
    case unknown
}

/// Verifies the id token (signature by the provider's keys, `iss`, `aud`, `azp`, `nonce`, `exp`, `iat`; OpenID Connect Core 3.1.3.7), or, where there
/// is none, asks the userinfo endpoint. CurlTransmit has the live one.
package typealias VerifyIdentity = @Sendable (IdentityQuestion) async throws(IdentityFailure) -> Identity
