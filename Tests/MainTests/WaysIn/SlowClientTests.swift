import Foundation
import Sandbox
import TestSupport
import Testing

@testable import Main

/// Who says an octet at a time holds nobody up but himself.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct SlowClientTests {
    /// By order, not by time: each of the fast client's messages is answered while all the others are in the middle of theirs.
    @Test func fastClientIsServedBesideSlowOnes() async throws {
        let slow = Self.most
        try #require(slow >= 300, "the limit of open files leaves room for \(slow) connections only")
        try await ServedHouse.with { house in
            let (port, key) = (house.port, house.key)
            let accepted = try await LoopbackSocket.aside {
                let sender = "ann@fabrikam.example"
                let crowd = try SlowCrowd(slow, port: port, name: "app", key: key, sender: sender)
                let client = try SubmissionClient(port: port)
                try client.signIn("app", key: key)
                for number in 0..<5 {
                    try crowd.sayOctet()
                    let content = Array("From: <\(sender)>\r\nSubject: fast \(number)\r\n\r\nThe text.\r\n".utf8)
                    let reply = try client.handOver(content, from: sender, to: "customer@elsewhere.example")
                    #expect(reply.code == 250, "\(reply.text)")
                }
                try crowd.sayOctet()
                return try crowd.finish()
            }
            #expect(accepted == slow, "nobody was cut off meanwhile")
            _ = await house.arrived(slow + 5)
        }
    }

    /// A thousand, or what is left beside what the tests have open themselves.
    private static var most: Int {
        FileLimit.raise()
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return min(1_000, Int(clamping: limit.rlim_cur) - 500)
    }
}
