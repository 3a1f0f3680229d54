import CurlTransmit
import Foundation
import GRDB
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// kill -9 between a rotating provider's answer and our commit. Where the old refresh token goes on working it costs nothing; where it does not, the
/// grant says what happened.
@Suite struct LostAnswerTests {
    private static let grant = GrantID(trusted: "grant-tracker")
    private let key = TokenKey(grant: grant, resource: .smtp)

    @Test func costsNothingWhereTheOldOneWorks() async throws {
        try await Premises.with { premises in
            try await killAfterTheAnswer(premises)
            let token = try await askAfterTheLease(premises).get()
            #expect(token.isGood(at: token.obtained))
            #expect(try await health(premises).state == .healthy)
        }
    }

    @Test func isSaidWhereItDoesNot() async throws {
        try await Premises.with { premises in
            premises.sandbox.changeHabits { $0.rotation = .revokesOldOnUse }
            var provider = DemoCommand.provider(premises.sandbox)
            provider.habits.oldRefreshTokenWorks = false
            _ = try await premises.store.apply(DirectoryEdit([.put(.provider(provider))], by: "test", at: premises.live.now()))
            try await killAfterTheAnswer(premises)
            guard case .failure(.grant("invalid_grant", _)) = try await askAfterTheLease(premises) else {
                return #expect(Bool(false), "the copy of a spent token was taken")
            }
            let health = try await health(premises)
            #expect(health.state == .needsConsent)
            #expect(health.reason.contains("lost in a crash at"), "\(health.reason)")
            #expect(health.steps == ["mandate grants authorize grant-tracker"])
        }
    }

    /// The provider's answer is held back until the store is locked and the program stands still: it is on its way, cannot be kept, and the program is killed.
    private func killAfterTheAnswer(_ premises: Premises) async throws {
        premises.sandbox.add(.atToken(.stall))
        let program = try premises.spawn(["token", "tracker@fabrikam.example"])
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let lock = try DatabaseQueue(path: premises.store.place, configuration: configuration)
        // On a thread of its own: where all others wait for theirs, the program would have given up by the time this test's turn came.
        try await LoopbackSocket.aside { [sandbox = premises.sandbox] in
            while sandbox.held == 0 { usleep(1000) }
            try lock.writeWithoutTransaction { database in try database.execute(sql: "BEGIN IMMEDIATE") }
            // It would give up by itself where this thread does not get its turn for a while.
            program.signal(SIGSTOP)
            sandbox.release()
            while sandbox.record.tokensIssued == 0 { usleep(1000) }
            program.signal(SIGKILL)
        }
        #expect(await program.end() == -SIGKILL)
        try await lock.writeWithoutTransaction { database in try database.execute(sql: "ROLLBACK") }
        try lock.close()
        #expect(try await premises.store.token(key) == nil, "it was not kept")
    }

    /// The dead program's lease runs out by itself, a minute later.
    private func askAfterTheLease(_ premises: Premises) async throws -> Result<AccessToken, TokenFailure> {
        var live = premises.live
        let now = live.now
        live.now = { now().addingTimeInterval(TokenRenewer.leaseLife + 1) }
        let directory = try await premises.store.directory()
        let curl = try CurlThread()
        let broker = TokenBroker(
            renewer: live.renewer(premises.store, premises.vault, holder: "later", curl) { directory })
        let result: Result<AccessToken, TokenFailure>
        do throws(TokenFailure) { result = .success(try await broker.token(for: key)) } catch { result = .failure(error) }
        await curl.stop()
        return result
    }

    private func health(_ premises: Premises) async throws -> Health {
        let grant = try #require(try await premises.store.directory().grant(Self.grant))
        return try await premises.store.healthReport(premises.live).health(of: grant)
    }
}
