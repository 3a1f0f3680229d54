internal import Mail
package import Relay

extension MemoryStore: DirectoryStore {
    package func directory() async throws(StoreFailure) -> Directory {
        try await enter(.directory)
        let directory = Directory(Array(book.entities.values), edition: book.edition)
        await leave(.directory)
        return directory
    }

    package func directory(of slice: DirectorySlice) async throws(StoreFailure) -> Directory {
        try await enter(.slice)
        let texts = Set(book.sorted(.setting).compactMap { if case .setting(_, let text) = $0 { text } else { nil } })
        var addresses = slice.addresses.union(texts.compactMap { try? EmailAddress($0) })  // most settings are no addresses
        var chosen: [DirectoryEntity] = []
        for case .user(let user) in book.sorted(.user) {
            let isAsked = slice.users.contains(user.id) || texts.contains(user.id.text)
            guard isAsked || user.addresses.contains(where: { addresses.contains($0.address) }) else { continue }
            chosen.append(.user(user))
            addresses.formUnion(user.addresses.map(\.address))
        }
        for case .delegation(let delegation) in book.sorted(.delegation) {
            if case .address(let address) = delegation.covers, !addresses.contains(address), !slice.delegations.contains(delegation.id) {
                continue
            }
            chosen.append(.delegation(delegation))
        }
        let small = book.entities.values.filter { $0.key.kind != .user && $0.key.kind != .delegation }
        return Directory(small + chosen, edition: book.edition)
    }

    package func changes(since edition: Edition) async throws(StoreFailure) -> (changes: [DirectoryChange], edition: Edition) {
        try await enter(.changes)
        guard edition <= book.edition else { throw .editionMoved(now: book.edition) }
        let keys = book.log.filter { $0.edition > edition }.map(\.key)
        let answer = (
            changes: keys.map { key in book.entities[key].map { .put($0) } ?? DirectoryChange.remove(key) }, edition: book.edition
        )
        await leave(.changes)
        return answer
    }

    package func entity(_ key: EntityKey) async throws(StoreFailure) -> DirectoryEntity? {
        try await enter(.entity)
        return book.entities[key]
    }

    package func entities(_ kind: EntityKind, after id: String?, limit: Int) async throws(StoreFailure) -> [DirectoryEntity] {
        try await enter(.entities)
        return Array(book.sorted(kind).filter { entity in id.map { entity.key.id > $0 } ?? true }.prefix(max(0, limit)))
    }

    package func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] {
        try await enter(.references)
        return book.references(to: key)
    }

    package func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition {
        try await enter(.apply)
        for sealed in edit.secrets.compactMap(\.sealed) { try check(sealed) }
        var changed = book
        let story = try changed.apply(edit)
        if edit.isTrial { return changed.edition }
        book = changed
        tokens = tokens.filter { changed.revision(of: $0.key.grant) != nil }
        consents = consents.filter { changed.revision(of: $0.value.grant) != nil }
        note(story, [])
        committed()
        return changed.edition
    }
}
