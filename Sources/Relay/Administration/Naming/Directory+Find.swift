internal import Mail

/// Finds what somebody names.
extension Directory {
    package func entity(_ key: EntityKey) -> DirectoryEntity? {
        switch key.kind {
        case .setting: SettingKey(key.id).flatMap { name in settings[name].map { DirectoryEntity.setting(name, $0) } }
        case .user: user(UserID(trusted: key.id)).map { .user($0) }
        case .provider: provider(ProviderID(trusted: key.id)).map { .provider($0) }
        case .application: application(ApplicationID(trusted: key.id)).map { .application($0) }
        case .grant: grant(GrantID(trusted: key.id)).map { .grant($0) }
        case .mailbox: mailbox(MailboxID(trusted: key.id)).map { .mailbox($0) }
        case .family: family(FamilyID(trusted: key.id)).map { .family($0) }
        case .delegation: delegation(DelegationID(trusted: key.id)).map { .delegation($0) }
        case .deny: deny(DenyID(trusted: key.id)).map { .deny($0) }
        case .client: client(ClientID(trusted: key.id)).map { .client($0) }
        }
    }

    /// All of a kind, in no order.
    package func entities(_ kind: EntityKind) -> [DirectoryEntity] {
        switch kind {
        case .setting: settings.all.map { .setting($0.key, $0.text) }
        case .user: allUsers.map { .user($0) }
        case .provider: allProviders.map { .provider($0) }
        case .application: allApplications.map { .application($0) }
        case .grant: allGrants.map { .grant($0) }
        case .mailbox: allMailboxes.map { .mailbox($0) }
        case .family: allFamilies.map { .family($0) }
        case .delegation: allDelegations.map { .delegation($0) }
        case .deny: allDenials.map { .deny($0) }
        case .client: allClients.map { .client($0) }
        }
    }

    /// By id, else by address, else by a name that only one has. `field`: where in a request it is named; empty: it is what the request is about.
    package func find<Named: Nameable>(
        _ type: Named.Type = Named.self, _ text: String, at field: String = ""
    ) throws(AdministrationRefusal) -> Named {
        let kind = Named.entityKind
        if let entity = entity(EntityKey(kind, text)), let exact = Named(entity) { return exact }
        var table = ReferenceTable<Named>(kind) { (try? EmailAddress($0))?.key ?? $0 }
        for entity in entities(kind) { if let named = Named(entity) { table.note(named) } }
        do throws(NameTrouble) {
            let id = try table.find(text)
            guard let named = entity(EntityKey(kind, id.text)).flatMap({ Named($0) }) else {
                preconditionFailure("what was noted is there")
            }
            return named
        } catch {
            guard field.isEmpty else { throw AdministrationRefusal(error.code, error.sentence, fix: error.fix, at: field, of: kind) }
            throw AdministrationRefusal(error, of: kind)
        }
    }
}

extension ReferenceTable where Named: Nameable {
    /// An address outranks every other name.
    mutating func note(_ named: Named) {
        let addresses = named.namedBy.map(\.key)
        guard !addresses.isEmpty else {
            return note(Identifier(trusted: named.idText), name: named.names.first ?? "", also: Array(named.names.dropFirst()))
        }
        note(Identifier(trusted: named.idText), names: addresses, also: named.names)
    }
}

/// Whatever is found by id or by name must be one thing: an id outranks every name, so that a thing whose name is another's id could not be named at all, and
/// a command meant for it would change the other.
extension Directory {
    /// What a word means already that is said of this thing; nil: nothing. What was so `before` is no reason to leave it as it is.
    func mistakable(_ entity: DirectoryEntity, before: DirectoryEntity?) -> (word: String, for: DirectoryEntity, isID: Bool)? {
        if let before, before.key == entity.key, before.callNames == entity.callNames { return nil }
        for kind in entity.key.kind.foundTogether {
            for other in entities(kind) where other.key != entity.key {
                guard let word = entity.word(thatMeans: other), word != before?.word(thatMeans: other) else { continue }
                return (word, other, word.isSameWord(as: entity.key.id))
            }
        }
        return nil
    }
}

extension EntityKind {
    /// Commands that take one of these take any of them.
    fileprivate var foundTogether: [EntityKind] {
        switch self {
        case .mailbox, .family: [.mailbox, .family]
        case .provider, .application, .grant, .client: [self]
        // Of users an id may be another's address: what is exactly an id is that (`SenderSetting`). The others are named by their id alone.
        case .user, .setting, .delegation, .deny: []
        }
    }
}

extension DirectoryEntity {
    /// What it alone is called beside its id.
    fileprivate var callNames: [String] {
        switch self {
        case .provider(let provider): [provider.name]
        case .application(let application): [application.name]
        case .grant(let grant): [grant.name]
        case .mailbox(let mailbox): [mailbox.address.description, mailbox.login]
        case .family(let family): [family.name]
        case .client(let client): [client.name]
        case .setting, .user, .delegation, .deny: []
        }
    }

    /// One of its own that the other is called by, too. Two of a kind may share a name – an address with two logins, a client who was revoked – and whoever
    /// says it is asked which is meant; an id is never asked about.
    fileprivate func word(thatMeans other: DirectoryEntity) -> String? {
        if let name = callNames.first(where: { $0.isSameWord(as: other.key.id) }) { return name }
        if other.callNames.contains(where: { $0.isSameWord(as: key.id) }) { return key.id }
        guard key.kind != other.key.kind else { return nil }
        if key.id.isSameWord(as: other.key.id) { return key.id }
        return callNames.first { name in other.callNames.contains { $0.isSameWord(as: name) } }
    }
}

extension String {
    /// In any case. The length first: there may be thousands, and another length is another word.
    fileprivate func isSameWord(as other: String) -> Bool { utf8.count == other.utf8.count && lowercased() == other.lowercased() }
}
