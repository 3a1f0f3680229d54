package import struct FoundationEssentials.Date

/// Whoever sees messages through, asked before one is kept whether it may leave at once: then it is accepted and claimed in one commit, and is not read again.
package protocol Departures: Sendable {
    /// A place for one more message of this lane, until `begin` or `giveBack`; nil: it waits its turn like the others.
    func reserve(_ message: SpoolID, lane: Account) -> Departure?
    /// The message is kept, and claimed.
    func begin(_ departure: Departure, _ message: AcceptedMessage, body: [UInt8], at moment: StoreMoment)
    /// It was not kept, as far as the store knows.
    func giveBack(_ departure: Departure)
    /// A message was kept that is due and waits.
    func arrived(in lane: Account?)
}

/// A place that a message may take.
package struct Departure: Sendable, Hashable {
    package let message: SpoolID
    package let lane: Account
    package let claimant: Claimant
    package let until: Date

    package init(message: SpoolID, lane: Account, claimant: Claimant, until: Date) {
        self.message = message
        self.lane = lane
        self.claimant = claimant
        self.until = until
    }

    package var claim: Claim { Claim(message: message, attempt: 1, claimant: claimant, until: until) }
}

/// Which directory and conditions a store had: whoever knows older ones catches up before deciding.
package struct StoreMoment: Sendable, Hashable {
    package let edition: Edition
    package let revision: Int64

    package init(edition: Edition, revision: Int64) {
        self.edition = edition
        self.revision = revision
    }
}
