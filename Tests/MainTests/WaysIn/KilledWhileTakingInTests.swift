import Foundation
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The promise of a 250 or 202, while the service is killed under the hands of those who get it.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct KilledWhileTakingInTests {
    @Test(arguments: CrowdWay.allCases) func whatWasTakenArrives(_ way: CrowdWay) async throws {
        let (total, clients) = (300, 4)
        try await Premises.with { premises in
            let key = try await ServedHouse.admitClients(to: premises)
            let port = try FreePorts.take()
            let crowd = way.crowd(
                at: port, name: "app", key: key.text, senders: ["ann@fabrikam.example", "tracker@fabrikam.example"], octets: 2_000)
            crowd.allow(total)
            let settings = way == .smtp ? ["http.port=0", "smtp.listen=127.0.0.1:\(port)"] : ["http.port=\(port)", "smtp.listen=off"]
            let words = ["serve"] + settings.flatMap { ["--set", $0] }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<clients { group.addTask { try await LoopbackSocket.aside { crowd.run() } } }
                for milestone in [1, 40, 90, 150, 230] {
                    let service = try premises.spawn(words)
                    _ = await crowd.tally { $0.accepted.count >= milestone }
                    service.signal(SIGKILL)
                    _ = await service.end()
                }
                let service = try premises.spawn(words)
                let tally = await crowd.tally { $0.accepted.count >= total }
                crowd.stop()
                try await group.waitForAll()
                let record = await premises.sandbox.record { Set($0.messages.map(\.messageID)).isSuperset(of: tally.accepted.keys) }
                let bodies = Dictionary(grouping: record.messages, by: \.messageID)
                #expect(tally.accepted.count == total && tally.refused.isEmpty)
                for (id, digest) in tally.accepted { #expect(bodies[id]?.allSatisfy { $0.bodyDigest == digest } == true, "\(id)") }
                #expect(await service.stop() == 0)
                // A program that asks again under the same key is answered again, and has sent one message.
                let entries = try await premises.store.entries(JournalFilter(limit: 10_000)).filter { $0.entry.kind == .accepted }
                if way == .http { #expect(entries.count == total) } else { #expect(entries.count >= total) }
            }
        }
    }
}
