internal import Mail
package import struct FoundationEssentials.Date

/// What is held against accounts, found again from the side of the directory: observed is a login, and a family's address has no row of its own.
extension Snapshot {
    /// Of a mailbox, or of every address of a family, what stands in the way at this moment.
    package func troubles(
        of row: ConcreteMailbox.Row, at now: Date
    ) -> [(login: String, transport: Transport?, health: MailboxHealth)] {
        let troubles = conditions.allTroubles.filter {
            if case .stopped(let until, _, _) = $0.health { until > now } else { true }
        }
        let logins = logins(of: row, among: Set(troubles.map(\.login)))
        return troubles.filter { logins.contains($0.login) }
    }

    private func logins(of row: ConcreteMailbox.Row, among logins: Set<String>) -> Set<String> {
        switch row {
        case .mailbox(let id):
            guard let mailbox = directory.mailbox(id) else { return [] }
            return [mailbox.login]
        case .family(let id):
            guard let family = directory.family(id) else { return [] }
            return Set(directory.members(of: family, whoseLoginIs: logins).map { directory.login(ofMember: $0) })
        }
    }

    /// That ends it, as far as it concerns this transport; nil: all of it.
    package func resuming(_ row: ConcreteMailbox.Row, over transport: Transport? = nil, at now: Date) -> [Observation] {
        troubles(of: row, at: now).filter { transport == nil || $0.transport == nil || $0.transport == transport }.map {
            .mailbox(login: $0.login, over: $0.transport, nil)
        }
    }
}

extension Directory {
    /// Addresses of the family with one of these logins. Most logins are addresses; the others are looked for among the users.
    func members(of family: Family, whoseLoginIs logins: Set<String>) -> [EmailAddress] {
        guard !logins.isEmpty else { return [] }
        var found = logins.compactMap { try? EmailAddress($0) }  // the others are some user's
        if found.count < logins.count || allUsers.contains(where: { $0.login.map(logins.contains) ?? false }) {
            found += allUsers.filter { $0.login.map(logins.contains) ?? false }.flatMap { $0.addresses.map(\.address) }
        }
        return Set(found).filter { address in
            family.members.contains { $0.matches(address) } && logins.contains(login(ofMember: address))
        }.sorted()
    }
}
