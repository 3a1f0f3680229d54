package import struct FoundationEssentials.Date

/// The append-only, chained record. Entries that belong to a store change are written by that change, in its transaction; this
/// protocol is for the others, and for reading.
package protocol Journal: Sendable {
    func append(_ entries: [JournalEntry], sightings: [Sighting]) async throws(StoreFailure)
    /// In the order written, from `after` on.
    func entries(_ filter: JournalFilter) async throws(StoreFailure) -> [JournalRow]
    /// The last row of each strand, by strand: what a checkpoint keeps elsewhere.
    func heads() async throws(StoreFailure) -> [JournalRow]
    /// Rows of one strand in order, for `verify`, from number `from` on.
    func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow]
}

package struct JournalFilter: Sendable, Hashable {
    package var from: String?
    package var author: String?
    package var recipient: String?
    package var mailbox: String?
    package var message: SpoolID?
    /// Empty: of every kind.
    package var kinds: Set<JournalEntry.Kind> = []
    package var since: Date?
    package var until: Date?
    /// The entry to go on from, in the order that is asked for.
    package var after: JournalPosition?
    /// The order written, unless it is turned round.
    package var isNewestFirst = false
    package var limit: Int

    package init(
        from: String? = nil, author: String? = nil, recipient: String? = nil, mailbox: String? = nil, message: SpoolID? = nil,
        since: Date? = nil, until: Date? = nil, after: JournalPosition? = nil, limit: Int = 1000
    ) {
        self.from = from
        self.author = author
        self.recipient = recipient
        self.mailbox = mailbox
        self.message = message
        self.since = since
        self.until = until
        self.after = after
        self.limit = limit
    }
}

/// Where an entry stands: one strand per store now, one per node later.
package struct JournalPosition: Sendable, Hashable {
    package let strand: String
    package let number: Int64

    package init(strand: String, number: Int64) {
        self.strand = strand
        self.number = number
    }
}

/// An entry as it stands in the store, with its link of the chain.
package struct JournalRow: Sendable, Hashable {
    package let position: JournalPosition
    package let entry: JournalEntry
    /// SHA-256 over the salt and the personal parts; stays when those are erased.
    package let personalDigest: [UInt8]
    /// nil once the personal parts were erased.
    package let salt: [UInt8]?
    package let mac: [UInt8]
    /// How often a refusal of the same client, author and code came within its hour; outside the chain, because it grows.
    package let count: Int

    package init(
        position: JournalPosition, entry: JournalEntry, personalDigest: [UInt8], salt: [UInt8]?, mac: [UInt8], count: Int = 1
    ) {
        self.position = position
        self.entry = entry
        self.personalDigest = personalDigest
        self.salt = salt
        self.mac = mac
        self.count = count
    }
}
