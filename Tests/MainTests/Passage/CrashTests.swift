import Foundation
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The promise behind the spool: what was accepted arrives, whatever is killed.
@Suite(.serialized) struct CrashTests {
    /// kill -9 at moments spread over the sending of 500 messages: all arrive, and one that arrived twice is a message that was shown as unknown.
    @Test func killedServiceLosesNothing() async throws {
        try await Premises.with { premises in
            let total = 500
            var accepted: Set<String> = []
            for number in 0..<total { accepted.insert(try await premises.accept(number).messageID) }
            #expect(accepted.count == total)
            for milestone in [20, 120, 260, 400] {
                let service = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
                _ = await premises.sandbox.record { $0.messages.count >= milestone }
                service.signal(SIGKILL)
                _ = await service.end()
            }
            let service = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
            let record = await premises.sandbox.record { Set($0.messages.map(\.messageID)).count >= total }
            // The copies of what was unknown are still to be settled.
            for _ in 0..<600 where try await !premises.store.list(QueueFilter()).isEmpty { await premises.live.wait(0.05) }
            #expect(await service.stop() == 0)  // SIGTERM: what is under way settles first
            #expect(Set(record.messages.map(\.messageID)) == accepted)
            let copies = Dictionary(grouping: premises.sandbox.messages, by: \.messageID).filter { $0.value.count > 1 }
            let unknown = try await premises.store.entries(JournalFilter(limit: 10_000)).filter { $0.entry.kind == .unknown }
            var shown: Set<String> = []
            for row in unknown {
                guard let id = row.entry.message, let queued = try await premises.store.show(id) else { continue }
                shown.insert(queued.message.messageID)
            }
            #expect(copies.keys.allSatisfy(shown.contains), "a copy was sent of a message that was not shown as unknown")
            let left = try await premises.store.list(QueueFilter(limit: 10_000))
            #expect(left.isEmpty)
        }
    }

    /// A service that has a message in hand, with the provider's answer still out, and is killed.
    private func killedWithAMessageInHand(_ premises: Premises, node: String) async throws -> Receipt {
        let stall = premises.sandbox.add(.at(.mail, .stall))
        let service = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--set", "node=\(node)"])
        let receipt = try await premises.accept(1)
        for _ in 0..<600 where premises.sandbox.held == 0 { await premises.live.wait(0.05) }
        #expect(try await premises.store.show(receipt.id)?.state == .claimed)
        service.signal(SIGKILL)
        _ = await service.end()
        premises.sandbox.removeFault(stall)
        premises.sandbox.release()
        return receipt
    }

    /// The message of a process that is gone is nobody's: it can be changed at once, and not in five minutes.
    @Test func whatAKilledServiceHadInHandCanBeChangedAtOnce() async throws {
        try await Premises.with { premises in
            let receipt = try await killedWithAMessageInHand(premises, node: "two")
            #expect(await (try premises.spawn(["queue", "remove", receipt.id.text])).end() == 0)
            #expect(try await premises.store.show(receipt.id)?.state == .done)
        }
    }

    @Test(.timeLimit(.minutes(20))) func anotherServiceTakesOverWhatAKilledOneHadInHand() async throws {
        try await Premises.with { premises in
            let receipt = try await killedWithAMessageInHand(premises, node: "two")
            let other = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--set", "node=one"])
            for _ in 0..<1200 where try await premises.store.show(receipt.id)?.state != .done { await premises.live.wait(0.05) }
            let state = try await premises.store.show(receipt.id)?.state
            #expect(state == .done)
            #expect(await other.stop() == 0)
        }
    }

    /// A second run under the same name would take the first one's messages for abandoned.
    @Test func nodeIsServedOnce() async throws {
        try await Premises.with { premises in
            let first = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
            _ = try await premises.accept(1)
            _ = await premises.sandbox.messages(atLeast: 1)
            let second = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
            #expect(await second.end() == ExitStatus.unavailable.rawValue)
            #expect(await first.stop() == 0)
        }
    }
}
