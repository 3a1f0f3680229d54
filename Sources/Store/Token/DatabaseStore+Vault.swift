package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: VaultStore {
    package func sealingKey() async throws(StoreFailure) -> String? { try await read { try $0.sealingKey() } }

    package func moveKey(to keyID: String, by person: String, at now: Date) async throws(StoreFailure) {
        try await write { transaction in
            let before = try transaction.sealingKey()
            if before == keyID { return }
            try transaction.run("UPDATE meta SET vaultKey = ?", [keyID])
            try transaction.append([
                JournalEntry(
                    at: now, kind: .changed,
                    facts: [.init("entity", "vault"), .init("from", before ?? ""), .init("to", keyID)], personal: [.init(.person, person)])
            ])
        }
    }

    package func reseal(
        _ kind: SecretName.Kind, after owner: String, limit: Int, with vault: Vault
    ) async throws(StoreFailure) -> Resealed {
        try await write { transaction in
            // Whoever is late must not seal anything back under a key that was rotated away.
            try transaction.check(keyID: vault.keyID)
            let rows = try transaction.all(kind.selectOthers, [vault.keyID, owner, limit]) { columns in
                (owner: try columns.text(), sealed: Sealed(keyID: try columns.text(), bytes: try columns.bytes()))
            }
            var result = Resealed(last: rows.count == limit ? rows.last?.owner : nil)
            for row in rows {
                let name = SecretName(kind, of: row.owner)
                if let sealed = vault.resealed(row.sealed, of: name) {
                    try transaction.replace(sealed, of: name)
                    result.count += 1
                } else if kind.isReplaceable {
                    try transaction.drop(name)
                    result.dropped += 1
                } else {
                    result.unreadable.append(name)
                }
            }
            return result
        }
    }

    package func sealedCounts() async throws(StoreFailure) -> [SealedCount] {
        try await report { transaction in
            try SecretName.Kind.allCases.flatMap { kind in
                try transaction.all(kind.selectCounts) { columns in
                    SealedCount(kind: kind, keyID: try columns.text(), count: Int(try columns.integer()))
                }
            }
        }
    }
}

extension Transaction {
    func sealingKey() throws -> String? { try first("SELECT vaultKey FROM meta") { try $0.optionalText() } ?? nil }

    /// Whatever is sealed under a key that was rotated away would be lost with it.
    func check(_ sealed: Sealed) throws { try check(keyID: sealed.keyID) }

    fileprivate func check(keyID: String) throws {
        if let current = try sealingKey(), current != keyID { throw StoreFailure.keyMoved(to: current) }
    }

    fileprivate func replace(_ sealed: Sealed, of name: SecretName) throws {
        try run(
            "UPDATE \(name.kind.table) SET keyID = ?, sealed = ? WHERE \(name.kind.condition)",
            [sealed.keyID, sealed.bytes, name.owner])
    }

    fileprivate func drop(_ name: SecretName) throws {
        try run("DELETE FROM \(name.kind.table) WHERE \(name.kind.condition)", [name.owner])
    }
}

/// Where the values of each kind lie.
extension SecretName.Kind {
    fileprivate var table: String {
        switch self {
        case .accessToken: "token"
        case .consent: "consent"
        case .clientSecret, .privateKey, .refreshToken, .journalKey: "secret"
        }
    }

    private var owner: String {
        switch self {
        case .accessToken: "name"
        case .consent: "id"
        case .clientSecret, .privateKey, .refreshToken, .journalKey: "owner"
        }
    }

    private var isOfKind: String {
        switch self {
        case .accessToken, .consent: "true"
        case .clientSecret, .privateKey, .refreshToken, .journalKey: "kind = '\(rawValue)'"
        }
    }

    fileprivate var condition: String { "\(isOfKind) AND \(owner) = ?" }

    fileprivate var selectOthers: String {
        "SELECT \(owner), keyID, sealed FROM \(table) WHERE \(isOfKind) AND keyID <> ? AND \(owner) > ? ORDER BY \(owner) LIMIT ?"
    }

    fileprivate var selectCounts: String { "SELECT keyID, count(*) FROM \(table) WHERE \(isOfKind) GROUP BY keyID ORDER BY keyID" }
}
