package import Mail
package import struct FoundationEssentials.Date

/// How an attempt ended, whole: it is committed together or not at all.
package struct Settlement: Sendable {
    package let claim: Claim
    package let at: Date
    package var state: Next
    /// Per recipient index; recipients without an outcome stay in the queue.
    package var outcomes: [Int: RecipientOutcome]
    package var journal: [JournalEntry]
    package var sightings: [Sighting]
    /// Of the account, and of its tenant.
    package var usages: [Usage]
    package var traffic: [Traffic] = []
    /// What was tried, for a monitor; nil: nothing.
    package var tried: Tried?
    /// What a log tells of it beside that; nil: nothing was come to.
    package var told: Told?
    package var observations: [Observation]
    /// Pairs that a provider has refused to the message, all of them; nil: as they were.
    package var pairRefusals: [PairRefusal]?
    /// Tells the sender that the message is given up: accepted in the same commit.
    package var notice: Notice?
    /// The account that carried it or will; nil: as it was.
    package var lane: Account?
    /// Nothing was tried: it does not count among the attempts.
    package var isPostponed = false
    /// It has no route: its time stands still. With this, `state` is `waiting` until then, or until something was mended.
    package var routeWait: RouteWait?
    /// The provider wants fewer sends of this account at once.
    package var asksForLess = false

    /// An attempt in the words that a monitor counts by.
    package struct Tried: Sendable, Hashable {
        package let login: String
        package let route: Route
        package let transport: Transport
        package let verdict: String
    }

    /// Whom the message was from and to in this attempt, and the provider's own words. They may quote an address: the journal keeps codes in their place.
    package struct Told: Sendable, Hashable {
        package let from: [EmailAddress]
        package let recipients: Int
        package let firstRecipient: EmailAddress?
        /// To the recipient who decides what comes next; empty where no server was asked.
        package let reply: String
    }

    /// A message that comes into being with the settlement.
    package struct Notice: Sendable {
        package let message: AcceptedMessage
        package let body: [UInt8]
        package let lane: Account?

        package init(message: AcceptedMessage, body: [UInt8], lane: Account?) {
            self.message = message
            self.body = body
            self.lane = lane
        }
    }

    /// What becomes of the message.
    package enum Next: Sendable, Hashable {
        case waiting(until: Date, why: String)
        case held(why: String)
        /// Given up, visible in the queue until a person removes it.
        case failed(why: String)
        /// Every recipient has a final outcome, none of them a failure: the content is no longer kept.
        case done
    }

    package init(
        claim: Claim, at: Date, state: Next, outcomes: [Int: RecipientOutcome] = [:], journal: [JournalEntry] = [],
        sightings: [Sighting] = [], usages: [Usage] = [], observations: [Observation] = [], notice: Notice? = nil, lane: Account? = nil
    ) {
        self.claim = claim
        self.at = at
        self.state = state
        self.outcomes = outcomes
        self.journal = journal
        self.sightings = sightings
        self.usages = usages
        self.notice = notice
        self.lane = lane
        self.observations = observations
    }
}

/// The last word on one recipient.
package enum RecipientOutcome: Sendable, Hashable {
    case sent(reply: String)
    case refused(reply: String)
}

/// An address seen in use, for the auditor's reports: they never scan the journal.
package struct Sighting: Sendable, Hashable {
    package enum Role: String, Sendable, Hashable, CaseIterable {
        /// Asked for as author.
        case author
        /// Written to From.
        case from
        /// Written to Reply-To, because the author had no way of its own.
        case replyTo = "reply-to"
        /// Asked for, and refused before anything was accepted.
        case refused
    }

    package let address: EmailAddress
    package let role: Role
    package let at: Date
    /// `accepted`, `sent`, or a refusal's code.
    package let outcome: String

    package init(address: EmailAddress, role: Role, at: Date, outcome: String) {
        self.address = address
        self.role = role
        self.at = at
        self.outcome = outcome
    }
}

/// What became of some of a message's recipients in one attempt; summed per hour and route.
package struct Traffic: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case sent, retry, refused
    }

    /// Empty where there was none.
    package let route: String
    package let outcome: Outcome
    package let recipients: Int

    package init(route: String, outcome: Outcome, recipients: Int) {
        self.route = route
        self.outcome = outcome
        self.recipients = recipients
    }
}

/// What an account has sent; summed per hour, so that daily limits survive a restart.
package struct Usage: Sendable, Hashable {
    package let account: Account
    package let messages: Int
    package let recipients: Int

    package init(of account: Account, messages: Int, recipients: Int) {
        self.account = account
        self.messages = messages
        self.recipients = recipients
    }
}
