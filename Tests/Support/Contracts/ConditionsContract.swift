package import Relay
internal import Mail
internal import Testing

/// What was observed comes back, and never moves the directory's edition.
package struct ConditionsContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("everyObservationComesBack", everyObservationComesBack), Fact("liftedIsNothingKnown", liftedIsNothingKnown),
        Fact("onlyNewObservationsAreLoaded", onlyNewObservationsAreLoaded), Fact("standingsOfSomeAddresses", standingsOfSomeAddresses),
        Fact("editionStays", editionStays), Fact("journalComesAlong", journalComesAlong),
        Fact("observingNothingIsNothing", observingNothingIsNothing), Fact("oneLoginAtTwoProvidersIsTwo", oneLoginAtTwoProvidersIsTwo),
    ]

    private func key(_ from: String, _ account: Account = "box", _ transport: Transport = .smtp) throws -> StandingKey {
        StandingKey(account, from: try EmailAddress(from), transport: transport)
    }

    private func everything() throws -> [Observation] {
        let standings: [Standing] = [
            .declared, .pending(until: Samples.time(1), deniedAt: nil), .pending(until: Samples.time(1), deniedAt: Samples.time(2)),
            .proven(at: Samples.time(3), how: "sent"),
            .doubted(Doubt(since: Samples.time(4), code: "554", needs: 2, nextProbe: Samples.time(4))),
            .doubted(
                Doubt(
                    since: Samples.time(4), code: "554", needs: 1, probes: 2, nextProbe: Samples.time(5), tries: 3, nextTry: Samples.time(6)
                )),
            .denied(at: Samples.time(4), code: "5.7.60"),
            .rewritten(at: Samples.time(5), to: "box@example.org"),
        ]
        return try standings.enumerated().map { .standing(try key("a\($0.offset)@example.org", "box", .gmail), $0.element) } + [
            .mailbox("box", .stopped(until: Samples.time(6), reason: "451", failures: 3)),
            .mailbox("box", over: .graph, .stopped(until: Samples.time(8), reason: "403", failures: 1)),
            .mailbox("other", .broken(since: Samples.time(7), reason: "gone")),
            .grant(GrantID(trusted: "g1"), .needsConsent(since: Samples.time(8), reason: "invalid_grant")),
            .grant(GrantID(trusted: "g2"), .lostInCrash(at: Samples.time(9))),
            .grant(GrantID(trusted: "g3"), .unanswered(since: Samples.time(9), reason: "400")),
            .application(ApplicationID(trusted: "a"), ApplicationHealth(suspendedSince: Samples.time(10), reason: "invalid_client")),
            .reported(
                ReportKey(client: ClientID(trusted: "c"), "box", transport: .smtp, from: try EmailAddress("ann@example.org")),
                ClientReport(at: Samples.time(1), until: Samples.time(2), words: "554 5.2.252")),
            .reported(
                ReportKey(client: ClientID(trusted: "c"), "box"),
                ClientReport(at: Samples.time(1), until: Samples.time(2), words: "535 5.7.139")),
            .tenant(
                "tenant/t",
                TenantPause(
                    since: Samples.time(1), until: Samples.time(2), code: "550 5.7.233", times: 3, counted: [try Domain("example.org")])),
            .tenant("tenant/other", TenantPause(since: Samples.time(1), until: Samples.time(2), code: "")),
        ]
    }

    @Sendable func everyObservationComesBack() async throws {
        let store = try await make()
        let observations = try everything()
        try await store.observe(observations, journal: [])
        let found = try await store.observations(since: 0)
        #expect(Set(found.observations) == Set(observations))
        let conditions = try await store.conditions(of: nil)
        #expect(conditions.revision == found.revision)
        #expect(conditions.allStandings.count == 8)
        #expect(conditions.allReports.count == 2)
        #expect(conditions.mailbox("box") == .stopped(until: Samples.time(6), reason: "451", failures: 3))
        #expect(conditions.mailbox("box", over: .graph) == .stopped(until: Samples.time(8), reason: "403", failures: 1))
        #expect(conditions.mailbox("box", over: .smtp) == nil)
        #expect(conditions.grant(GrantID(trusted: "g2")) == .lostInCrash(at: Samples.time(9)))
        #expect(conditions.application(ApplicationID(trusted: "a"))?.reason == "invalid_client")
    }

    /// A house that moves has its logins at both providers.
    @Sendable func oneLoginAtTwoProvidersIsTwo() async throws {
        let store = try await make()
        let moved = Account(provider: ProviderID(trusted: "new"), login: "box")
        let (old, new) = (try key("ann@example.org"), try key("ann@example.org", moved))
        let client = ClientID(trusted: "c")
        let report = ClientReport(at: Samples.time(1), until: Samples.time(2), words: "535 5.7.139")
        let stop = MailboxHealth.broken(since: Samples.start, reason: "r")
        try await store.observe(
            [
                .standing(old, .denied(at: Samples.start, code: "5.7.60")), .mailbox("box", stop), .mailbox("box", over: .smtp, stop),
                .reported(ReportKey(client: client, "box"), report),
            ], journal: [])
        var conditions = try await store.conditions(of: nil)
        #expect(conditions.standing(new) == nil && conditions.mailbox(moved) == nil && conditions.mailbox(moved, over: .smtp) == nil)
        #expect(conditions.report(by: client, of: new, at: Samples.time(1)) == nil)
        #expect(conditions.report(by: client, of: old, at: Samples.time(1)) == report)
        let revision = conditions.revision
        let lifted: [Observation] = [
            .standing(new, nil), .mailbox(moved, nil), .mailbox(moved, over: .smtp, nil), .reported(ReportKey(client: client, moved), nil),
        ]
        try await store.observe(lifted, journal: [])
        #expect(Set(try await store.observations(since: revision).observations) == Set(lifted))
        conditions = try await store.conditions(of: nil)
        #expect(conditions.allStandings.map(\.key) == [old])
        #expect(conditions.allTroubles.map(\.account) == ["box", "box"] && conditions.allReports.count == 1)
    }

    @Sendable func liftedIsNothingKnown() async throws {
        let store = try await make()
        let standing = try key("ann@example.org")
        try await store.observe(
            [.standing(standing, .declared), .mailbox("box", .broken(since: Samples.start, reason: "r"))], journal: [])
        let revision = try await store.conditions(of: nil).revision
        try await store.observe([.standing(try key("ANN@example.org"), nil), .mailbox("box", nil)], journal: [])
        let conditions = try await store.conditions(of: nil)
        #expect(conditions.standing(standing) == nil)
        #expect(conditions.mailbox("box") == nil)
        #expect(try await store.observations(since: revision).observations == [.standing(standing, nil), .mailbox("box", nil)])
    }

    @Sendable func onlyNewObservationsAreLoaded() async throws {
        let store = try await make()
        try await store.observe(try everything(), journal: [])
        let before = try await store.observations(since: 0).revision
        #expect(try await store.observations(since: before).observations.isEmpty)
        let new = Observation.standing(try key("a0@example.org", "box", .gmail), .denied(at: Samples.start, code: "x"))
        try await store.observe([new], journal: [])
        let found = try await store.observations(since: before)
        #expect(found.observations == [new])
        #expect(found.revision > before)
    }

    @Sendable func standingsOfSomeAddresses() async throws {
        let store = try await make()
        try await store.observe(try everything(), journal: [])
        let conditions = try await store.conditions(of: [try EmailAddress("A1@example.org")])
        #expect(conditions.allStandings.map(\.key.from.key) == ["a1@example.org"])
        #expect(conditions.mailbox("other") != nil)
        #expect(try await store.conditions(of: []).allStandings.isEmpty)
    }

    @Sendable func editionStays() async throws {
        let store = try await make()
        try await store.observe(try everything(), journal: [])
        #expect(try await store.directory().edition == Edition(0))
    }

    @Sendable func journalComesAlong() async throws {
        let store = try await make()
        try await store.observe(try everything(), journal: [Samples.entry()])
        #expect(try await store.entries(JournalFilter()).count == 1)
    }

    @Sendable func observingNothingIsNothing() async throws {
        let store = try await make()
        try await store.observe([], journal: [])
        #expect(try await store.conditions(of: nil).revision == 0)
    }
}
