package import Relay
internal import Mail
internal import Testing

/// Tokens are renewed once for all, and never outlive what they were had with.
package struct TokenContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("credentialsNeedAGrant", credentialsNeedAGrant), Fact("secretsMoveTheRevision", secretsMoveTheRevision),
        Fact("changedCredentialsMoveTheRevision", changedCredentialsMoveTheRevision),
        Fact("harmlessEditsVoidNothing", harmlessEditsVoidNothing), Fact("otherChangesDoNot", otherChangesDoNot),
        Fact("secretsGoWithTheirOwner", secretsGoWithTheirOwner), Fact("secretNeedsItsOwner", secretNeedsItsOwner),
        Fact("onlyPeoplesSecretsAreEdited", onlyPeoplesSecretsAreEdited), Fact("leaseHasOneHolder", leaseHasOneHolder),
        Fact("leasesOfOlderRunsEndSoon", leasesOfOlderRunsEndSoon),
        Fact("renewalIsKept", renewalIsKept), Fact("rotatedTokenStaysWithItsRevision", rotatedTokenStaysWithItsRevision),
        Fact("successorIsKeptWhateverHasMoved", successorIsKeptWhateverHasMoved),
        Fact("successorNeedsItsPredecessor", successorNeedsItsPredecessor), Fact("renewalNeedsItsLease", renewalNeedsItsLease),
        Fact("renewalNeedsItsRevision", renewalNeedsItsRevision),
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

    private func renewal(_ revision: Edition, holder: String = "h", rotation: (from: Sealed, to: Sealed)? = nil, key: TokenKey = key)
        -> Renewal
    {
        Renewal(
            key: key, token: StoredToken(sealed: sealed(9), obtained: Samples.start, expires: Samples.time(3600), revision: revision),
            rotation: rotation.map { .init(from: $0.from, to: $0.to) }, lease: "renew", holder: holder,
            observations: [.grant(key.grant, nil)])
    }

    private func credentials(_ revision: Edition, clientSecret: Sealed? = nil, refreshToken: Sealed? = nil) -> Credentials {
        Credentials(
            source: GrantSource(grant: Samples.grant, application: Samples.application, provider: Samples.provider), revision: revision,
            clientSecret: clientSecret, refreshToken: refreshToken)
    }

    private func takeLease(_ store: any Store, holder: String = "h", at seconds: Double = 0) async throws -> Bool {
        try await store.takeLease("renew", holder: holder, at: Samples.time(seconds), until: Samples.time(seconds + 60))
    }

    @Sendable func credentialsNeedAGrant() async throws {
        let store = try await filled()
        #expect(try await store.credentials(of: GrantID(trusted: "nobody")) == nil)
        let found = try #require(try await store.credentials(of: Samples.grant.id))
        #expect(found == credentials(Edition(1)))
    }

    @Sendable func secretsMoveTheRevision() async throws {
        let store = try await filled()
        #expect(try await set(store, Self.clientSecret, sealed(1)) == Edition(2))
        #expect(
            try await store.credentials(of: Samples.grant.id)
                == credentials(Edition(2), clientSecret: sealed(1)))
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

    @Sendable func changedCredentialsMoveTheRevision() async throws {
        let store = try await filled()
        let edits: [(inout Grant, inout Application, inout Provider) -> Void] = [
            { grant, _, _ in grant.kind = .consent }, { grant, _, _ in grant.principal = "ann" },
            { grant, _, _ in grant.pin = PrincipalPin(realm: "r", subject: "s") }, { grant, _, _ in grant.command = ["/bin/token"] },
            { _, application, _ in application.tenant = "other" }, { _, application, _ in application.clientID = "other" },
            { _, application, _ in application.certificate = "PEM" },
            { _, application, _ in application.serviceAccount = ServiceAccount(address: "a@b.example", keyID: "k") },
            { _, _, provider in provider.tokenEndpoint = "https://other.example/token" },
            { _, _, provider in provider.authorization.wantsBasic = true }, { _, _, provider in provider.trustedCertificates = "PEM" },
            { _, _, provider in provider.scopes[.smtp] = Scopes(delegated: "more", appOnly: "more") },
        ]
        var (grant, application, provider) = (Samples.grant, Samples.application, Samples.provider)
        for (number, edit) in edits.enumerated() {
            edit(&grant, &application, &provider)
            let edition = try await store.apply(Samples.edit(.grant(grant), .application(application), .provider(provider)))
            #expect(try await store.credentials(of: grant.id)?.revision == edition, "edit \(number)")
        }
        let found = try await store.credentials(of: grant.id)?.source
        #expect(found == GrantSource(grant: grant, application: application, provider: provider))
    }

    /// What has nothing to do with how tokens are had leaves them, consents and answers that are under way as they are.
    @Sendable func harmlessEditsVoidNothing() async throws {
        let store = try await filled()
        #expect(try await takeLease(store))
        #expect(try await store.keep(renewal(Edition(1))) == .kept)
        var (grant, application, provider) = (Samples.grant, Samples.application, Samples.provider)
        (grant.name, grant.isEnabled) = ("renamed", false)
        (application.name, application.secretExpires, application.domains) = ("renamed", nil, [FakeCompany.ann.domain])
        (provider.name, provider.smtp, provider.apis, provider.mayReceiveSecrets) = ("renamed", nil, [:], false)
        provider.imap = MailEndpoint(host: "imap.example", port: 993, security: .implicit)
        provider.pop = MailEndpoint(host: "pop.example", port: 995, security: .implicit)
        provider.limits.connections = 1
        provider.habits.propagation = 1
        let edition = try await store.apply(Samples.edit(.grant(grant), .application(application), .provider(provider)))
        #expect(edition > Edition(1))
        let credentials = try #require(try await store.credentials(of: grant.id))
        #expect(credentials.revision == Edition(1))
        #expect(credentials.source == GrantSource(grant: grant, application: application, provider: provider))
        #expect(try await store.token(Self.key)?.revision == Edition(1))
        #expect(try await takeLease(store))
        #expect(try await store.keep(renewal(Edition(1))) == .kept, "the answer that was under way is as good")
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
        #expect(try await store.keep(renewal(edition)) == .kept)
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
        #expect(try await store.keep(renewal) == .kept)
        #expect(try await store.token(Self.key) == renewal.token)
        #expect(try await store.secret(Self.key.secretName) == renewal.token.sealed)
        #expect(try await store.conditions(of: nil).grant(Samples.grant.id) == nil)
        #expect(try await takeLease(store, holder: "next"), "the lease is given back in the same commit")
    }

    @Sendable func rotatedTokenStaysWithItsRevision() async throws {
        let store = try await filled()
        let edition = try await set(store, Self.refreshToken, sealed(1))
        #expect(try await takeLease(store))
        #expect(try await store.keep(renewal(edition, rotation: (sealed(1), sealed(2)))) == .kept)
        #expect(
            try await store.credentials(of: Samples.grant.id)
                == credentials(edition, refreshToken: sealed(2)))
        #expect(try await store.directory().edition == edition)
    }

    /// A refresh token that ends with its first use has nothing left but its successor: neither another holder of the lease nor new credentials are a reason
    /// to lose it.
    @Sendable func successorIsKeptWhateverHasMoved() async throws {
        let store = try await filled()
        let edition = try await set(store, Self.refreshToken, sealed(1))
        _ = try await store.beginAsking(Samples.grant.id, at: Samples.start)
        #expect(try await store.keep(renewal(edition, rotation: (sealed(1), sealed(2)))) == .overtaken, "without the lease")
        #expect(try await store.secret(Self.refreshToken) == sealed(2))
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.beginAsking(Samples.grant.id, at: Samples.start) == nil, "nothing was lost")
        #expect(try await takeLease(store))
        _ = try await set(store, Self.clientSecret, sealed(3))
        #expect(try await store.keep(renewal(edition, rotation: (sealed(2), sealed(4)))) == .overtaken, "of older credentials")
        #expect(try await store.secret(Self.refreshToken) == sealed(4))
        #expect(try await store.token(Self.key) == nil)
    }

    /// Another consent is not overwritten by what the old one's renewal brings, nor one that was withdrawn brought back.
    @Sendable func successorNeedsItsPredecessor() async throws {
        let store = try await filled()
        let edition = try await set(store, Self.refreshToken, sealed(1))
        #expect(try await takeLease(store))
        for other in [sealed(5), nil] {
            _ = try await set(store, Self.refreshToken, other)
            #expect(try await store.keep(renewal(edition, rotation: (sealed(1), sealed(2)))) == .otherRefreshToken)
            #expect(try await store.secret(Self.refreshToken) == other)
        }
        #expect(try await store.token(Self.key) == nil)
        #expect(try await !takeLease(store, holder: "other"), "nothing of it was done")
    }

    @Sendable func renewalNeedsItsLease() async throws {
        let store = try await filled()
        #expect(try await store.keep(renewal(Edition(1))) == .overtaken)
        #expect(try await takeLease(store, holder: "one"))
        #expect(try await takeLease(store, holder: "two", at: 61))
        #expect(try await store.keep(renewal(Edition(1), holder: "one")) == .overtaken)
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.keep(renewal(Edition(1), holder: "two")) == .kept)
    }

    @Sendable func renewalNeedsItsRevision() async throws {
        let store = try await filled()
        #expect(try await takeLease(store))
        let edition = try await set(store, Self.clientSecret, sealed(1))
        #expect(try await store.keep(renewal(Edition(1))) == .overtaken)
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.keep(renewal(edition)) == .kept)
        #expect(try await takeLease(store))
        let stranger = TokenKey(grant: GrantID(trusted: "nobody"), resource: .smtp)
        #expect(try await store.keep(renewal(edition, key: stranger)) == .overtaken)
    }

    @Sendable func subjectsHaveTheirOwnTokens() async throws {
        let store = try await filled()
        #expect(try await takeLease(store))
        let ann = TokenKey(grant: Samples.grant.id, resource: .smtp, subject: "ann")
        #expect(try await store.keep(renewal(Edition(1), key: ann)) == .kept)
        #expect(try await store.token(ann) != nil)
        #expect(try await store.token(Self.key) == nil)
    }
}
