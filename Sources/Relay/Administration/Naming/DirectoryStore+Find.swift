internal import Mail

extension DirectoryStore {
    /// All of a kind in the order of their ids, page by page, since there may be a million.
    package func each<Named: Nameable>(_ type: Named.Type = Named.self, _ use: (Named) throws -> Void) async throws {
        try await each(Named.entityKind) { if let named = Named($0) { try use(named) } }
    }

    package func each(_ kind: EntityKind, _ use: (DirectoryEntity) throws -> Void) async throws {
        let page = 5000
        var last: String?
        while true {
            let entities = try await entities(kind, after: last, limit: page)
            for entity in entities { try use(entity) }
            guard entities.count == page, let next = entities.last?.key.id else { return }
            last = next
        }
    }

    /// A right to send for an address, allowed or denied: by id, since it has no name.
    package func delegation(_ id: String) async throws -> DirectoryEntity {
        for kind in [EntityKind.delegation, .deny] {
            if let entity = try await entity(EntityKey(kind, id)) { return entity }
        }
        var ids: [String] = []
        for kind in [EntityKind.delegation, .deny] { try await each(kind) { ids.append($0.key.id) } }
        throw AdministrationRefusal(
            NameTrouble(unknown: id, .delegation, like: Closeness.closest(to: id, in: ids.sorted())), of: .delegation)
    }

    /// Whoever `text` may mean, or may have been meant by it, for `Directory.find` to choose from. Ids and addresses are looked up; for a name all users are
    /// looked through, and if nobody has it, for one that is like it, which nothing but a person's typing is worth.
    package func slice(ofUser text: String) async throws -> DirectorySlice {
        var slice = DirectorySlice()
        if let id = UserID(text) { slice.users.insert(id) }
        slice.add(address: text)
        let near = try await directory(of: slice)
        let isKnown = UserID(text).flatMap { near.user($0) } != nil || slice.addresses.contains { !near.users(with: $0).isEmpty }
        guard !isKnown else { return slice }
        let named = text.isEmpty ? [] : try await directory().users(named: text)
        guard named.isEmpty else {
            slice.users.formUnion(named)
            return slice
        }
        // Names to choose the closest from; of a million only so many at once.
        let most = 10_000
        var idsByName: [String: Set<UserID>] = [:]
        try await each(User.self) { user in
            for name in [user.id.text] + user.names + user.namedBy.map(\.description) where !name.isEmpty {
                idsByName[name, default: []].insert(user.id)
            }
            if idsByName.count > most { idsByName = idsByName.closest(to: text) }
        }
        for ids in idsByName.closest(to: text).values { slice.users.formUnion(ids) }
        return slice
    }
}

extension [String: Set<UserID>] {
    fileprivate func closest(to text: String) -> Self {
        let close = Set<String>(Closeness.closest(to: text, in: keys.sorted()))
        return filter { close.contains($0.key) }
    }
}
