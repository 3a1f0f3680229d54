package import Relay
internal import Testing

/// A consent is begun once and ends once, and what it brings is kept whole or not at all.
package struct ConsentContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("isFoundByIdAndState", isFoundByIdAndState), Fact("isTakenOnce", isTakenOnce), Fact("endsAsItIsTold", endsAsItIsTold),
        Fact("failureIsRemembered", failureIsRemembered),
        Fact("bindsOnlyWhileItWaits", bindsOnlyWhileItWaits), Fact("oldOnesAreForgotten", oldOnesAreForgotten),
        Fact("resultIsKeptWhole", resultIsKeptWhole), Fact("changedGrantKeepsNothing", changedGrantKeepsNothing),
        Fact("renamedGrantKeepsItsConsent", renamedGrantKeepsItsConsent),
        Fact("goesWithItsGrant", goesWithItsGrant), Fact("askingIsRemembered", askingIsRemembered),
        Fact("warningsAreGivenOnce", warningsAreGivenOnce),
    ]

    private static let id = ConsentID(trusted: "c")
    private static let key = TokenKey(grant: Samples.grant.id, resource: .smtp)

    private func sealed(_ byte: UInt8) -> Sealed { Sealed(keyID: "k", bytes: [byte]) }

    private func filled() async throws -> any Store {
        let store = try await make()
        _ = try await store.apply(Samples.edit(.provider(Samples.provider), .application(Samples.application), .grant(Samples.grant)))
        try await store.begin(Samples.consent("c", sealed: sealed(1)))
        return store
    }

    private func result(_ revision: Edition) -> ConsentResult {
        ConsentResult(
            attempt: Self.id, grant: Samples.grant.id, pin: PrincipalPin(realm: "tenant", subject: "object"), revision: revision,
            refreshToken: sealed(2),
            token: (
                Self.key,
                StoredToken(sealed: sealed(3), obtained: Samples.time(5), expires: Samples.time(3605), revision: revision)
            ), scope: "send", words: "ann consented", by: "root", at: Samples.time(5))
    }

    @Sendable func isFoundByIdAndState() async throws {
        let store = try await filled()
        let attempt = Samples.consent("c", sealed: sealed(1))
        #expect(try await store.consent(Self.id) == attempt)
        #expect(try await store.consent(state: attempt.stateDigest) == attempt)
        #expect(try await store.consent(ConsentID(trusted: "x")) == nil)
        #expect(try await store.consent(state: Array(repeating: 0, count: 32)) == nil)
    }

    @Sendable func isTakenOnce() async throws {
        let store = try await filled()
        #expect(try await store.take(Self.id, at: Samples.time(1)))
        #expect(try await !store.take(Self.id, at: Samples.time(2)))
        #expect(try await store.consent(Self.id)?.progress == .taken(at: Samples.time(1)))
    }

    @Sendable func endsAsItIsTold() async throws {
        let store = try await filled()
        try await store.end(Self.id, .refused(at: Samples.time(3), words: "no"), journal: [Samples.entry(.consentFailed)])
        #expect(try await store.consent(Self.id)?.progress == .refused(at: Samples.time(3), words: "no"))
        var failed = JournalFilter()
        failed.kinds = [.consentFailed]
        #expect(try await store.entries(failed).count == 1)
        #expect(try await !store.take(Self.id, at: Samples.time(4)))
    }

    @Sendable func failureIsRemembered() async throws {
        let store = try await filled()
        try await store.end(Self.id, .refused(at: Samples.time(3), words: "the wrong person"), journal: [])
        try await store.begin(Samples.consent("again", at: Samples.time(4), sealed: sealed(1)))
        try await store.end(ConsentID(trusted: "again"), .refused(at: Samples.time(5), words: "no scope"), journal: [])
        #expect(try await store.uses()[Samples.grant.id]?.failure == GrantUse.Failure(at: Samples.time(5), words: "no scope"))
    }

    @Sendable func bindsOnlyWhileItWaits() async throws {
        let store = try await filled()
        let browser = [UInt8](repeating: 4, count: 32)
        #expect(try await store.bind(Self.id, browser: browser))
        #expect(try await store.consent(Self.id)?.browserDigest == browser)
        _ = try await store.take(Self.id, at: Samples.time(1))
        #expect(try await !store.bind(Self.id, browser: [UInt8](repeating: 5, count: 32)))
        #expect(try await store.consent(Self.id)?.browserDigest == browser)
    }

    @Sendable func oldOnesAreForgotten() async throws {
        let store = try await filled()
        try await store.begin(Samples.consent("later", at: Samples.time(86_401), sealed: sealed(1)))
        #expect(try await store.consent(Self.id) == nil)
    }

    @Sendable func resultIsKeptWhole() async throws {
        let store = try await filled()
        try await store.observe([.grant(Samples.grant.id, .needsConsent(since: Samples.start, reason: "x"))], journal: [])
        let before = try #require(try await store.credentials(of: Samples.grant.id)?.revision)
        #expect(try await store.keep(result(before)))
        let credentials = try #require(try await store.credentials(of: Samples.grant.id))
        #expect(credentials.refreshToken == sealed(2))
        #expect(credentials.revision > before)
        let token = try #require(try await store.token(Self.key))
        #expect(token.sealed == sealed(3) && token.revision == credentials.revision, "usable at once")
        #expect(try await store.directory().grant(Samples.grant.id)?.pin == PrincipalPin(realm: "tenant", subject: "object"))
        #expect(try await store.conditions(of: nil).grant(Samples.grant.id) == nil)
        #expect(try await store.consent(Self.id)?.progress == .granted(at: Samples.time(5), words: "ann consented"))
        let use = GrantUse(consentedAt: Samples.time(5), usedAt: Samples.time(5), scope: "send")
        #expect(try await store.uses()[Samples.grant.id] == use)
    }

    @Sendable func changedGrantKeepsNothing() async throws {
        let store = try await filled()
        let before = try #require(try await store.credentials(of: Samples.grant.id)?.revision)
        var grant = Samples.grant
        grant.principal = "somebody@else.example"
        _ = try await store.apply(Samples.edit(.grant(grant)))
        #expect(try await !store.keep(result(before)))
        #expect(try await store.credentials(of: grant.id)?.refreshToken == nil)
        #expect(try await store.directory().grant(grant.id) == grant)
        #expect(try await store.token(Self.key) == nil)
        #expect(try await store.consent(Self.id)?.progress == .waiting)
    }

    /// Names, dates and hosts are corrected while somebody signs in: the consent is good, and so is what was corrected.
    @Sendable func renamedGrantKeepsItsConsent() async throws {
        let store = try await filled()
        let before = try #require(try await store.credentials(of: Samples.grant.id)?.revision)
        var (grant, application, provider) = (Samples.grant, Samples.application, Samples.provider)
        grant.name = "renamed"
        application.secretExpires = Samples.time(9e7)
        provider.limits.connections = 1
        _ = try await store.apply(Samples.edit(.grant(grant), .application(application), .provider(provider)))
        #expect(try await store.keep(result(before)))
        #expect(try await store.credentials(of: grant.id)?.refreshToken == sealed(2))
        grant.pin = PrincipalPin(realm: "tenant", subject: "object")
        #expect(try await store.directory().grant(grant.id) == grant)
    }

    @Sendable func goesWithItsGrant() async throws {
        let store = try await filled()
        _ = try await store.apply(
            DirectoryEdit([.remove(EntityKey(.grant, Samples.grant.id.text))], by: "root", at: Samples.start, cascades: true))
        #expect(try await store.consent(Self.id) == nil)
    }

    /// What was asked without an answer being kept is told to the next who asks, until an answer is.
    @Sendable func askingIsRemembered() async throws {
        let store = try await filled()
        #expect(try await store.beginAsking(Samples.grant.id, at: Samples.time(1)) == nil)
        #expect(try await store.beginAsking(Samples.grant.id, at: Samples.time(2)) == Samples.time(1))
        try await store.endAsking(Samples.grant.id)
        #expect(try await store.beginAsking(Samples.grant.id, at: Samples.time(3)) == nil)
        _ = try await store.takeLease("l", holder: "h", at: Samples.start, until: Samples.time(60))
        let revision = try #require(try await store.credentials(of: Samples.grant.id)?.revision)
        let token = StoredToken(sealed: sealed(3), obtained: Samples.time(4), expires: Samples.time(99), revision: revision)
        #expect(try await store.keep(Renewal(key: Self.key, token: token, lease: "l", holder: "h")) == .kept)
        #expect(try await store.beginAsking(Samples.grant.id, at: Samples.time(5)) == nil)
    }

    @Sendable func warningsAreGivenOnce() async throws {
        let store = try await filled()
        let key = EntityKey(.application, "app")
        func warning(_ days: Int, _ ends: Double) -> Warning {
            Warning(key: key, words: "the secret ends", ends: Samples.time(ends), threshold: days)
        }
        #expect(try await store.warn(warning(30, 100), at: Samples.start))
        #expect(try await !store.warn(warning(30, 100), at: Samples.time(1)))
        #expect(try await store.warn(warning(14, 100), at: Samples.time(2)))
        #expect(try await store.warn(warning(30, 200), at: Samples.time(3)), "an end that moved is another one")
        let told = try await store.entries(JournalFilter()).filter { $0.entry.kind == .warned }
        #expect(told.count == 3)
    }
}
