package import Mail
package import struct FoundationEssentials.Date

/// Keeps the directory. Only the service and the demo load it whole; commands read the rows they need.
package protocol DirectoryStore: Sendable {
    func directory() async throws(StoreFailure) -> Directory
    /// What one question can touch: every small table, and of users and delegations only those asked for.
    func directory(of slice: DirectorySlice) async throws(StoreFailure) -> Directory
    func changes(since edition: Edition) async throws(StoreFailure) -> (changes: [DirectoryChange], edition: Edition)
    func entity(_ key: EntityKey) async throws(StoreFailure) -> DirectoryEntity?
    /// Sorted by id.
    func entities(_ kind: EntityKind, after id: String?, limit: Int) async throws(StoreFailure) -> [DirectoryEntity]
    /// What would break if this went away.
    func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey]
    /// One transaction: changes, sealed secrets, change rows, journal. Returns the edition, unmoved when nothing was different. Of a trial nothing is kept;
    /// it fails as the edit would, and returns the edition it would have made.
    func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition
}

package struct DirectorySlice: Sendable, Hashable {
    package var users: Set<UserID>
    package var addresses: Set<EmailAddress>
    /// By id, beside those that speak of the addresses.
    package var delegations: Set<DelegationID>
    /// Only settings and these users are wanted, of whom there may be thousands: a store may leave out the rest.
    package var isOfUsersAlone = false
    /// All there is: a file speaks of everything.
    package var isWhole = false

    package init(users: Set<UserID> = [], addresses: Set<EmailAddress> = [], delegations: Set<DelegationID> = []) {
        self.users = users
        self.addresses = addresses
        self.delegations = delegations
    }

    /// With what another names.
    package func union(_ other: DirectorySlice) -> DirectorySlice {
        var both = DirectorySlice(
            users: users.union(other.users), addresses: addresses.union(other.addresses),
            delegations: delegations.union(other.delegations))
        both.isOfUsersAlone = isOfUsersAlone && other.isOfUsersAlone
        both.isWhole = isWhole || other.isWhole
        return both
    }
}

/// A person's change to the directory, whole.
package struct DirectoryEdit: Sendable {
    package var changes: [DirectoryChange]
    package var secrets: [SecretChange]
    package var by: String
    package var at: Date
    /// Refused with `editionMoved` when the directory is at another edition.
    package var expecting: Edition?
    /// Removes what refers to a removed thing as well, instead of refusing.
    package var cascades: Bool
    /// To find out how it would end.
    package var isTrial = false

    package init(
        _ changes: [DirectoryChange], secrets: [SecretChange] = [], by: String, at: Date, expecting: Edition? = nil, cascades: Bool = false
    ) {
        self.changes = changes
        self.secrets = secrets
        self.by = by
        self.at = at
        self.expecting = expecting
        self.cascades = cascades
    }
}
