package import Mail
package import struct FoundationEssentials.Date

package typealias HandoutID = Identifier<Handout>

/// A token that left our custody for one decision: what the client may do with it is beyond our limits, so it is kept what it was meant for, until the
/// client has reported what the provider answered.
package struct Handout: Sendable, Hashable {
    package let id: HandoutID
    package let client: ClientID
    package let at: Date
    /// Of the token.
    package let expires: Date
    package let login: String
    package let provider: ProviderID
    package let transport: Transport
    package let author: Author
    package let purpose: Purpose?
    /// What was to be written to From.
    package let from: [EmailAddress]
    package var reportedAt: Date?

    package init(
        id: HandoutID, client: ClientID, at: Date, expires: Date, login: String, provider: ProviderID, transport: Transport, author: Author,
        purpose: Purpose?, from: [EmailAddress], reportedAt: Date? = nil
    ) {
        self.id = id
        self.client = client
        self.at = at
        self.expires = expires
        self.login = login
        self.provider = provider
        self.transport = transport
        self.author = author
        self.purpose = purpose
        self.from = from
        self.reportedAt = reportedAt
    }

    /// What the token opens.
    package var account: Account { Account(provider: provider, login: login) }

    /// Days that one is kept; a report that comes later is one nobody waits for.
    package static let daysKept = 40.0
}

/// Keeps what was handed out.
package protocol HandoutStore: Sendable {
    /// In one commit with the journal's lines: a hand-out that is not on record must not happen.
    func record(_ handouts: [Handout], journal: [JournalEntry]) async throws(StoreFailure)
    func handout(_ id: HandoutID) async throws(StoreFailure) -> Handout?
    /// Those that nobody has reported on, the oldest first.
    func unreported(before: Date, limit: Int) async throws(StoreFailure) -> [Handout]
    /// What a client's own sending came to. False, and nothing kept, when it was reported before.
    func report(_ id: HandoutID, _ outcome: HandoutOutcome, at now: Date) async throws(StoreFailure) -> Bool
}

/// As a settlement has it, of a message that we never had.
package struct HandoutOutcome: Sendable {
    package var observations: [Observation]
    package var journal: [JournalEntry]
    package var sightings: [Sighting]
    package var usages: [Usage]

    package init(
        observations: [Observation] = [], journal: [JournalEntry] = [], sightings: [Sighting] = [], usages: [Usage] = []
    ) {
        self.observations = observations
        self.journal = journal
        self.sightings = sightings
        self.usages = usages
    }
}
