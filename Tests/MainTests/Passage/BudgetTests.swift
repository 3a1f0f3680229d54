import Foundation
import Logging
import Mail
import Relay
import SQLiteStore
import Sandbox
import Testing

@testable import Main

/// What a message may cost, counted and not timed: counts are the same on a laptop and in CI. The numbers are in `Fixtures/budgets.json`;
/// who raises one says why in the commit.
@Suite struct BudgetTests {
    private struct Budgets: Decodable {
        let statementsToAccept: Double
        let statementsToCarry: Double
        let commitsToCarryAHundred: Int
        let tokenRequestsForAHundred: Int
        let connectionsForAHundred: Int
        let signInsForAHundred: Int
    }

    private static func budgets(_ here: String = #filePath) throws -> Budgets {
        let root = here.components(separatedBy: "/Tests/")[0]
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Budgets.self, from: Data(contentsOf: URL(filePath: root + "/Fixtures/budgets.json")))
    }

    @Test func hundredMessagesKeepWithinTheirBudgets() async throws {
        let budgets = try Self.budgets()
        try await Premises.with { premises in
            let store = premises.store
            let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let service = try await RelayService(store: store, vault: premises.vault, node: "test", live: premises.live, log: silent)
            let before = store.statistics
            for number in 0..<100 { _ = try await premises.accept(number) }
            let accepted = store.statistics
            #expect(Double(accepted.statements - before.statements) / 100 <= budgets.statementsToAccept)
            let running = Task { try await service.run() }
            let record = await premises.sandbox.record { $0.messages.count >= 100 }
            service.runner.stop()
            _ = await running.result
            let carried = store.statistics
            let left = try await store.list(QueueFilter())
            #expect(left.isEmpty)
            #expect(Double(carried.statements - accepted.statements) / 100 <= budgets.statementsToCarry)
            #expect(carried.commits - accepted.commits <= budgets.commitsToCarryAHundred)
            #expect(record.tokenRequests.count <= budgets.tokenRequestsForAHundred)
            #expect(record.connections <= budgets.connectionsForAHundred)
            #expect(record.signInsAccepted <= budgets.signInsForAHundred)
        }
    }
}
