package import Relay
package import struct FoundationEssentials.Date

extension MemoryStore: ConsentStore {
    package func begin(_ attempt: ConsentAttempt) async throws(StoreFailure) {
        try await enter(.consent)
        try check(attempt.sealed)
        consents = consents.filter { $0.value.startedAt >= attempt.startedAt.addingTimeInterval(-86_400) }
        consents[attempt.id] = attempt
        committed()
    }

    package func consent(_ id: ConsentID) async throws(StoreFailure) -> ConsentAttempt? {
        try await enter(.consent)
        return consents[id]
    }

    package func consent(state digest: [UInt8]) async throws(StoreFailure) -> ConsentAttempt? {
        try await enter(.consent)
        return consents.values.first { $0.stateDigest == digest }
    }

    package func bind(_ id: ConsentID, browser digest: [UInt8]) async throws(StoreFailure) -> Bool {
        try await enter(.consent)
        guard consents[id]?.progress == .waiting else { return false }
        consents[id]?.browserDigest = digest
        committed()
        return true
    }

    package func take(_ id: ConsentID, at now: Date) async throws(StoreFailure) -> Bool {
        try await enter(.consent)
        guard consents[id]?.progress == .waiting else { return false }
        consents[id]?.progress = .taken(at: now)
        committed()
        return true
    }

    package func end(_ id: ConsentID, _ progress: ConsentAttempt.Progress, journal: [JournalEntry]) async throws(StoreFailure) {
        try await enter(.consent)
        consents[id]?.progress = progress
        note(journal, [])
        committed()
    }

    package func keep(_ result: ConsentResult) async throws(StoreFailure) -> Bool {
        try await enter(.keep)
        try check(result.refreshToken, result.token.stored.sealed)
        guard book.revision(of: result.grant) == result.revision, var grant = book.source(of: result.grant)?.grant else { return false }
        grant.pin = result.pin
        let name = SecretName(.refreshToken, of: grant.id.text)
        note(
            try book.apply(
                DirectoryEdit(
                    [.put(.grant(grant))], secrets: [SecretChange(name: name, sealed: result.refreshToken)], by: result.by,
                    at: result.at)), [])
        let stored = result.token.stored
        tokens[result.token.key] = StoredToken(
            sealed: stored.sealed, obtained: stored.obtained, expires: stored.expires, revision: book.edition)
        see([.grant(grant.id, nil), .application(grant.application, nil)])
        grantUses[grant.id] = GrantUse(consentedAt: result.at, usedAt: result.at, scope: result.scope)
        asking[grant.id] = nil
        consents[result.attempt]?.progress = .granted(at: result.at, words: result.words)
        committed()
        return true
    }

    package func uses() async throws(StoreFailure) -> [GrantID: GrantUse] {
        try await enter(.consent)
        var uses = grantUses
        for attempt in consents.values {
            if case .refused(let at, let words) = attempt.progress {
                uses[attempt.grant, default: GrantUse()].note(GrantUse.Failure(at: at, words: words))
            }
        }
        return uses
    }
}
