internal import Foundation
internal import Mail
package import Relay

extension DatabaseStore: DirectoryStore {
    /// Users named by settings, and what may send for their addresses, come along: a question with a purpose touches them.
    package func directory(of slice: DirectorySlice) async throws(StoreFailure) -> Directory {
        try await read { transaction in
            var loading = DirectoryLoading(Directory(edition: try transaction.revisions().edition))
            var ids = Set(slice.users.map(\.text))
            var addresses = slice.addresses
            if slice.isOfUsersAlone {
                try transaction.entities(.setting) { loading.add($0) }
                let ids = ListText.write(slice.users.map(\.text))
                try transaction.entities(.user, "WHERE id IN (SELECT value FROM \(transaction.dialect.texts("?")))", [ids]) {
                    loading.add($0)
                }
                return loading.finish()
            }
            for kind in EntityKind.allCases where kind != .user && kind != .delegation {
                try transaction.entities(kind) { entity in
                    if case .setting(_, let text) = entity { ids.insert(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
                    loading.add(entity)
                }
            }
            for id in ids { if let address = try? EmailAddress(id) { addresses.insert(address) } }  // most settings are none
            let texts = transaction.dialect.texts("?")
            let found =
                "WHERE id IN (SELECT value FROM \(texts)) OR id IN (SELECT \"user\" FROM userAddress WHERE addressKey IN (SELECT value FROM \(texts)))"
            let arguments: Values = [ListText.write(ids.sorted()), ListText.write(addresses.map(\.key))]
            try transaction.entities(.user, found, arguments) { entity in
                if case .user(let user) = entity { addresses.formUnion(user.addresses.map(\.address)) }
                loading.add(entity)
            }
            let covers = Set(addresses.map(\.key)).union(addresses.map { AddressPattern.domain($0.domain).key }).union([
                AddressPattern.any.key
            ])
            try transaction.entities(
                .delegation,
                "WHERE coversKey IN (SELECT value FROM \(texts)) OR id IN (SELECT value FROM \(texts)) ORDER BY id",
                [ListText.write(covers.sorted()), ListText.write(slice.delegations.map(\.text))]
            ) { loading.add($0) }
            return loading.finish()
        }
    }

    /// Throws `editionMoved` when the store no longer knows what changed since then (or never had that edition): load the directory whole.
    package func changes(since edition: Edition) async throws(StoreFailure) -> (changes: [DirectoryChange], edition: Edition) {
        try await read { try $0.changes(since: edition) }
    }

    package func entity(_ key: EntityKey) async throws(StoreFailure) -> DirectoryEntity? { try await read { try $0.entity(key) } }

    package func entities(_ kind: EntityKind, after id: String?, limit: Int) async throws(StoreFailure) -> [DirectoryEntity] {
        try await report { transaction in
            var found: [DirectoryEntity] = []
            try transaction.entities(kind, "WHERE id > ? ORDER BY id LIMIT ?", [id ?? "", max(0, limit)]) { found.append($0) }
            return found
        }
    }

    package func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] {
        try await read { try $0.references(to: key) }
    }

    package func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition {
        try await write { transaction in
            var application = try DirectoryApplication(edit, in: transaction)
            return edit.isTrial ? try transaction.undoing { try application.run() } : try application.run()
        }
    }
}

extension Transaction {
    /// Rows of one kind that are read with one statement.
    private static let handful = 500

    func changes(since edition: Edition) throws -> (changes: [DirectoryChange], edition: Edition) {
        let now = try revisions()
        guard edition >= now.changesFrom, edition <= now.edition else { throw StoreFailure.editionMoved(now: now.edition) }
        if edition == now.edition { return ([], edition) }
        let keys = try all("SELECT kind, id FROM change WHERE edition > ? ORDER BY edition, number", [edition.number]) {
            EntityKey(try $0.choice(), try $0.text())
        }
        var found: [EntityKey: DirectoryEntity] = [:]
        for (kind, keys) in Dictionary(grouping: keys, by: \.kind) {
            for start in stride(from: 0, to: keys.count, by: Self.handful) {
                let ids = keys[start..<min(start + Self.handful, keys.count)].map(\.id)
                try entities(kind, "WHERE id IN (SELECT value FROM \(dialect.texts("?")))", [ListText.write(ids)]) { found[$0.key] = $0 }
            }
        }
        return (keys.map { key in found[key].map { .put($0) } ?? .remove(key) }, now.edition)
    }
}
