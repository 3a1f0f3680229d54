/// One request to the token endpoint and how it ended. No token text: records are printed.
package struct TokenAttempt: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case issued(tokenID: String)
        case refused(TokenRefusal)
        /// A scripted fault answered, or nobody did.
        case faulted
    }

    package var tenant: String
    package var grant: String?
    package var clientID: String?
    package var scope: String?
    /// The login behind the refresh token, else the client id.
    package var subject: String?
    package var outcome: Outcome
    package var time: Double
}
