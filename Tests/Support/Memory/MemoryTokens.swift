package import Relay
package import struct FoundationEssentials.Date

extension MemoryStore: TokenStore {
    package func credentials(of grant: GrantID) async throws(StoreFailure) -> Credentials? {
        try await enter(.credentials)
        guard let source = book.source(of: grant), let revision = book.revision(of: grant) else { return nil }
        return Credentials(
            source: source, revision: revision, clientSecret: book.secrets[SecretName(.clientSecret, of: source.application.id.text)],
            privateKey: book.secrets[SecretName(.privateKey, of: source.application.id.text)],
            refreshToken: book.secrets[SecretName(.refreshToken, of: grant.text)])
    }

    package func token(_ key: TokenKey) async throws(StoreFailure) -> StoredToken? {
        try await enter(.token)
        return tokens[key]
    }

    package func takeLease(_ name: String, holder: String, at now: Date, until: Date) async throws(StoreFailure) -> Bool {
        try await enter(.takeLease)
        if let lease = leases[name], lease.holder != holder, lease.until > now, lease.until <= now.addingTimeInterval(3600) { return false }
        leases[name] = (holder, until)
        committed()
        return true
    }

    package func dropLease(_ name: String, holder: String) async throws(StoreFailure) {
        try await enter(.dropLease)
        if leases[name]?.holder == holder { leases[name] = nil }
        committed()
    }

    package func keep(_ renewal: Renewal) async throws(StoreFailure) -> RenewalEnd {
        try await enter(.keep)
        let grant = renewal.key.grant
        guard let revision = book.revision(of: grant) else { return .overtaken }
        let isCurrent = leases[renewal.lease]?.holder == renewal.holder && revision == renewal.token.revision
        if isCurrent { try check(renewal.token.sealed) }
        if let rotation = renewal.rotation {
            let name = SecretName(.refreshToken, of: grant.text)
            guard book.secrets[name] == rotation.from else { return .otherRefreshToken }
            try check(rotation.to)
            book.rotate(name, to: rotation.to)
        }
        asking[grant] = nil
        committed()
        guard isCurrent else { return .overtaken }
        renewals.append(renewal)
        tokens[renewal.key] = renewal.token
        leases[renewal.lease] = nil
        see(renewal.observations)
        grantUses[grant, default: GrantUse()].usedAt = renewal.token.obtained
        return .kept
    }

    package func beginAsking(_ grant: GrantID, at now: Date) async throws(StoreFailure) -> Date? {
        try await enter(.asking)
        let before = asking[grant]
        asking[grant] = before ?? now
        committed()
        return before
    }

    package func endAsking(_ grant: GrantID) async throws(StoreFailure) {
        try await enter(.asking)
        asking[grant] = nil
        committed()
    }

    package func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? {
        try await enter(.secret)
        if name.kind == .accessToken { return tokens.first { $0.key.secretName == name }?.value.sealed }
        return book.secrets[name]
    }

    package func isLeased(_ name: String) -> Bool { leases[name] != nil }
}
