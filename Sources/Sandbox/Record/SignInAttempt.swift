/// One AUTH at the submission door and how it ended, with the reason that the client is never told.
package struct SignInAttempt: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case accepted(tokenID: String)
        case refused(Reason)
        case faulted
    }

    package enum Reason: Sendable, Hashable {
        case unreadable
        case passwordNotSupported
        case unknownMailbox
        case submissionDisabled
        case unknownToken
        case expiredToken
        case revokedToken
        case wrongResource
        case missingScope
        case notThisMailbox
    }

    package var login: String
    package var connection: Int
    package var outcome: Outcome
    package var time: Double
}
