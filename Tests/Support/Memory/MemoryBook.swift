internal import Relay
internal import struct FoundationEssentials.Date

/// The directory in memory: entities, the edition of each thing's last change, and people's secrets. An edit is carried out on a copy, so
/// that one that is refused changes nothing.
struct MemoryBook {
    private(set) var entities: [EntityKey: DirectoryEntity] = [:]
    private(set) var edition = Edition(0)
    private(set) var secrets: [SecretName: Sealed] = [:]
    /// When each thing was last changed, in the order of the changes.
    private(set) var log: [(key: EntityKey, edition: Edition)] = []
    /// When tokens were last made void, by whose change that was.
    private var voided: [EntityKey: Edition] = [:]

    mutating func apply(_ edit: DirectoryEdit) throws(StoreFailure) -> [JournalEntry] {
        if let expected = edit.expecting, expected != edition { throw .editionMoved(now: edition) }
        let next = Edition(edition.number + 1)
        var seen: Set<EntityKey> = []
        let changes = edit.changes.reversed().filter { seen.insert($0.key).inserted }
        var story: [JournalEntry] = []
        for case .put(let entity) in changes.sorted(by: { $0.key.rank < $1.key.rank })
        where entities[entity.key].map(Exactly.init) != Exactly(entity) {
            if entity.voidsTokens(of: entities[entity.key]) { voided[entity.key] = next }
            try put(entity)
            touch(entity.key, next)
            story.append(Self.entry(entity.key, "put", edit))
        }
        for key in try removals(changes, cascades: edit.cascades) where entities.removeValue(forKey: key) != nil {
            secrets = secrets.filter { $0.key.holder != key }
            for client in dropTokenRights(to: key) { touch(client, next) }
            touch(key, next)
            story.append(Self.entry(key, "removed", edit))
        }
        for secret in edit.secrets where try put(secret, next) {
            let action = secret.sealed == nil ? "removed" : "set"
            story.append(
                JournalEntry(
                    at: edit.at, kind: .changed,
                    facts: [.init("entity", "secret"), .init("id", secret.name.owner), .init("action", action)],
                    personal: [.init(.person, edit.by)]))
        }
        if !story.isEmpty { edition = next }
        return story
    }

    /// A machine's doing: the edition stays.
    mutating func rotate(_ name: SecretName, to sealed: Sealed) { secrets[name] = sealed }

    func source(of id: GrantID) -> GrantSource? {
        guard case .grant(let grant)? = entities[EntityKey(.grant, id.text)],
            case .application(let application)? = entities[EntityKey(.application, grant.application.text)],
            case .provider(let provider)? = entities[EntityKey(.provider, application.provider.text)]
        else { return nil }
        return GrantSource(grant: grant, application: application, provider: provider)
    }

    func revision(of grant: GrantID) -> Edition? {
        guard let source = source(of: grant) else { return nil }
        return [
            EntityKey(.grant, grant.text), EntityKey(.application, source.application.id.text),
            EntityKey(.provider, source.provider.id.text),
        ].compactMap { voided[$0] }.max()
    }

    func sorted(_ kind: EntityKind) -> [DirectoryEntity] {
        entities.values.filter { $0.key.kind == kind }.sorted { $0.key.id < $1.key.id }
    }

    func references(to key: EntityKey) -> [EntityKey] {
        entities.values.filter { $0.key.kind != .client && ($0.needs.contains(key) || $0.mentions(key)) }.map(\.key).sorted {
            ($0.rank, $0.id) < ($1.rank, $1.id)
        }
    }

    private mutating func touch(_ key: EntityKey, _ edition: Edition) {
        log.removeAll { $0.key == key }
        log.append((key, edition))
    }

    private mutating func put(_ entity: DirectoryEntity) throws(StoreFailure) {
        for needed in entity.needs where entities[needed] == nil {
            throw .conflict("\(entity.key) names the \(needed), which does not exist")
        }
        if case .client(let client) = entity, case .key = client.credential {
            for case .client(let other) in entities.values where other.id != client.id && other.credential == client.credential {
                throw .conflict("client \(other.id) has this key already")
            }
        }
        entities[entity.key] = entity
    }

