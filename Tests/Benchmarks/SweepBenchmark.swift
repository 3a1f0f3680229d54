import Foundation
import FoundationEssentials
import Mail
import Relay
import Store
import Synchronization
import TestSupport

/// A day's mail that is a week old goes away while new mail comes: how fast, and how long whoever writes waits for it. Ten million messages a day are 116 a second.
/// `SWEEP_STORE=postgres`: in a cluster of its own.
enum SweepBenchmark {
    private static let messages = ProcessInfo.processInfo.environment["SWEEP_MESSAGES"].flatMap { Int($0) } ?? 200_000
    private static let wanted = 10_000_000.0 / 86_400

    static func run() async throws {
        let cluster = ProcessInfo.processInfo.environment["SWEEP_STORE"] == "postgres" ? try await PostgresCluster() : nil
        print("— sweeping \(messages) messages that are done, in \(cluster == nil ? "SQLite" : "PostgreSQL")")
        let house = try await MailHouse.open(.microsoft, logins: ["robot@crowd.example"], secret: nil, on: cluster)
        let old = Date().addingTimeInterval(-9 * 86_400)
        for start in stride(from: 0, to: messages, by: 1000) { try await finish(start..<min(start + 1000, messages), in: house, at: old) }
        let clock = ContinuousClock()
        let isOver = Mutex(false)
        async let waits = write(to: house, clock) { isOver.withLock { $0 } }
        let begun = clock.now
        var (steps, rows, longest) = (0, 0, Duration.zero)
        var octets = 0
        while true {
            let start = clock.now
            let step = try await house.store.sweep(at: Date())
            longest = max(longest, clock.now - start)
            (steps, rows, octets) = (steps + 1, rows + step.rows, octets + step.octets)
            if step.isLast { break }
        }
        let seconds = (clock.now - begun) / .seconds(1)
        isOver.withLock { $0 = true }
        let others = try await waits.sorted()
        row(
            "swept",
            "\(rows) rows in \(steps) steps, \(seconds.short) s, × \((Double(messages) / seconds / wanted).short) of what ten million a day need"
        )
        row("longest step", "\((longest / .milliseconds(1)).short) ms; \(octets / 1_048_576) MiB given back")
        row(
            "another writer, meanwhile",
            "p50 \(others[others.count / 2].short) ms, p99 \(others[others.count * 99 / 100].short) ms, longest \((others.last ?? 0).short) ms of \(others.count)"
        )
        try await house.close()
        await cluster?.stop()
    }

    /// Accepted, sent and settled, many in a commit.
    private static func finish(_ numbers: Range<Int>, in house: MailHouse, at time: Date) async throws {
        let node = Claimant(node: "benchmark", incarnation: "a")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in numbers {
                if number - numbers.lowerBound >= 64 { try await group.next() }
                group.addTask {
                    let message = try SweepBenchmark.message(number, at: time)
                    try await house.store.accept(
                        message, lastChunk: [UInt8](repeating: 65, count: 4096), number: 0, .claimed(node, until: time), lane: nil,
                        request: nil,
                        journal: [], sightings: [])
                    let claim = Claim(message: message.id, attempt: 1, claimant: node, until: time)
                    try await house.store.settle(
                        Settlement(claim: claim, at: time, state: .done, outcomes: [0: .sent(reply: "250 2.0.0 OK")]))
                }
            }
            try await group.waitForAll()
        }
    }

    private static func message(_ number: Int, at time: Date) throws -> AcceptedMessage {
        let author = try EmailAddress("robot@crowd.example")
        return AcceptedMessage(
            id: SpoolID(trusted: "m-\(number)"), acceptedAt: time, client: nil, purpose: nil, user: nil,
            author: Author(NamedAddress(address: author)),
            envelope: Envelope(sender: .address(author), recipients: [Recipient(address: try EmailAddress("c@elsewhere.example"))]),
            hasEnvelopeSender: false, isAutomatic: false, header: Array(repeating: 65, count: 600), bodySize: 4096,
            digest: Array(repeating: 0, count: 32), messageID: "<\(number)@example.com>")
    }

    /// One small write after the other; milliseconds that each took.
    private static func write(to house: MailHouse, _ clock: ContinuousClock, until isOver: @Sendable () -> Bool) async throws -> [Double] {
        var waits: [Double] = []
        while !isOver() {
            let begun = clock.now
            let entry = JournalEntry(at: Date(), kind: .attempted, message: nil, facts: [])
            try await house.store.append([entry], sightings: [])
            waits.append((clock.now - begun) / .milliseconds(1))
            try await Task.sleep(for: .milliseconds(2))
        }
        return waits
    }
}
