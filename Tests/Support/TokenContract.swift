package import Relay
internal import Mail
internal import Testing

/// Tokens are renewed once for all, and never outlive what they were had with.
package struct TokenContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("credentialsNeedAGrant", credentialsNeedAGrant), Fact("secretsMoveTheRevision", secretsMoveTheRevision),
        Fact("changedGrantMovesTheRevision", changedGrantMovesTheRevision), Fact("otherChangesDoNot", otherChangesDoNot),
        Fact("secretsGoWithTheirOwner", secretsGoWithTheirOwner), Fact("secretNeedsItsOwner", secretNeedsItsOwner),
        Fact("onlyPeoplesSecretsAreEdited", onlyPeoplesSecretsAreEdited), Fact("leaseHasOneHolder", leaseHasOneHolder),
        Fact("leasesOfOlderRunsEndSoon", leasesOfOlderRunsEndSoon),
        Fact("renewalIsKept", renewalIsKept), Fact("rotatedTokenStaysWithItsRevision", rotatedTokenStaysWithItsRevision),
        Fact("renewalNeedsItsLease", renewalNeedsItsLease), Fact("renewalNeedsItsRevision", renewalNeedsItsRevision),
        Fact("subjectsHaveTheirOwnTokens", subjectsHaveTheirOwnTokens),
    ]

    private static let clientSecret = SecretName(.clientSecret, of: "app")
    private static let refreshToken = SecretName(.refreshToken, of: "grant")
    private static let key = TokenKey(grant: Samples.grant.id, resource: .smtp)

    private func sealed(_ byte: UInt8) -> Sealed { Sealed(keyID: "k\(byte)", bytes: [byte, 0, byte]) }

    private func filled() async throws -> any Store {
        let store = try await make()
        _ = try await store.apply(
            Samples.edit(.provider(Samples.provider), .application(Samples.application), .grant(Samples.grant)))
        return store
    }

    private func set(_ store: any Store, _ name: SecretName, _ sealed: Sealed?) async throws(StoreFailure) -> Edition {
        try await store.apply(DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "root", at: Samples.start))
    }

    private func renewal(_ revision: Edition, holder: String = "h", refreshToken: Sealed? = nil, key: TokenKey = key) -> Renewal {
        Renewal(
            key: key, token: StoredToken(sealed: sealed(9), obtained: Samples.start, expires: Samples.time(3600), revision: revision),
            refreshToken: refreshToken, lease: "renew", holder: holder, observations: [.grant(key.grant, nil)])
    }

    private func takeLease(_ store: any Store, holder: String = "h", at seconds: Double = 0) async throws -> Bool {
        try await store.takeLease("renew", holder: holder, at: Samples.time(seconds), until: Samples.time(seconds + 60))
    }

    @Sendable func credentialsNeedAGrant() async throws {
        let store = try await filled()
        #expect(try await store.credentials(of: GrantID(trusted: "nobody")) == nil)
        let found = try #require(try await store.credentials(of: Samples.grant.id))
        #expect(found == Credentials(revision: Edition(1), clientSecret: nil, refreshToken: nil))
    }

    @Sendable func secretsMoveTheRevision() async throws {
        let store = try await filled()
        #expect(try await set(store, Self.clientSecret, sealed(1)) == Edition(2))
        #expect(
            try await store.credentials(of: Samples.grant.id)
                == Credentials(revision: Edition(2), clientSecret: sealed(1), refreshToken: nil))
        #expect(try await set(store, Self.refreshToken, sealed(2)) == Edition(3))
        #expect(try await store.credentials(of: Samples.grant.id)?.refreshToken == sealed(2))
        #expect(try await store.secret(Self.clientSecret) == sealed(1))
        #expect(try await store.changes(since: Edition(1)).changes.map(\.key.kind) == [.application, .grant])
        #expect(try await set(store, Self.clientSecret, nil) == Edition(4))
        #expect(try await store.credentials(of: Samples.grant.id)?.clientSecret == nil)
        #expect(try await set(store, Self.clientSecret, nil) == Edition(4))
        let actions = try await store.entries(JournalFilter()).suffix(3).map { $0.entry.facts.first { $0.name == "action" }?.value }
        #expect(actions == ["set", "set", "removed"])
    }

    @Sendable func changedGrantMovesTheRevision() async throws {
        let store = try await filled()
        var grant = Samples.grant
        grant.name = "renamed"
        let edition = try await store.apply(Samples.edit(.grant(grant)))
        #expect(try await store.credentials(of: grant.id)?.revision == edition)
        var application = Samples.application
        application.tenant = "other"
        let next = try await store.apply(Samples.edit(.application(application)))
        #expect(try await store.credentials(of: grant.id)?.revision == next)
    }

    @Sendable func otherChangesDoNot() async throws {
        let store = try await filled()
        _ = try await store.apply(Samples.edit(.mailbox(try Samples.mailbox())))
        #expect(try await store.credentials(of: Samples.grant.id)?.revision == Edition(1))
    }

    @Sendable func secretsGoWithTheirOwner() async throws {
        let store = try await filled()
        _ = try await set(store, Self.clientSecret, sealed(1))
        let edition = try await set(store, Self.refreshToken, sealed(2))
        #expect(try await takeLease(store))
        #expect(try await store.keep(renewal(edition)))
        _ = try await store.apply(
            DirectoryEdit([.remove(EntityKey(.application, "app"))], by: "root", at: Samples.start, cascades: true))
        #expect(try await store.secret(Self.clientSecret) == nil)
        #expect(try await store.secret(Self.refreshToken) == nil)
        #expect(try await store.token(Self.key) == nil)
    }

    @Sendable func secretNeedsItsOwner() async throws {
        let store = try await make()
        #expect(await failure { () throws(StoreFailure) in try await set(store, Self.clientSecret, sealed(1)) }?.isConflict == true)
    }

    @Sendable func onlyPeoplesSecretsAreEdited() async throws {
        let store = try await filled()
        for name in [Self.key.secretName, SecretName(.journalKey, of: "main")] {
            #expect(await failure { () throws(StoreFailure) in try await set(store, name, sealed(1)) }?.isConflict == true)
        }
    }

    @Sendable func leaseHasOneHolder() async throws {
        let store = try await make()
        #expect(try await takeLease(store, holder: "one"))
        #expect(try await !takeLease(store, holder: "two", at: 59))
        #expect(try await takeLease(store, holder: "one", at: 30))
        #expect(try await !takeLease(store, holder: "two", at: 89))
        #expect(try await takeLease(store, holder: "two", at: 90))
        try await store.dropLease("renew", holder: "one")
        #expect(try await !takeLease(store, holder: "one", at: 91))
        try await store.dropLease("renew", holder: "two")
        #expect(try await takeLease(store, holder: "one", at: 91))
        #expect(try await store.takeLease("other", holder: "two", at: Samples.start, until: Samples.time(1)))
    }

    /// A run that was killed while it asked for a token must not keep its successor waiting for as long as a request may take.
    @Sendable func leasesOfOlderRunsEndSoon() async throws {
        let store = try await make()
        let (old, next) = (Claimant(node: "n", incarnation: "1"), Claimant(node: "n", incarnation: "2"))
        for holder in [old.holder, Claimant(node: "nn", incarnation: "1").holder, "token-1"] {
            #expect(try await store.takeLease("of " + holder, holder: holder, at: Samples.start, until: Samples.time(60)))
        }
        _ = try await store.recover(for: next, at: Samples.time(1))
        let after = 1 + Claimant.leaseOfTheDead
        for (seconds, isFree) in [(after - 1, false), (after, true)] {
            #expect(
                try await store.takeLease("of " + old.holder, holder: next.holder, at: Samples.time(seconds), until: Samples.time(60))
                    == isFree)
        }
        for holder in ["nn/1", "token-1"] {
            #expect(try await !store.takeLease("of " + holder, holder: next.holder, at: Samples.time(59), until: Samples.time(90)))
        }
        _ = try await store.recover(for: next, at: Samples.time(20))
        #expect(
            try await !store.takeLease("of " + old.holder, holder: "x", at: Samples.time(59), until: Samples.time(90)), "its own stands")
    }

    @Sendable func renewalIsKept() async throws {
        let store = try await filled()
        try await store.observe([.grant(Samples.grant.id, .lostInCrash(at: Samples.start))], journal: [])
        #expect(try await takeLease(store))
        let renewal = renewal(Edition(1))
        #expect(try await store.keep(renewal))
        #expect(try await store.token(Self.key) == renewal.token)
        #expect(try await store.secret(Self.key.secretName) == renewal.token.sealed)
        #expect(try await store.conditions(of: nil).grant(Samples.grant.id) == nil)
        #expect(try await takeLease(store, holder: "next"), "the lease is given back in the same commit")
    }

    @Sendable func rotatedTokenStaysWithItsRevision() async throws {
        let store = try await filled()
        let edition = try await set(store, Self.refreshToken, sealed(1))
        #expect(try await takeLease(store))
        #expect(try await store.keep(renewal(edition, refreshToken: sealed(2))))
        #expect(
            try await store.credentials(of: Samples.grant.id)
                == Credentials(revision: edition, clientSecret: nil, refreshToken: sealed(2)))
        #expect(try await store.directory().edition == edition)
    }

    @Sendable func renewalNeedsItsLease() async throws {
        let store = try await filled()
        #expect(try await !store.keep(renewal(Edition(1))))
        #expect(try await takeLease(store, holder: "one"))
        #expect(try await takeLease(store, holder: "two", at: 61))
        #expect(try await !store.keep(renewal(Edition(1), holder: "one", refreshToken: sealed(2))))
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.secret(Self.refreshToken) == nil)
        #expect(try await store.keep(renewal(Edition(1), holder: "two")))
    }

    @Sendable func renewalNeedsItsRevision() async throws {
        let store = try await filled()
        #expect(try await takeLease(store))
        let edition = try await set(store, Self.clientSecret, sealed(1))
        #expect(try await !store.keep(renewal(Edition(1))))
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.keep(renewal(edition)))
        #expect(try await takeLease(store))
        let stranger = TokenKey(grant: GrantID(trusted: "nobody"), resource: .smtp)
        #expect(try await !store.keep(renewal(edition, key: stranger)))
    }

    @Sendable func subjectsHaveTheirOwnTokens() async throws {
        let store = try await filled()
        #expect(try await takeLease(store))
        let ann = TokenKey(grant: Samples.grant.id, resource: .smtp, subject: "ann")
        #expect(try await store.keep(renewal(Edition(1), key: ann)))
        #expect(try await store.token(ann) != nil)
        #expect(try await store.token(Self.key) == nil)
    }
}
