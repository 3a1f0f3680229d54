package import Mail
package import struct FoundationEssentials.Date

/// The sums that reports are made of.
package protocol AuditStore: Sendable {
    func sightings() async throws(StoreFailure) -> [SightingTotal]
    /// Messages and recipients a login has sent since an hour.
    func usage(of login: String, since: Date) async throws(StoreFailure) -> Usage
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
