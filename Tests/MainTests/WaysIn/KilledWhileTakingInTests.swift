import Foundation
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The promise of a 250, while the service is killed under the hands of those who get it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KilledWhileTakingInTests {
    @Test func whatWasAnsweredWith250Arrives() async throws {
        let (total, clients) = (300, 4)
        try await Premises.with { premises in
            let key = try await ServedHouse.admitClients(to: premises)
            let port = try SubmissionClient.freePort()
            let crowd = SubmissionCrowd(
                port: port, name: "app", key: key.text, senders: ["ann@fabrikam.example", "tracker@fabrikam.example"], octets: 2_000)
            crowd.allow(total)
            let words = ["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:\(port)"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<clients { group.addTask { try await SubmissionClient.aside { crowd.run() } } }
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
            }
        }
    }
}
