package import Relay
package import struct FoundationEssentials.Date

extension MemoryStore: VaultStore {
    package func sealingKey() async throws(StoreFailure) -> String? {
        try await enter(.vault)
        return vaultKey
    }

    package func moveKey(to keyID: String, by person: String, at now: Date) async throws(StoreFailure) {
        try await enter(.vault)
        guard vaultKey != keyID else { return }
        let facts = [JournalEntry.Fact("entity", "vault"), .init("from", vaultKey ?? ""), .init("to", keyID)]
        vaultKey = keyID
        note([JournalEntry(at: now, kind: .changed, facts: facts, personal: [.init(.person, person)])], [])
        committed()
    }

    package func reseal(
        _ kind: SecretName.Kind, after owner: String, limit: Int, with vault: Vault
    ) async throws(StoreFailure) -> Resealed {
        try await enter(.vault)
        if let vaultKey, vaultKey != vault.keyID { throw .keyMoved(to: vaultKey) }
        let rows = sealedValues.filter { $0.name.kind == kind && $0.name.owner > owner && $0.sealed.keyID != vault.keyID }
            .sorted { $0.name.owner < $1.name.owner }.prefix(limit)
        var result = Resealed(last: rows.count == limit ? rows.last?.name.owner : nil)
        for row in rows {
            if let sealed = vault.resealed(row.sealed, of: row.name) {
                replace(row.name, by: sealed)
                result.count += 1
            } else if kind.isReplaceable {
                replace(row.name, by: nil)
                result.dropped += 1
            } else {
                result.unreadable.append(row.name)
            }
        }
        committed()
        return result
    }

    /// The same secret, in other octets.
    package func sealAnew(_ name: SecretName, with vault: Vault) throws {
        guard let sealed = book.secrets[name] else { return }
        book.rotate(name, to: try vault.seal(try vault.open(sealed, for: name), for: name))
    }

    package func sealedCounts() async throws(StoreFailure) -> [SealedCount] {
        try await enter(.vault)
        let groups = Dictionary(grouping: sealedValues) { [$0.name.kind.rawValue, $0.sealed.keyID] }
        return groups.compactMap { _, values in
            values.first.map { SealedCount(kind: $0.name.kind, keyID: $0.sealed.keyID, count: values.count) }
        }
    }

    /// As a database would refuse it.
    func check(_ sealed: Sealed...) throws(StoreFailure) {
        if let vaultKey, sealed.contains(where: { $0.keyID != vaultKey }) { throw .keyMoved(to: vaultKey) }
    }

    private var sealedValues: [(name: SecretName, sealed: Sealed)] {
        book.secrets.map { ($0.key, $0.value) } + tokens.map { ($0.key.secretName, $0.value.sealed) }
            + consents.map { (SecretName(.consent, of: $0.key.text), $0.value.sealed) }
    }

    private func replace(_ name: SecretName, by sealed: Sealed?) {
        switch name.kind {
        case .accessToken:
            guard let entry = tokens.first(where: { $0.key.secretName == name }) else { return }
            let old = entry.value
            tokens[entry.key] = sealed.map {
                StoredToken(sealed: $0, obtained: old.obtained, expires: old.expires, revision: old.revision)
            }
        case .consent:
            let id = ConsentID(trusted: name.owner)
            consents[id] = sealed.flatMap { sealed in consents[id].map { $0.sealed(as: sealed) } }
        case .clientSecret, .privateKey, .refreshToken, .journalKey:
            if let sealed { book.rotate(name, to: sealed) }
        }
    }
}

extension ConsentAttempt {
    fileprivate func sealed(as sealed: Sealed) -> ConsentAttempt {
        ConsentAttempt(
            id: id, grant: grant, application: application, revision: revision, way: way, startedAt: startedAt, expires: expires,
            redirectURI: redirectURI, scope: scope, stateDigest: stateDigest, browserDigest: browserDigest, sealed: sealed,
            startedBy: startedBy, progress: progress)
    }
}
