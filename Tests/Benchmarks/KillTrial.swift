import Foundation
import FoundationEssentials
import Relay
import Store
import Sandbox

/// kill -9, hundreds of times, at random moments and at named points of the dialogue with the provider, while messages come in and go out. What counts is
/// that nothing that was accepted is lost; what arrives twice must be a message whose sending a kill cut off.
enum KillTrial {
    /// Where the service is held when it is killed; `random` is any moment.
    private enum Point: String, CaseIterable {
        case token, connect, ehlo, starttls, auth, mail, rcpt, data
        /// The content has left, and the provider has not looked at it.
        case content
        /// The provider has taken the message, and its answer does not come.
        case taken
        case random

        var fault: Fault? {
            switch self {
            case .token: .atToken(.stall)
            case .connect: .at(.connect, .stall)
            case .ehlo: .at(.ehlo, .stall)
            case .starttls: .at(.starttls, .stall)
            case .auth: .at(.auth, .stall)
            case .mail: .at(.mail, .stall)
            case .rcpt: .at(.rcpt, .stall)
            case .data: .at(.data, .stall)
            case .content: .at(.content, .stall)
            case .taken: .at(.content, .acceptThenDrop, .times(3))
            case .random: nil
            }
        }
    }

    static func run(messages: Int, kills: Int) async throws {
        print("— killing the service \(kills) times while it sends \(messages) messages")
        let (house, sandbox) = try await MailHouse.atSandbox()
        let result: Result<Void, any Error>
        do { result = .success(try await kill(house, sandbox, messages: messages, kills: kills)) } catch { result = .failure(error) }
        try await house.close()
        try await sandbox.stop()
        try result.get()
    }

    private static func kill(_ house: MailHouse, _ sandbox: Sandbox, messages: Int, kills: Int) async throws {
        // Mail comes in all the while: each kill finds a new piece of it.
        var accepted: Set<String> = []
        var done: [Point: Int] = [:]
        for number in 0..<kills {
            accepted.formUnion(
                try await house.accept((messages * number / kills)..<(messages * (number + 1) / kills), octets: 2_000))
            let point = Point.allCases[number % Point.allCases.count]
            let service = try house.serve()
            let isHit = try await wait(for: point, sandbox)
            Foundation.kill(service.processIdentifier, SIGKILL)
            service.waitUntilExit()
            sandbox.removeFaults()
            sandbox.release()
            if isHit { done[point, default: 0] += 1 }
            if (number + 1).isMultiple(of: 20) { print("  \(number + 1) kills, \(sandbox.record.messages.count) messages at the provider") }
        }
        try await house.seeThrough()
        try await report(accepted, done, house, sandbox)
    }

    /// Until the service is held there, or for a random time. What is not reached within seconds had nothing to do.
    private static func wait(for point: Point, _ sandbox: Sandbox) async throws -> Bool {
        guard let fault = point.fault else {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...600)))
            return true
        }
        let taken = sandbox.record.messages.count
        // Else the one that the last run stored would do.
        if point == .token { sandbox.revokeAccessTokens() }
        sandbox.add(fault)
        for _ in 0..<500 {
            if point == .taken ? sandbox.record.messages.count > taken + 2 : sandbox.held > 0 { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    private static func report(_ accepted: Set<String>, _ done: [Point: Int], _ house: MailHouse, _ sandbox: Sandbox) async throws {
        let delivered = Dictionary(grouping: sandbox.record.messages, by: \.messageID)
        let twice = delivered.filter { $0.value.count > 1 }
        var explained = 0
        var unknown: Set<String> = []
        var filter = JournalFilter(limit: 10_000)
        while case let page = try await house.store.entries(filter), !page.isEmpty {
            filter.after = page.last?.position
            for entry in page.map(\.entry) where entry.kind == .unknown {
                guard let id = entry.message, let queued = try await house.store.show(id) else { continue }
                unknown.insert(queued.message.messageID)
            }
        }
        for id in twice.keys where unknown.contains(id) { explained += 1 }
        row(
            "kills, by where the service was",
            done.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", "))
        row("accepted", "\(accepted.count)")
        row("delivered", "\(accepted.filter { delivered[$0] != nil }.count)")
        row("lost", "\(accepted.filter { delivered[$0] == nil }.count)")
        row("delivered more than once", "\(twice.count)")
        row("  of which a kill or a dropped answer cut the sending off", "\(explained)")
        row("  more than once without a kill: the answer was dropped", "\(twice.count - explained)")
        row("still in the queue", "\(try await house.store.list(QueueFilter()).count)")
    }
}
