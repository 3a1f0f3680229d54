internal import HashTreeCollections
internal import Mail

/// The one place that changes a directory's maps, so that an index can never say what its map does not.
extension Directory {
    /// Applies committed changes in their order; what they left unsaid stays shared with the edition before.
    package mutating func apply(_ changes: some Sequence<DirectoryChange>, edition: Edition) {
        for change in changes {
            switch change {
            case .put(let entity): put(entity)
            case .remove(let key): remove(key)
            }
        }
        self.edition = edition
    }

    mutating func put(_ entity: DirectoryEntity) {
        switch entity {
        case .setting(let key, let text): settings[key] = text
        case .user(let user): users.put(user)
        case .provider(let provider): providers[provider.id] = provider
        case .application(let application): applications[application.id] = application
        case .grant(let grant): grants[grant.id] = grant
        case .mailbox(let mailbox): put(mailbox)
        case .family(let family): put(family)
        case .delegation(let delegation): put(delegation)
        case .deny(let deny): put(deny)
        case .client(let client): put(client)
        }
    }

    mutating func remove(_ key: EntityKey) {
        switch key.kind {
        case .setting: SettingKey(key.id).map { settings[$0] = nil }
        case .user: users.remove(UserID(trusted: key.id))
        case .provider: providers[ProviderID(trusted: key.id)] = nil
        case .application: applications[ApplicationID(trusted: key.id)] = nil
        case .grant: grants[GrantID(trusted: key.id)] = nil
        case .mailbox: removeMailbox(MailboxID(trusted: key.id))
        case .family: removeFamily(FamilyID(trusted: key.id))
        case .delegation: removeDelegation(DelegationID(trusted: key.id))
        case .deny: removeDeny(DenyID(trusted: key.id))
        case .client: removeClient(ClientID(trusted: key.id))
        }
    }

    private mutating func put(_ mailbox: Mailbox) {
        removeMailbox(mailbox.id)
        mailboxes[mailbox.id] = mailbox
        mailboxesByAddress[mailbox.address, default: .none].insert(mailbox.id)
    }

    private mutating func removeMailbox(_ id: MailboxID) {
        guard let before = mailboxes.removeValue(forKey: id) else { return }
        mailboxesByAddress.remove(id, at: before.address)
    }

    private mutating func put(_ family: Family) {
        removeFamily(family.id)
        families[family.id] = family
        for member in family.members { familiesByMember.insert(family.id, for: member) }
    }

    private mutating func removeFamily(_ id: FamilyID) {
        guard let before = families.removeValue(forKey: id) else { return }
        for member in before.members { familiesByMember.remove(id, for: member) }
    }

    private mutating func put(_ delegation: Delegation) {
        removeDelegation(delegation.id)
        delegations[delegation.id] = delegation
        delegationsByAddress.insert(delegation.id, for: delegation.covers)
    }

    private mutating func removeDelegation(_ id: DelegationID) {
        guard let before = delegations.removeValue(forKey: id) else { return }
        delegationsByAddress.remove(id, for: before.covers)
    }

    private mutating func put(_ deny: Deny) {
        removeDeny(deny.id)
        denials[deny.id] = deny
        denialsByAddress.insert(deny.id, for: deny.covers)
    }

    private mutating func removeDeny(_ id: DenyID) {
        guard let before = denials.removeValue(forKey: id) else { return }
        denialsByAddress.remove(id, for: before.covers)
    }

    private mutating func put(_ client: Client) {
        removeClient(client.id)
        clients[client.id] = client
        if case .key(let digest) = client.credential { clientsByKey[digest] = client.id }
    }

    private mutating func removeClient(_ id: ClientID) {
        guard let before = clients.removeValue(forKey: id), case .key(let digest) = before.credential else { return }
        if clientsByKey[digest] == id { clientsByKey[digest] = nil }
    }
}
