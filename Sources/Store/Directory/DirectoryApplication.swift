internal import Relay

/// Carries out a person's change to the directory inside one transaction: only what differs is written, and it all becomes one edition.
struct DirectoryApplication {
    private let transaction: Transaction
    private let edit: DirectoryEdit
    private let current: Edition
    private let next: Edition
    private var changed: [EntityKey] = []
    private var journal: [JournalEntry] = []
    /// Of these kinds the ids that are there were asked for at once; whoever is not among them is new.
    private var known: [EntityKind: Set<String>] = [:]

    /// Of so many of a kind it is cheaper to ask together which of them are there than to look for each.
    private static let many = 20

    /// A change's number is its edition and its place in it; no edit has so many.
    private static let placeBits: Int64 = 28

    init(_ edit: DirectoryEdit, in transaction: Transaction) throws {
        self.edit = edit
        self.transaction = transaction
        current = try transaction.revisions().edition
        next = Edition(current.number + 1)
    }

    mutating func run() throws -> Edition {
        if let expected = edit.expecting, expected != current { throw StoreFailure.editionMoved(now: current) }
        let changes = lastChanges()
        try look(for: changes)
        for case .put(let entity) in changes.sorted(by: { $0.key.kind.rank < $1.key.kind.rank }) { try put(entity) }
        for key in try removals(changes) { try remove(key) }
        for secret in edit.secrets { try put(secret) }
        guard !changed.isEmpty else { return current }
        transaction.moves()
        try transaction.run("UPDATE meta SET edition = ?", [next.number])
        for (place, key) in changed.enumerated() {
            try transaction.run(
                """
                INSERT INTO change (number, edition, kind, id) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (kind, id) DO UPDATE SET number = ?1, edition = ?2
                """, [next.number << Self.placeBits + Int64(place), next.number, key.kind.rawValue, key.id])
        }
        try transaction.append(journal)
        return next
    }

    /// Of several changes of one thing the last one counts.
    private func lastChanges() -> [DirectoryChange] {
        var seen: Set<EntityKey> = []
        return edit.changes.reversed().filter { seen.insert($0.key).inserted }.reversed()
    }

    private mutating func look(for changes: [DirectoryChange]) throws {
        var ids: [EntityKind: [String]] = [:]
        for case .put(let entity) in changes { ids[entity.key.kind, default: []].append(entity.key.id) }
        for (kind, ids) in ids where ids.count > Self.many { known[kind] = try transaction.known(kind, among: ids) }
    }

    private mutating func put(_ entity: DirectoryEntity) throws {
        let before = known[entity.key.kind]?.contains(entity.key.id) == false ? nil : try transaction.entity(entity.key)
        if before == entity, !Self.differs(before, entity) { return }
        for needed in entity.needs where try !transaction.exists("SELECT 1 FROM \(needed.kind.table) WHERE id = ?", [needed.id]) {
            throw StoreFailure.conflict("\(entity.key) names the \(needed), which does not exist")
        }
        try transaction.write(entity, over: before, edition: next)
        known[entity.key.kind]?.insert(entity.key.id)
        note(entity.key, EntityStory(key: entity.key, before: before, after: entity))
    }

    /// Addresses are equal in any spelling, but a new spelling of one is a change that somebody wanted.
    private static func differs(_ before: DirectoryEntity?, _ after: DirectoryEntity) -> Bool {
        guard let before else { return true }
        return EntityField.fields(of: before) != EntityField.fields(of: after)
    }

    /// What goes away, dependents first. Something else that still refers to it stands in the way, or goes with it.
    private func removals(_ changes: [DirectoryChange]) throws -> [EntityKey] {
        var wanted: [EntityKey] = []
        for case .remove(let key) in changes { wanted.append(key) }
        var all = Set(wanted)
        var waiting = wanted
        while let key = waiting.popLast() {
            let others = try transaction.references(to: key).filter { !all.contains($0) }
            if others.isEmpty { continue }
            guard edit.cascades else { throw Self.inUse(key, by: others) }
            all.formUnion(others)
            waiting += others
            wanted += others
        }
        return wanted.sorted { $0.kind.rank > $1.kind.rank }
    }

    private static func inUse(_ key: EntityKey, by users: [EntityKey]) -> StoreFailure {
        // Five say enough of what kind of things they are; `references` has them all.
        let named = users.prefix(5).map(\.description).joined(separator: ", ")
        let rest = users.count > 5 ? " and \(users.count - 5) more" : ""
        return .conflict("\(key) is used by \(named)\(rest)")
    }

    private mutating func remove(_ key: EntityKey) throws {
        guard let before = try transaction.entity(key) else { return }
        try dropTokenRights(to: key)
        try transaction.remove(key)
        note(key, EntityStory(key: key, before: before, after: nil))
    }

    /// A mailbox that is made again under the same id must not find that someone may have its tokens.
    private mutating func dropTokenRights(to key: EntityKey) throws {
        guard let row = ConcreteMailbox.Row(key) else { return }
        for var client in try transaction.clients(withTokensOf: row) {
            client.tokenRights.removeAll { $0.row == row }
            try put(.client(client))
        }
    }

    private mutating func note(_ key: EntityKey, _ story: EntityStory) {
        changed.append(key)
        journal.append(story.entry(by: edit.by, at: edit.at))
    }

    private mutating func put(_ secret: SecretChange) throws {
        let name = secret.name
        let owner: EntityKey
        switch name.kind {
        case .clientSecret, .privateKey: owner = EntityKey(.application, name.owner)
        case .refreshToken: owner = EntityKey(.grant, name.owner)
        case .accessToken, .journalKey, .consent:
            throw StoreFailure.conflict("the \(name) is not a person's to change")
        }
        if let sealed = secret.sealed {
            guard try transaction.exists("SELECT 1 FROM \(owner.kind.table) WHERE id = ?", [owner.id]) else {
                throw StoreFailure.conflict("the \(name) has no \(owner) to belong to")
            }
            try transaction.put(sealed, as: name)
        } else {
            let removed = try transaction.change("DELETE FROM secret WHERE kind = ? AND owner = ?", [name.kind.rawValue, name.owner])
            if removed == 0 { return }
        }
        try transaction.touch(owner, edition: next)
        if !changed.contains(owner) { changed.append(owner) }
        let action = secret.sealed == nil ? "removed" : "set"
        journal.append(EntityStory.entry(secret: name, action: action, by: edit.by, at: edit.at))
    }
}
