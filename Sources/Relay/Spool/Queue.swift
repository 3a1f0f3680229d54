package import Mail
package import struct FoundationEssentials.Date

/// What a person sees of the spool and may do to it.
package protocol Queue: Sendable {
    /// Messages in the order they were accepted; `done` ones only when asked for by id, as long as they are known.
    func list(_ filter: QueueFilter) async throws(StoreFailure) -> [QueuedMessage]
    func show(_ message: SpoolID) async throws(StoreFailure) -> QueuedMessage?
    /// What of its lane is due before a message that is due, too; nil: it waits for something else.
    func turn(of message: SpoolID, at now: Date) async throws(StoreFailure) -> QueueTurn?
    /// How many messages stand in each state but done, and when the oldest that waits was accepted; one look, for a monitor.
    func depth() async throws(StoreFailure) -> QueueDepth
    /// Carries out a person's wish and journals who it was. Throws `notFound`, or `conflict` when the state does not allow it.
    func change(_ message: SpoolID, _ action: QueueAction, by person: String, at now: Date) async throws(StoreFailure)
}

/// A message's place among those that wait for a turn of the same account.
package struct QueueTurn: Sendable, Hashable {
    /// They are counted no further.
    package static let most = 10_000

    /// nil: nobody knows yet which account it will be.
    package let lane: Account?
    package let share: QueueShare
    /// Messages of its share that are due before it.
    package let ahead: Int
    /// Other shares of the lane that have something due.
    package let others: Int

    package init(lane: Account?, share: QueueShare, ahead: Int, others: Int) {
        self.lane = lane
        self.share = share
        self.ahead = ahead
        self.others = others
    }
}

package struct QueueDepth: Sendable, Hashable {
    package let counts: [QueuedMessage.StateName: Int]
    package let oldest: Date?

    package init(counts: [QueuedMessage.StateName: Int], oldest: Date?) {
        self.counts = counts
        self.oldest = oldest
    }
}

package struct QueueFilter: Sendable, Hashable {
    package var state: QueuedMessage.StateName?
    package var after: SpoolID?
    package var limit: Int

    package init(state: QueuedMessage.StateName? = nil, after: SpoolID? = nil, limit: Int = 1000) {
        self.state = state
        self.after = after
        self.limit = limit
    }
}

package enum QueueAction: String, Sendable, Hashable, CaseIterable {
    /// Try now; also brings a failed message back.
    case retry
    case hold
    case release
    /// Ends it without sending: the only way to lose a message, and it takes a person.
    case remove
}

package struct QueuedMessage: Sendable, Hashable {
    package enum StateName: String, Sendable, Hashable, CaseIterable {
        case waiting, claimed, held, failed, done
    }

    package struct RecipientState: Sendable, Hashable {
        package let recipient: Recipient
        package let outcome: RecipientOutcome?

        package init(recipient: Recipient, outcome: RecipientOutcome?) {
            self.recipient = recipient
            self.outcome = outcome
        }
    }

    package let message: AcceptedMessage
    package let state: StateName
    /// Why it waits, is held or has failed; the provider's last words, or ours.
    package let why: String
    package let attempts: Int
    package let nextAttempt: Date?
    package let isUnknown: Bool
    package let recipients: [RecipientState]

    package init(
        message: AcceptedMessage, state: StateName, why: String, attempts: Int, nextAttempt: Date?, isUnknown: Bool,
        recipients: [RecipientState]
    ) {
        self.message = message
        self.state = state
        self.why = why
        self.attempts = attempts
        self.nextAttempt = nextAttempt
        self.isUnknown = isUnknown
        self.recipients = recipients
    }
}
