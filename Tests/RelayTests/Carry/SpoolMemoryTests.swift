import Relay
import TestSupport
import Testing

/// The store in memory keeps the contract of every store, so that what is tested with it holds for the others.
@Suite(.timeLimit(.minutes(20)))
struct SpoolMemoryTests {
    @Test(arguments: SpoolContract.facts) func keepsTheSpool(_ fact: Fact<SpoolContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: SettleContract.facts) func settles(_ fact: Fact<SettleContract>) async throws { try await fact.hold { MemoryStore() } }
    @Test(arguments: RouteContract.facts) func waitsForRoutes(_ fact: Fact<RouteContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: TurnContract.facts) func givesTurns(_ fact: Fact<TurnContract>) async throws { try await fact.hold { MemoryStore() } }
    @Test(arguments: QuotaContract.facts) func keepsQuotas(_ fact: Fact<QuotaContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: QueueContract.facts) func keepsTheQueue(_ fact: Fact<QueueContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: JournalContract.facts) func keepsTheJournal(_ fact: Fact<JournalContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: TokenContract.facts) func keepsTokens(_ fact: Fact<TokenContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: DirectoryContract.facts) func keepsTheDirectory(_ fact: Fact<DirectoryContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: ConditionsContract.facts) func keepsConditions(_ fact: Fact<ConditionsContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: ConsentContract.facts) func keepsConsents(_ fact: Fact<ConsentContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: HandoutContract.facts) func handsOut(_ fact: Fact<HandoutContract>) async throws {
        try await fact.hold { MemoryStore() }
    }

    @Test(arguments: VaultContract.facts) func sealsAnew(_ fact: Fact<VaultContract>) async throws {
        try await fact.hold { MemoryStore() }
    }
    @Test(arguments: AuditContract.facts) func keepsSums(_ fact: Fact<AuditContract>) async throws { try await fact.hold { MemoryStore() } }
    @Test(arguments: DmarcContract.facts) func keepsReports(_ fact: Fact<DmarcContract>) async throws {
        try await fact.hold { MemoryStore() }
    }

    /// Its journal tells that a thing was changed, not from what to what: that is a database's to tell.
    @Test(arguments: EditContract.facts.filter { !["journalTellsFromAndTo", "journalTellsOfRemovals"].contains($0.name) })
    func edits(_ fact: Fact<EditContract>) async throws { try await fact.hold { MemoryStore() } }

    @Test func failsAsOftenAsItIsTold() async throws {
        let store = MemoryStore()
        await store.fail(.observe, with: .busy, times: 2)
        for _ in 0..<2 { await #expect(throws: StoreFailure.busy) { try await store.observe([], journal: []) } }
        try await store.observe([], journal: [])
        #expect(await store.calls == [.observe, .observe, .observe])
    }
}
