package import Mail
package import struct FoundationEssentials.Date

/// The sums that reports are made of.
package protocol AuditStore: Sendable {
    /// Journals a warning the first time it is given; false, and nothing written, when it was given before.
    func warn(_ warning: Warning, at now: Date) async throws(StoreFailure) -> Bool
    func sightings() async throws(StoreFailure) -> [SightingTotal]
    /// What became of recipients in each hour since then, by hour.
    func traffic(since: Date) async throws(StoreFailure) -> [TrafficTotal]
    /// Seconds from acceptance to the end, of the messages that were done last since then.
    func delays(since: Date, limit: Int) async throws(StoreFailure) -> [Double]
    /// The day on which each client last sent or had a token.
    func clientDays() async throws(StoreFailure) -> [ClientID: Date]
    /// Messages and recipients an account has sent since an hour.
    func usage(of account: Account, since: Date) async throws(StoreFailure) -> Usage
}

/// What became of recipients in one hour.
package struct TrafficTotal: Sendable, Hashable {
    /// Its beginning.
    package let hour: Date
    package let traffic: Traffic

    package init(hour: Date, traffic: Traffic) {
        self.hour = hour
        self.traffic = traffic
    }
}

/// That something ends, told once at each threshold.
package struct Warning: Sendable, Hashable {
    package let key: EntityKey
    package let words: String
    package let ends: Date
    /// Days ahead.
    package let threshold: Int

    package init(key: EntityKey, words: String, ends: Date, threshold: Int) {
        self.key = key
        self.words = words
        self.ends = ends
        self.threshold = threshold
    }

    package func entry(at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .warned,
            facts: [
                .init("entity", key.kind.rawValue), .init("id", key.id), .init("ends", ends.second), .init("days", String(threshold)),
            ], personal: [])
    }
}

extension [SightingTotal] {
    /// Whom messages were to be from.
    package var authors: [EmailAddress] { filter { $0.role == .author }.map(\.address) }
}

/// All that was seen of an address in one role.
package struct SightingTotal: Sendable, Hashable {
    package let address: EmailAddress
    package let role: Sighting.Role
    package let first: Date
    package let last: Date
    package let count: Int
    package let lastOutcome: String

    package init(address: EmailAddress, role: Sighting.Role, first: Date, last: Date, count: Int, lastOutcome: String) {
        self.address = address
        self.role = role
        self.first = first
        self.last = last
        self.count = count
        self.lastOutcome = lastOutcome
    }
}
