import Relay
import SQLiteEngine
import Store
import TestSupport
import Testing

/// SQLite keeps every contract of a store.
struct ContractTests {
    private func hold<Contract: StoreContract>(_ fact: Fact<Contract>) async throws {
        try await TemporaryFolder.with { folder in
            try await fact.hold { try await SQLiteStore.create(at: folder.path, vault: Stores.vault(), random: Stores.random()) }
        }
    }

    @Test(arguments: SpoolContract.facts) func spool(_ fact: Fact<SpoolContract>) async throws { try await hold(fact) }
    @Test(arguments: SettleContract.facts) func settle(_ fact: Fact<SettleContract>) async throws { try await hold(fact) }
    @Test(arguments: RouteContract.facts) func route(_ fact: Fact<RouteContract>) async throws { try await hold(fact) }
    @Test(arguments: TurnContract.facts) func turns(_ fact: Fact<TurnContract>) async throws { try await hold(fact) }
    @Test(arguments: QuotaContract.facts) func quotas(_ fact: Fact<QuotaContract>) async throws { try await hold(fact) }
    @Test(arguments: QueueContract.facts) func queue(_ fact: Fact<QueueContract>) async throws { try await hold(fact) }
    @Test(arguments: JournalContract.facts) func journal(_ fact: Fact<JournalContract>) async throws { try await hold(fact) }
    @Test(arguments: DirectoryContract.facts) func directory(_ fact: Fact<DirectoryContract>) async throws { try await hold(fact) }
    @Test(arguments: EditContract.facts) func edit(_ fact: Fact<EditContract>) async throws { try await hold(fact) }
    @Test(arguments: ConditionsContract.facts) func conditions(_ fact: Fact<ConditionsContract>) async throws { try await hold(fact) }
    @Test(arguments: TokenContract.facts) func token(_ fact: Fact<TokenContract>) async throws { try await hold(fact) }
    @Test(arguments: ConsentContract.facts) func consent(_ fact: Fact<ConsentContract>) async throws { try await hold(fact) }
    @Test(arguments: HandoutContract.facts) func handouts(_ fact: Fact<HandoutContract>) async throws { try await hold(fact) }
    @Test(arguments: VaultContract.facts) func vault(_ fact: Fact<VaultContract>) async throws { try await hold(fact) }
    @Test(arguments: AuditContract.facts) func audit(_ fact: Fact<AuditContract>) async throws { try await hold(fact) }
    @Test(arguments: DmarcContract.facts) func dmarc(_ fact: Fact<DmarcContract>) async throws { try await hold(fact) }
}
