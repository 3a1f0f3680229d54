internal import Mail
package import struct FoundationEssentials.Date

/// What is held against accounts, found again from the side of the directory: a family's address has no row of its own.
extension Snapshot {
    /// Of a mailbox, or of every address of a family, what stands in the way at this moment.
    package func troubles(
        of row: ConcreteMailbox.Row, at now: Date
    ) -> [(account: Account, transport: Transport?, health: MailboxHealth)] {
        let troubles = conditions.allTroubles.filter {
            if case .stopped(let until, _, _) = $0.health { until > now } else { true }
        }
        let accounts = accounts(of: row, among: troubles.map(\.account))
        return troubles.filter { accounts.contains($0.account) }
    }

    private func accounts(of row: ConcreteMailbox.Row, among accounts: [Account]) -> Set<Account> {
        switch row {
        case .mailbox(let id): return directory.mailbox(id).flatMap(directory.account(of:)).map { [$0] } ?? []
        case .family(let id):
            guard let family = directory.family(id) else { return [] }
            let members = directory.members(of: family, among: accounts)
            return Set(members.compactMap { directory.account(of: directory.mailbox($0, of: family)) })
        }
    }

    /// That ends it, as far as it concerns this transport; nil: all of it.
    package func resuming(_ row: ConcreteMailbox.Row, over transport: Transport? = nil, at now: Date) -> [Observation] {
        troubles(of: row, at: now).filter { transport == nil || $0.transport == nil || $0.transport == transport }.map {
            .mailbox($0.account, over: $0.transport, nil)
        }
    }
}

extension Directory {
    /// Addresses of the family with one of these accounts. Most logins are addresses; the others are looked for among the users.
    func members(of family: Family, among accounts: some Sequence<Account>) -> [EmailAddress] {
        let provider = provider(of: family.grant)
        let logins = Set(accounts.lazy.filter { $0.provider == provider }.map(\.login))
        guard !logins.isEmpty else { return [] }
        var found = logins.compactMap { try? EmailAddress($0) }  // the others are some user's
        found += users.with(logins: logins).flatMap { $0.addresses.map(\.address) }
        return Set(found).filter { address in
            family.members.contains { $0.matches(address) } && logins.contains(login(ofMember: address))
        }.sorted()
    }
}
