import Foundation
import FoundationEssentials
import Mail
import Relay
import Store
import TestSupport

/// What a million messages that wait for one mailbox cost: the others, whoever claims, and whoever looks. `PASSAGE_BACKLOG`: fewer.
extension PassageBenchmark {
    private static let backlog = environment["PASSAGE_BACKLOG"].flatMap { Int($0) } ?? 1_000_000
    private static let slow = "slow@example.com"

    static func besideBacklog(sink: Int, _ authority: String, _ load: String) async throws {
        let cell = Cell(sessions: 8)
        let house = try await MailHouse.open(
            provider(sink: sink, authority), logins: (0..<cell.senders).map { "s\($0)@example.com" }, secret: nil,
            more: [MailHouse.clientEntity] + slowMailbox())
        let alone = try await rates(cell, house, load)
        try await fill(house)
        let beside = try await rates(cell, house, load)
        row(
            "beside \(backlog) that wait for one mailbox",
            "\(Int(median(beside.map(\.rate)))) messages/s, × \((median(beside.map(\.rate)) / median(alone.map(\.rate))).short) of alone")
        try await look(house)
        try await house.close()
    }

    /// Of a provider that takes one message a minute.
    private static func slowMailbox() throws -> [DirectoryEntity] {
        var provider = Relay.Provider.google
        provider.limits = ProviderLimits(connections: 1, messagesPerMinute: 1)
        let application = ApplicationID(trusted: "app-slow")
        let grant = GrantID(trusted: "grant-slow")
        return [
            .provider(provider),
            .application(Application(id: application, name: "slow", provider: provider.id, tenant: "", clientID: "client")),
            .grant(Grant(id: grant, name: "slow", kind: .command, application: application, command: ["/bin/echo", "a-token"])),
            .mailbox(Mailbox(id: MailboxID(trusted: "box-slow"), address: try EmailAddress(slow), grant: grant)),
        ]
    }

    private static func rates(_ cell: Cell, _ house: MailHouse, _ load: String) async throws -> [Cost] {
        let port = try FreePorts.take()
        let service = try await house.serving(port: port)
        var costs: [Cost] = []
        _ = try await pass(cell, house, service, load, port: port, messages: 10 * cell.senders)
        for _ in 0..<rounds { costs.append(try await pass(cell, house, service, load, port: port, messages: messages)) }
        service.terminate()
        service.waitUntilExit()
        return costs
    }

    private static func fill(_ house: MailHouse) async throws {
        let lane = Account(provider: Relay.Provider.google.id, login: slow)
        let author = try EmailAddress(slow)
        let recipient = Recipient(address: try EmailAddress("customer@elsewhere.example"))
        let header = Array("From: <\(slow)>\r\nSubject: one of many\r\n".utf8)
        let now = Date()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<backlog {
                if number >= 64 { try await group.next() }
                group.addTask {
                    let message = AcceptedMessage(
                        id: SpoolID(trusted: "backlog-\(number)"), acceptedAt: now, client: nil, purpose: nil, user: nil,
                        author: Author(NamedAddress(address: author)),
                        envelope: Envelope(sender: .address(author), recipients: [recipient]),
                        hasEnvelopeSender: false, isAutomatic: false, header: header, bodySize: 2, digest: Array(repeating: 0, count: 32),
                        messageID: "<\(number)@example.com>")
                    try await house.store.accept(message, lastChunk: [13, 10], number: 0, lane: lane, journal: [], sightings: [])
                }
            }
            try await group.waitForAll()
        }
    }

    /// Which messages come next, of that lane and of another; and what a person asks.
    private static func look(_ house: MailHouse) async throws {
        let clock = ContinuousClock()
        func time(_ work: () async throws -> Void) async throws -> String {
            let begun = clock.now
            try await work()
            return "\(((clock.now - begun) / .milliseconds(1)).short) ms"
        }
        let node = Claimant(node: "benchmark", incarnation: "a")
        let claim = try await time {
            _ = try await house.store.claim(8, rooms: LaneRooms(), by: node, at: Date(), until: Date().addingTimeInterval(1))
        }
        let last = SpoolID(trusted: "backlog-\(backlog - 1)")
        let turn = try await time { _ = try await house.store.turn(of: last, at: Date()) }
        let depth = try await time { _ = try await house.store.depth() }
        row("  there", "claiming 8 takes \(claim), the last one's place \(turn), counting the queue \(depth)")
    }
}
