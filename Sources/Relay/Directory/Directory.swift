internal import HashTreeCollections
package import Mail

/// What people decide, as one immutable value with an edition: settings, users, grants, mailboxes, delegations, clients.
/// It is held in persistent maps, so a changed directory shares all but a path of nodes with the one before, and a reader
/// keeps the edition it started with without a lock. Only `Directory+Change.swift` writes the maps and their indexes.
package struct Directory: Sendable {
    package internal(set) var edition: Edition
    package internal(set) var settings = Settings()
    var users = Users()
    var providers: TreeDictionary<ProviderID, Provider> = [:]
    var applications: TreeDictionary<ApplicationID, Application> = [:]
    var grants: TreeDictionary<GrantID, Grant> = [:]
    var mailboxes: TreeDictionary<MailboxID, Mailbox> = [:]
    var families: TreeDictionary<FamilyID, Family> = [:]
    var delegations: TreeDictionary<DelegationID, Delegation> = [:]
    var denials: TreeDictionary<DenyID, Deny> = [:]
    var clients: TreeDictionary<ClientID, Client> = [:]

    var mailboxesByAddress: TreeDictionary<EmailAddress, SortedEntries<MailboxID>> = [:]
    var clientsByKey: TreeDictionary<[UInt8], ClientID> = [:]
    var familiesByMember = PatternIndex<FamilyID>()
    var delegationsByAddress = PatternIndex<DelegationID>()
    var denialsByAddress = PatternIndex<DenyID>()

    package init(edition: Edition = Edition(0)) { self.edition = edition }

    package init(_ entities: some Sequence<DirectoryEntity>, edition: Edition = Edition(0)) {
        self.init(edition: edition)
        for entity in entities { put(entity) }
        if let packed = packed() { self = packed }
    }

    /// In the place of those it has; they must stand in the order of their ids' octets.
    package mutating func take(_ users: PackedUsers) { self.users = Users(users) }

    /// The same, with the users in as little memory as they need; nil: that would not be worth while. It takes some tenths of a second of a million users.
    package func packed() -> Directory? {
        guard users.areWorthPacking else { return nil }
        var packed = self
        packed.users = users.repacked()
        return packed
    }

    package func user(_ id: UserID) -> User? { users[id] }
    package func provider(_ id: ProviderID) -> Provider? { providers[id] }
    package func application(_ id: ApplicationID) -> Application? { applications[id] }
    package func grant(_ id: GrantID) -> Grant? { grants[id] }
    package func mailbox(_ id: MailboxID) -> Mailbox? { mailboxes[id] }
    package func family(_ id: FamilyID) -> Family? { families[id] }
    package func delegation(_ id: DelegationID) -> Delegation? { delegations[id] }
    package func deny(_ id: DenyID) -> Deny? { denials[id] }
    package func client(_ id: ClientID) -> Client? { clients[id] }

    package var userCount: Int { users.count }
    package var delegationCount: Int { delegations.count }

    package var allUsers: some Sequence<User> { users }
    package var allMailboxes: some Sequence<Mailbox> { mailboxes.values }
    package var allFamilies: some Sequence<Family> { families.values }
    package var allProviders: some Sequence<Provider> { providers.values }
    package var allApplications: some Sequence<Application> { applications.values }
    package var allGrants: some Sequence<Grant> { grants.values }
    package var allDelegations: some Sequence<Delegation> { delegations.values }
    package var allDenials: some Sequence<Deny> { denials.values }
    package var allClients: some Sequence<Client> { clients.values }

    /// The users who have this address, on or off.
    package func users(with address: EmailAddress) -> [User] { users.with(address) }

    /// Cheaper than the user.
    package func hasUser(_ id: UserID) -> Bool { users.contains(id) }

    /// Of whom it is the whole id, name or login, in any case: through all of them, for a person's typing.
    func users(named text: String) -> [UserID] { users.named(text) }

    /// Cheaper than the user, too.
    func byline(of id: UserID) -> Byline? { users.byline(of: id) }

    /// Of the first user who has the address and a name.
    func name(ofOwner address: EmailAddress) -> String? { users.name(with: address) }

    /// In whose id, name, login or addresses this text stands, without regard to case (of ASCII letters); in the order of ids, as a store has it.
    package func users(matching text: String, after id: String?, limit: Int) -> [User] {
        users.matching(text, after: id.map { UserID(trusted: $0) }, limit: limit)
    }

    /// Through all mailboxes: for a person's work, not for deciding.
    package func mailboxes(of grant: GrantID) -> [Mailbox] { mailboxes.values.filter { $0.grant == grant }.sorted { $0.id < $1.id } }

    /// The family an address is a mailbox of, named by itself before by its domain.
    package func family(of address: EmailAddress) -> Family? {
        let found = families(with: address)
        return [found.exact, found.byDomain].joined().compactMap { families[$0] }.first { $0.isEnabled }
    }

    package func mailboxes(with address: EmailAddress) -> [Mailbox] {
        (mailboxesByAddress[address] ?? .none).compactMap { mailboxes[$0] }
    }

    /// Families that contain the address: by a single entry first, then by domain.
    func families(with address: EmailAddress) -> (exact: SortedEntries<FamilyID>, byDomain: SortedEntries<FamilyID>) {
        (familiesByMember.entries(for: address), familiesByMember.entries(for: address.domain))
    }

    func delegations(for address: EmailAddress) -> (exact: SortedEntries<DelegationID>, byDomain: SortedEntries<DelegationID>) {
        (delegationsByAddress.entries(for: address), delegationsByAddress.entries(for: address.domain))
    }

    /// Every deny entry that speaks of the address, the most exact first.
    func denials(for address: EmailAddress) -> [Deny] {
        guard !denials.isEmpty else { return [] }
        let ids = [denialsByAddress.entries(for: address), denialsByAddress.entries(for: address.domain), denialsByAddress.entriesForAny]
        return ids.joined().compactMap { denials[$0] }
    }
}
