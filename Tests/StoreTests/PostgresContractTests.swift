import PostgresEngine
import Relay
import Store
import TestSupport
import Testing

extension Stores {
    static func create(at place: PostgresAddress, in cluster: PostgresCluster) async throws -> DatabaseStore {
        try await PostgresStore.create(
            at: place, folder: cluster.folder, vault: vault(), random: random(), PostgresStore.Plan(promise: .none))
    }
}

/// PostgreSQL keeps every contract of a store.
@Suite(.enabled(if: PostgresCluster.isInstalled)) struct PostgresContractTests {
    private func hold<Contract: StoreContract>(_ fact: Fact<Contract>) async throws {
        let cluster = try await PostgresCluster.shared()
        try await fact.hold {
            try await Stores.create(at: PostgresAddress(cluster.address()), in: cluster)
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
