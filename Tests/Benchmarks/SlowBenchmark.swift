import Foundation
import FoundationEssentials
import Relay
import Synchronization
import TestSupport

/// A thousand clients that send an octet a second, each in the middle of a message, and what one that is in no hurry to wait notices of them.
enum SlowBenchmark {
    private static let slow = 1_000
    private static let messages = 300
    private static let sender = "stranger@crowd.example"

    static func run() async throws {
        print("— a fast client beside \(slow) slow ones")
        let house = try await MailHouse.open(
            .microsoft, logins: ["robot@crowd.example"], secret: nil,
            more: [MailHouse.clientEntity, .setting(SettingKey(.fallback), Fallback.hold.rawValue)])
        let port = try FreePorts.take()
        let service = try await house.serving(port: port)
        let alone = try await latencies(port)
        let (speaking, isSpeaking) = AsyncStream.makeStream(of: Void.self)
        let isOver = Over()
        async let slowly = LoopbackSocket.aside {
            defer { isSpeaking.finish() }
            let crowd = try SlowCrowd(slow, port: port, name: MailHouse.client.name, key: MailHouse.client.key, sender: sender)
            repeat {
                try crowd.sayOctet()
                isSpeaking.yield()
                sleep(1)
            } while !isOver.isSaid
            return try crowd.finish()
        }
        for await _ in speaking { break }
        let beside = try await latencies(port)
        isOver.say()
        let accepted = try await slowly
        let memory = service.memory
        service.terminate()
        service.waitUntilExit()
        try await house.close()
        row(
            "alone: a message of 4 KiB, from MAIL to 250", "p50 \(alone[messages / 2].short) ms, p99 \(alone[messages * 99 / 100].short) ms"
        )
        row(
            "beside \(slow) that send an octet a second",
            "p50 \(beside[messages / 2].short) ms, p99 \(beside[messages * 99 / 100].short) ms, at most \(beside[messages - 1].short) ms")
        row("the slow ones, each of whom got its 250 in the end", "\(accepted); \(memory.most >> 20) MB at most")
    }

    /// Milliseconds of each message, sorted; spread over ten seconds, so that the slow ones get a word in.
    private static func latencies(_ port: Int) async throws -> [Double] {
        try await LoopbackSocket.aside {
            let client = try SubmissionClient(port: port)
            try client.signIn(MailHouse.client.name, key: MailHouse.client.key)
            let line = "A line of the body, as long as lines in letters usually are, ends here.\r\n"
            let content = Array(("From: <\(sender)>\r\nSubject: fast\r\n\r\n" + String(repeating: line, count: 56)).utf8)
            let clock = ContinuousClock()
            return try (0..<messages).map { _ in
                let begun = clock.now
                let reply = try client.handOver(content, from: sender, to: "customer@elsewhere.example")
                guard reply.code == 250 else { throw Unexpected("the fast client heard \(reply.text)") }
                let took = (clock.now - begun) / .milliseconds(1)
                usleep(10_000_000 / UInt32(messages))
                return took
            }.sorted()
        }
    }
}

/// Said by one thread and heard by another; a class because both share it.
private final class Over: Sendable {
    private let said = Mutex(false)

    var isSaid: Bool { said.withLock { $0 } }

    func say() { said.withLock { $0 = true } }
}
