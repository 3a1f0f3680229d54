import Foundation
import Logging
import Mail
import Relay
import SQLiteEngine
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A change made by a command is seen by the running service within a second, and an attempt is decided with what is true at that moment.
@Suite struct FollowTests {
    @Test func delegationRevokedAfterAcceptanceIsNotUsed() async throws {
        try await Premises.with { premises in
            let service = try await service(premises)
            let accepted = try await acceptFromBob(premises)
            guard case .decided(let decision) = accepted.answer, decision.route == .sendAs else {
                throw CommandFailure.data("bob should have been decided as send-as: \(accepted.answer)")
            }
            // Another connection, as a command in another process has it.
            let revoke = DirectoryEdit(
                [.remove(EntityKey(.delegation, "dlg-bob"))], by: "test", at: premises.live.now())
            _ = try await premises.store.apply(revoke)
            let running = Task { try await service.run() }
            let message = await premises.sandbox.messages(atLeast: 1)
            #expect(message.first?.from == ["tracker@fabrikam.example"])
            running.cancel()
            _ = await running.result
        }
    }

    /// By its own clock: a machine that is busy with other tests is slower than that, and proves nothing.
    @Test func commandsChangeIsSeenWithinASecond() async throws {
        try await Premises.with { premises in
            let service = try await service(premises)
            let clock = FakeClock()
            let follower = Follower(store: service.store, snapshots: service.snapshots, broker: service.broker, report: { _ in })
            let running = Task { await follower.run(wait: clock.wait) {} }
            await clock.sleeper(Follower.interval...Follower.interval)
            // A store of its own, as a command in another process has it.
            let other = try await SQLiteStore.open(at: premises.folder, vault: premises.vault, random: { premises.live.randomBytes($0) })
            let user = User(id: UserID(trusted: "new"), name: "New", addresses: [UserAddress(try EmailAddress("new@fabrikam.example"))])
            _ = try await other.apply(DirectoryEdit([.put(.user(user))], by: "test", at: premises.live.now()))
            for _ in 0..<Int(1 / Follower.interval) {
                clock.advance(by: Follower.interval)
                await clock.sleeper(Follower.interval...Follower.interval)
            }
            #expect(service.snapshots.current.directory.user(user.id) == user)
            try await other.close()
            running.cancel()
            _ = await running.result
        }
    }

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func service(_ premises: Premises) async throws -> RelayService {
        try await RelayService(
            store: premises.store, vault: premises.vault, node: "test", live: premises.live, log: Self.silent)
    }

    private func acceptFromBob(_ premises: Premises) async throws -> Receipt {
        let decider = StoreDecider(store: premises.store)
        var stage = AcceptStage(
            Submission(
                purpose: .adHoc, user: UserID(trusted: "bob"),
                recipients: [Recipient(address: try EmailAddress("customer@elsewhere.example"))]),
            AcceptStage.Surroundings(
                store: premises.store, decider: { question throws(StoreFailure) in try await decider.decider(for: question) },
                now: premises.live.now, generator: { premises.live.generator }, domain: try Domain("test.mandate.example")))
        try await stage.consume(Array("Subject: from bob\r\n\r\nBody.\r\n".utf8))
        return try await stage.finish()
    }
}
