import Foundation
import GRDB
import Logging
import Mail
import Relay
import Sandbox
import Testing

@testable import Main
@testable import SQLiteEngine
@testable import Store

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
        let octetsToPass: Int
        let statementsToImportAUser: Double
        let usersInOneEdit: Int
        let octetsOfAUser: Int
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

    /// Ordinary ones, who are new: what an import writes for each, how long it may keep others from writing, and what one takes of a service's memory.
    @Test func importedUsersKeepWithinTheirBudgets() async throws {
        let budgets = try Self.budgets()
        let count = 5000
        var file = UserImport(intake: nil)
        for number in 0..<count {
            file.read(Array("user-\(100_000 + number),User Number \(number),user.number.\(number)@fabrikam.example\n".utf8))
        }
        file.finish()
        #expect(file.users.footprint / count <= budgets.octetsOfAUser)
        try await Premises.with { [users = file.users] premises in
            let editor = Editor(
                keeper: OpenStore(premises.store), vault: premises.vault, person: "root", now: premises.live.now,
                generator: { premises.live.generator })
            let before = premises.store.statistics
            let tally = try await editor.importUsers(users)
            #expect(tally.added == count)
            let after = premises.store.statistics
            #expect(Double(after.statements - before.statements) / Double(count) <= budgets.statementsToImportAUser)
            #expect(count / (after.commits - before.commits) <= budgets.usersInOneEdit)
        }
    }

    /// One after another, so that none shares a commit: the most that a message can cost. Of what the store's log has grown by, since that counts what was written
    /// and nothing else.
    @Test func whoeverLeavesAtOnceIsWrittenTwice() async throws {
        let budgets = try Self.budgets()
        try await Premises.with { premises in
            let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let service = try await RelayService(
                store: premises.store, vault: premises.vault, node: "test", live: premises.live, log: silent)
            let surroundings = service.surroundings(domain: try Domain("test.mandate.example"), limits: AcceptStage.Limits())
            let running = Task { try await service.run() }
            let count = 50
            for number in 0..<count {
                if number == 1 { try premises.emptyLog() }
                let submission = Submission(
                    purpose: .notification, recipients: [Recipient(address: try EmailAddress("customer@elsewhere.example"))])
                var stage = AcceptStage(submission, surroundings)
                let line = "The body of this message, as long as lines in letters usually are, ends here.\r\n"
                try await stage.consume(
                    Array(("Subject: message \(number)\r\n\r\n" + String(repeating: line, count: 4096 / line.utf8.count)).utf8))
                _ = try await stage.finish()
                while try await premises.store.depth().counts.isEmpty == false { await premises.live.wait(0.002) }
            }
            let octets = try premises.logSize() / (count - 1)
            #expect(octets <= budgets.octetsToPass, "\(octets)")
            service.runner.stop()
            _ = await running.result
        }
    }
}

extension Premises {
    /// The next page that is written is the log's first one.
    fileprivate func emptyLog() throws {
        guard let engine = store.engine as? SQLiteEngine else { preconditionFailure("these premises are in a file") }
        try engine.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    fileprivate func logSize() throws -> Int {
        try URL(filePath: store.place + "-wal").resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
