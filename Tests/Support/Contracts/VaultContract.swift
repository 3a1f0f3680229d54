package import Relay
internal import Testing

/// Keys are rotated without losing a secret: nothing is kept under a key that goes, and what is there is sealed anew.
package struct VaultContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("untilTheFirstRotationEveryKeyIsTaken", untilTheFirstRotationEveryKeyIsTaken),
        Fact("otherKeysAreRefusedAfterwards", otherKeysAreRefusedAfterwards), Fact("everyKindIsSealedAnew", everyKindIsSealedAnew),
        Fact("aStepTakesNoMoreThanItsLimit", aStepTakesNoMoreThanItsLimit), Fact("whatDoesNotOpenIsTold", whatDoesNotOpenIsTold),
        Fact("theMoveIsInTheJournalOnce", theMoveIsInTheJournalOnce), Fact("whoIsLateSealsNothing", whoIsLateSealsNothing),
    ]

    private static let clientSecret = SecretName(.clientSecret, of: "app")
    private static let refreshToken = SecretName(.refreshToken, of: "grant")
    private static let key = TokenKey(grant: Samples.grant.id, resource: .smtp)
    private static let consent = ConsentID(trusted: "c")

    private static func vault(_ bytes: UInt8...) throws -> Vault {
        try Vault(keys: bytes.map { Secret([UInt8](repeating: $0, count: 32)) })
    }

    private func set(_ store: any Store, _ vault: Vault, _ name: SecretName, _ text: String) async throws(StoreFailure) -> Edition {
        let sealed: Sealed
        do { sealed = try vault.seal(Secret(text), for: name) } catch { throw .unavailable("\(error)") }
        return try await store.apply(DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "root", at: Samples.start))
    }

    /// A value of each kind, all under this vault's key; the journal's own is the store's.
    private func filled(_ vault: Vault) async throws -> any Store {
        let store = try await make()
        _ = try await store.apply(Samples.edit(.provider(Samples.provider), .application(Samples.application), .grant(Samples.grant)))
        _ = try await set(store, vault, Self.clientSecret, "secret")
        let revision = try await set(store, vault, Self.refreshToken, "refresh")
        try await keep(store, vault, revision, "token")
        try await store.begin(
            Samples.consent(Self.consent.text, sealed: try vault.seal(Secret("state"), for: SecretName(.consent, of: Self.consent.text))))
        return store
    }

    private func keep(_ store: any Store, _ vault: Vault, _ revision: Edition, _ text: String) async throws {
        _ = try await store.takeLease("l", holder: "h", at: Samples.start, until: Samples.time(60))
        let sealed = try vault.seal(Secret(text), for: Self.key.secretName)
        let renewal = Renewal(
            key: Self.key, token: StoredToken(sealed: sealed, obtained: Samples.start, expires: Samples.time(3600), revision: revision),
            lease: "l", holder: "h")
        do throws(StoreFailure) { _ = try await store.keep(renewal) } catch { throw error }
    }

    private func sealAll(_ store: any Store, _ vault: Vault) async throws -> [Resealed] {
        var steps: [Resealed] = []
        for kind in SecretName.Kind.allCases where kind != .journalKey {
            var owner: String? = ""
            while let last = owner {
                steps.append(try await store.reseal(kind, after: last, limit: 10, with: vault))
                owner = steps.last?.last
            }
        }
        return steps
    }

    @Sendable func untilTheFirstRotationEveryKeyIsTaken() async throws {
        let store = try await filled(try Self.vault(1))
        #expect(try await store.sealingKey() == nil)
        _ = try await set(store, try Self.vault(9), Self.clientSecret, "other")
    }

    @Sendable func otherKeysAreRefusedAfterwards() async throws {
        let old = try Self.vault(1)
        let both = try Self.vault(2, 1)
        let store = try await filled(old)
        let edition = try await store.directory().edition
        try await store.moveKey(to: both.keyID, by: "root", at: Samples.start)
        #expect(try await store.sealingKey() == both.keyID)
        let moved = StoreFailure.keyMoved(to: both.keyID)
        #expect(await failure { () throws(StoreFailure) in try await set(store, old, Self.clientSecret, "late") } == moved)
        let revision = try #require(try await store.credentials(of: Samples.grant.id)?.revision)
        await #expect(throws: moved) { try await keep(store, old, revision, "late") }
        let late = Samples.consent("late", sealed: try old.seal(Secret("s"), for: SecretName(.consent, of: "late")))
        await #expect(throws: moved) { try await store.begin(late) }
        #expect(try await store.directory().edition == edition, "a refused write changes nothing")
        _ = try await set(store, both, Self.clientSecret, "in time")
        try await keep(store, both, try #require(try await store.credentials(of: Samples.grant.id)?.revision), "in time")
    }

    @Sendable func everyKindIsSealedAnew() async throws {
        let store = try await filled(try Self.vault(1))
        let both = try Self.vault(2, 1)
        try await store.moveKey(to: both.keyID, by: "root", at: Samples.start)
        let edition = try await store.directory().edition
        #expect(try await sealAll(store, both).map(\.count).reduce(0, +) == 4)
        #expect(try await sealAll(store, both).map(\.count).reduce(0, +) == 0)
        let new = try Self.vault(2)
        let values = [(Self.clientSecret, "secret"), (Self.refreshToken, "refresh"), (Self.key.secretName, "token")]
        for (name, text) in values {
            let sealed = try #require(try await store.secret(name))
            #expect(try new.open(sealed, for: name).revealText() == text)
        }
        let consent = try #require(try await store.consent(Self.consent))
        #expect(try new.open(consent.sealed, for: SecretName(.consent, of: "c")).revealText() == "state")
        #expect(try await store.directory().edition == edition, "tokens had before stay good")
        let left = try await store.sealedCounts().filter { $0.keyID != new.keyID && $0.kind != .journalKey }
        #expect(left.isEmpty)
    }

    @Sendable func aStepTakesNoMoreThanItsLimit() async throws {
        let old = try Self.vault(1)
        let store = try await filled(old)
        for number in 0..<4 {
            let name = SecretName(.consent, of: "c\(number)")
            try await store.begin(Samples.consent(name.owner, sealed: try old.seal(Secret("s"), for: name)))
        }
        let both = try Self.vault(2, 1)
        try await store.moveKey(to: both.keyID, by: "root", at: Samples.start)
        let first = try await store.reseal(.consent, after: "", limit: 2, with: both)
        #expect(first == Resealed(last: "c0", count: 2))
        let second = try await store.reseal(.consent, after: "c0", limit: 2, with: both)
        #expect(second == Resealed(last: "c2", count: 2))
        #expect(try await store.reseal(.consent, after: "c2", limit: 2, with: both) == Resealed(count: 1))
    }

    /// Under a key that nobody has any more: what can be had again is dropped, the rest is named and stays.
    @Sendable func whatDoesNotOpenIsTold() async throws {
        let store = try await filled(try Self.vault(7))
        let both = try Self.vault(2, 1)
        try await store.moveKey(to: both.keyID, by: "root", at: Samples.start)
        let steps = try await sealAll(store, both)
        #expect(steps.map(\.dropped).reduce(0, +) == 2)
        #expect(Set(steps.flatMap(\.unreadable)) == [Self.clientSecret, Self.refreshToken])
        #expect(try await store.secret(Self.clientSecret) != nil)
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.consent(Self.consent) == nil)
    }

    @Sendable func theMoveIsInTheJournalOnce() async throws {
        let store = try await make()
        for _ in 0..<2 { try await store.moveKey(to: "abc", by: "root", at: Samples.start) }
        let moves = try await store.entries(JournalFilter()).filter { $0.entry.facts.contains(.init("entity", "vault")) }
        #expect(moves.map { $0.entry.facts.first { $0.name == "to" }?.value } == ["abc"])
    }

    /// A rotation that was stopped and goes on behind the next one.
    @Sendable func whoIsLateSealsNothing() async throws {
        let old = try Self.vault(1)
        let store = try await filled(old)
        let late = try Self.vault(2, 1)
        let next = try Self.vault(3, 1)
        try await store.moveKey(to: late.keyID, by: "root", at: Samples.start)
        try await store.moveKey(to: next.keyID, by: "root", at: Samples.start)
        await #expect(throws: StoreFailure.keyMoved(to: next.keyID)) {
            _ = try await store.reseal(.clientSecret, after: "", limit: 10, with: late)
        }
        #expect(try await store.secret(Self.clientSecret)?.keyID == old.keyID)
    }
}