    /// A right to tokens goes with its mailbox or family.
    private mutating func dropTokenRights(to key: EntityKey) -> [EntityKey] {
        guard let row = ConcreteMailbox.Row(key) else { return [] }
        var changed: [EntityKey] = []
        for case .client(var client) in entities.values where client.tokenRights.contains(where: { $0.row == row }) {
            client.tokenRights.removeAll { $0.row == row }
            entities[EntityKey(.client, client.id.text)] = .client(client)
            changed.append(EntityKey(.client, client.id.text))
        }
        return changed
    }

    /// What goes away, dependents first.
    private func removals(_ changes: [DirectoryChange], cascades: Bool) throws(StoreFailure) -> [EntityKey] {
        var wanted: [EntityKey] = []
        for case .remove(let key) in changes { wanted.append(key) }
        var waiting = wanted
        while let key = waiting.popLast() {
            let others = references(to: key).filter { !wanted.contains($0) }
            if others.isEmpty { continue }
            guard cascades else {
                let named = others.prefix(5).map(\.description).joined(separator: ", ")
                throw .conflict("\(key) is used by \(named)" + (others.count > 5 ? " and \(others.count - 5) more" : ""))
            }
            waiting += others
            wanted += others
        }
        return wanted.sorted { $0.rank > $1.rank }
    }

    /// Whether anything was different.
    private mutating func put(_ change: SecretChange, _ next: Edition) throws(StoreFailure) -> Bool {
        guard let holder = change.name.holder else { throw .conflict("the \(change.name) is not a person's to change") }
        if let sealed = change.sealed {
            guard entities[holder] != nil else { throw .conflict("the \(change.name) has no \(holder) to belong to") }
            secrets[change.name] = sealed
        } else if secrets.removeValue(forKey: change.name) == nil {
            return false
        }
        touch(holder, next)
        voided[holder] = next
        return true
    }

    private static func entry(_ key: EntityKey, _ action: String, _ edit: DirectoryEdit) -> JournalEntry {
        // The id of a user may be an address.
        let isPersonal = key.kind == .user
        return JournalEntry(
            at: edit.at, kind: .changed,
            facts: [.init("entity", key.kind.rawValue), .init("action", action)] + (isPersonal ? [] : [.init("id", key.id)]),
            personal: [.init(.person, edit.by)] + (isPersonal ? [.init(.person, key.id)] : []))
    }
}

/// Equal in every letter: a new spelling of an address is a change, although the addresses are equal.
private struct Exactly: Equatable {
    private let entity: DirectoryEntity
    private let spelling: String

    init(_ entity: DirectoryEntity) {
        self.entity = entity
        spelling = String(describing: entity)
    }
}

extension SecretName {
    /// Whom it goes away with; nil where no person changes it.
    fileprivate var holder: EntityKey? {
        switch kind {
        case .clientSecret, .privateKey: EntityKey(.application, owner)
        case .refreshToken: EntityKey(.grant, owner)
        case .accessToken, .journalKey, .consent: nil
        }
    }
}

extension EntityKey {
    /// What is named comes before what names it.
    fileprivate var rank: Int { EntityKind.allCases.firstIndex(of: kind) ?? 0 }
}

extension DirectoryEntity {
    fileprivate var needs: [EntityKey] {
        switch self {
        case .application(let application): [EntityKey(.provider, application.provider.text)]
        case .grant(let grant): [EntityKey(.application, grant.application.text)]
        case .mailbox(let mailbox): [EntityKey(.grant, mailbox.grant.text)]
        case .family(let family): [EntityKey(.grant, family.grant.text)]
        case .delegation(let delegation): [EntityKey(.mailbox, delegation.mailbox.text)]
        case .deny(let deny): deny.mailbox.map { [EntityKey(.mailbox, $0.text)] } ?? []
        case .client(let client):
            client.tokenRights.map { right in
                switch right.row {
                case .mailbox(let id): EntityKey(.mailbox, id.text)
                case .family(let id): EntityKey(.family, id.text)
                }
            }
        case .setting, .user, .provider: []
        }
    }

    /// A setting may name a user who does not exist yet, but one who does is in use.
    fileprivate func mentions(_ key: EntityKey) -> Bool {
        guard key.kind == .user, case .setting(let setting, let text) = self else { return false }
        switch setting.name {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier: return text == key.id
        case .mode, .reply, .fallback, .intake, .template, .organisation, .signatures, .envelope, .originalFrom, .publicURL,
            .delivery:
            return false
        }
    }
}
