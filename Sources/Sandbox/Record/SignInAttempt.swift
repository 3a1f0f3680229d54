/// One sign-in to a mailbox, at whichever of its doors, and how it ended, with the reason that the client is never told.
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
        /// For this mailbox, the door is shut.
        case doorDisabled
        case unknownToken
        case expiredToken
        case revokedToken
        case wrongResource
        case missingScope
        case notThisMailbox
    }

    package var login: String
    package var door = MailDoor.submission
    package var connection: Int
    package var outcome: Outcome
    package var time: Double
}
