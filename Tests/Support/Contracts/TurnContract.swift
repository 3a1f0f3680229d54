package import Relay
internal import Mail
internal import Testing
internal import struct FoundationEssentials.Date

/// A lane gives what it has room for. Within it, administrator's mail goes first, and clients have their turns.
package struct TurnContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("eachLaneHasItsRoom", eachLaneHasItsRoom),
        Fact("clientsHaveTheirTurns", clientsHaveTheirTurns), Fact("turnGoesOnWhereItEnded", turnGoesOnWhereItEnded),
        Fact("administratorsMailGoesFirst", administratorsMailGoesFirst), Fact("claimThatRanOutGoesFirst", claimThatRanOutGoesFirst),
        Fact("placeInTheLaneIsKnown", placeInTheLaneIsKnown), Fact("lookGoesOnWhereItEnded", lookGoesOnWhereItEnded),
        Fact("whatIsNotDueHasNoTurn", whatIsNotDueHasNoTurn),
    ]

    /// Named by its client, then counted.
    private func accept(_ store: any Store, _ id: String, purpose: Purpose? = nil, lane: Account? = "box", at seconds: Double = 0)
        async throws
    {
        let plain = try Samples.message(id, at: Samples.time(seconds))
        let message = AcceptedMessage(
            id: plain.id, acceptedAt: plain.acceptedAt, client: id.first == "-" ? nil : ClientID(trusted: String(id.prefix(1))),
            purpose: purpose, user: nil, author: plain.author, envelope: plain.envelope, hasEnvelopeSender: true, isAutomatic: false,
            header: plain.header, bodySize: plain.bodySize, digest: plain.digest, messageID: plain.messageID)
        try await store.accept(message, lastChunk: SpoolContract.body, number: 0, lane: lane, journal: [], sightings: [])
    }

    private func claim(
        _ store: any Store, _ limit: Int, turns: [Account?: QueueShare] = [:], behind: LanePlace? = nil,
        by claimant: Claimant = Samples.node,
        at seconds: Double = 9
    ) async throws -> ClaimedBatch {
        let rooms = LaneRooms(turns: turns, behind: behind)
        let now = Samples.time(seconds)
        return try await store.claim(limit, rooms: rooms, by: claimant, at: now, until: now.addingTimeInterval(60))
    }

    private func names(_ batch: ClaimedBatch) -> Set<String> { Set(batch.entries.map(\.message.id.text)) }

    /// Ten thousand messages of one account do not keep another's single one waiting.
    @Sendable func eachLaneHasItsRoom() async throws {
        let store = try await make()
        let moved = Account(provider: ProviderID(trusted: "new"), login: "full")
        let lanes: [Account?] = ["busy", "busy", "busy", "full", nil, nil, "single", moved]
        for (number, lane) in lanes.enumerated() {
            try await store.accept(
                try Samples.message("\(number)"), lastChunk: SpoolContract.body, number: 0, held: nil, lane: lane, journal: [],
                sightings: [])
        }
        let rooms = LaneRooms(known: ["busy": 2, "full": 0], other: 1)
        let batch = try await store.claim(10, rooms: rooms, by: Samples.node, at: Samples.time(1), until: Samples.time(60))
        #expect(batch.entries.map(\.message.id.text) == ["0", "1", "4", "6", "7"])
        #expect(batch.entries.last?.lane == moved)
        let rest = try await store.claim(2, rooms: LaneRooms(), by: Samples.node, at: Samples.time(1), until: Samples.time(60))
        #expect(rest.entries.map(\.message.id.text) == ["2", "3"])
        #expect(batch.crowded.isSuperset(of: ["busy", nil]) && !batch.crowded.contains("full"), "of those that had room")
        let all = try await store.claim(2, rooms: LaneRooms(), by: Samples.node, at: Samples.time(1), until: Samples.time(60))
        #expect(all.entries.map(\.message.id.text) == ["5"] && all.crowded.isEmpty)
    }

    /// A newsletter does not keep the printer's one page waiting, nor those of the command line.
    @Sendable func clientsHaveTheirTurns() async throws {
        let store = try await make()
        for number in 1...5 { try await accept(store, "n\(number)") }
        for id in ["p1", "-1"] { try await accept(store, id, at: 1) }
        let batch = try await claim(store, 4)
        #expect(names(batch) == ["n1", "n2", "p1", "-1"])
        #expect(batch.crowded == ["box"])
        #expect(names(try await claim(store, 9)) == ["n3", "n4", "n5"])
    }

    @Sendable func turnGoesOnWhereItEnded() async throws {
        let store = try await make()
        for client in ["a", "b", "c"] { for number in 1...2 { try await accept(store, "\(client)\(number)") } }
        var turns: [Account?: QueueShare] = [:]
        var order: [String] = []
        for _ in 1...6 {
            let batch = try await claim(store, 1, turns: turns)
            order += batch.entries.map(\.message.id.text)
            turns = batch.turns
        }
        #expect(order == ["a1", "b1", "c1", "a2", "b2", "c2"])
        #expect(turns.isEmpty, "nobody waits any more")
    }

    @Sendable func administratorsMailGoesFirst() async throws {
        let store = try await make()
        for number in 1...3 { try await accept(store, "a\(number)") }
        for id in ["b1", "b2", "c1"] { try await accept(store, id, purpose: .administrator, at: 1) }
        #expect(names(try await claim(store, 2)) == ["b1", "c1"], "each client in its turn there too")
        #expect(
            names(try await claim(store, 2, turns: ["box": QueueShare(isUrgent: false, client: ClientID(trusted: "a"))])) == ["b2", "a1"])
    }

    @Sendable func claimThatRanOutGoesFirst() async throws {
        let store = try await make()
        try await accept(store, "z1", at: 5)
        #expect(names(try await claim(store, 1, by: Samples.neighbour)) == ["z1"])
        try await accept(store, "a1", purpose: .administrator, at: 1)
        #expect(names(try await claim(store, 1, at: 99)) == ["z1"])
    }

    /// A store may look at some lanes at a time, and says where it ended; it never parts those of one lane.
    @Sendable func lookGoesOnWhereItEnded() async throws {
        let store = try await make()
        let lanes = 1203
        for number in 0..<lanes { try await accept(store, "a\(number)", lane: Account(stringLiteral: "box\(number)")) }
        for number in 0..<700 {
            try await accept(store, "-\(number)", lane: Account(stringLiteral: "box\(number)"))
        }
        var found: [String] = []
        var place: LanePlace?
        var looks = 0
        repeat {
            let batch = try await claim(store, 5000, behind: place)
            found += batch.entries.map(\.message.id.text)
            place = batch.goOnBehind
            looks += 1
        } while place != nil && looks < 50
        #expect(found.count == lanes + 700)
        #expect(Set(found).count == lanes + 700)
        #expect(looks < 9)
    }

    @Sendable func placeInTheLaneIsKnown() async throws {
        let store = try await make()
        for id in ["a1", "a2", "a3", "b1", "c1"] { try await accept(store, id) }
        try await accept(store, "d1", at: 30)
        try await accept(store, "a4", lane: "elsewhere")
        let share = QueueShare(isUrgent: false, client: ClientID(trusted: "a"))
        let turn = try await store.turn(of: Samples.id("a3"), at: Samples.time(9))
        #expect(turn == QueueTurn(lane: "box", share: share, ahead: 2, others: 2))
        #expect(
            try await store.turn(of: Samples.id("a4"), at: Samples.time(9))
                == QueueTurn(lane: "elsewhere", share: share, ahead: 0, others: 0))
        #expect(try await store.turn(of: Samples.id("d1"), at: Samples.time(9)) == nil, "it waits for its time")
        _ = try await claim(store, 1)
        #expect(try await store.turn(of: Samples.id("a1"), at: Samples.time(9)) == nil, "it has its turn")
        #expect(try await store.turn(of: Samples.id("a3"), at: Samples.time(9))?.ahead == 1)
    }

    @Sendable func whatIsNotDueHasNoTurn() async throws {
        let store = try await make()
        try await accept(store, "a1", at: 30)
        try await accept(store, "b1")
        let batch = try await claim(store, 9)
        #expect(names(batch) == ["b1"])
        #expect(batch.crowded.isEmpty)
    }
}
