import Relay
import TestSupport
import Testing

/// Whose turn it is, from one look at the queue to the next.
@Suite(.timeLimit(.minutes(20)))
struct TurnTests {
    private let lane: Account = "ann-login"

    @Test func runnerGivesEachClientItsTurn() async throws {
        let service = try await FakeService()
        for client in ["a", "b"] {
            for number in 1...3 {
                try await service.accept("\(client)\(number)", client: ClientID(trusted: client), lane: lane)
            }
        }
        let runner = service.runner(SpoolRunner.Limits(concurrent: 1))
        async let run: Void = runner.run()
        while await service.store.settlements.count < 6 { await Task.yield() }
        runner.stop()
        await run
        #expect(await service.store.settlements.map(\.claim.message.text) == ["a1", "b1", "a2", "b2", "a3", "b3"])
    }

    /// A lane without room is left alone, and what is claimed already is taken from its room.
    @Test func roomsAreKept() throws {
        var deal = Deal(limit: 9, rooms: LaneRooms(known: ["full": 0, "one": 1, "two": 2], other: 3))
        let taken = [(1, "full"), (2, "one"), (3, "one")].map { number, lane in deal.take(number, in: Account(stringLiteral: lane)) }
        #expect(taken == [false, true, false])
        let share = QueueShare(isUrgent: false, client: nil)
        let lanes: [Account?] = ["full", "one", "two", nil]
        let hands = deal.choose(lanes.map { Deal.Line(lane: $0, share: share, due: Samples.start, number: 0) }) { line, most in
            Array((lanes.firstIndex(of: line.lane) ?? 0) * 100 + 10..<(lanes.firstIndex(of: line.lane) ?? 0) * 100 + 10 + most).map(
                Int64.init)
        }
        #expect(Set(hands.chosen) == [2, 210, 211, 310, 311, 312])
        #expect(hands.crowded == ["two", nil])
    }

    /// Side by side: one that waits longer goes first, and then each has its turn.
    @Test func lanesAreServedSideBySide() throws {
        let deal = Deal(limit: 4, rooms: LaneRooms())
        let share = QueueShare(isUrgent: false, client: nil)
        let lines = [
            Deal.Line(lane: "young", share: share, due: Samples.time(5), number: 5),
            Deal.Line(lane: "old", share: share, due: Samples.start, number: 9),
        ]
        let hands = deal.choose(lines) { line, most in line.lane == "old" ? [1, 2, 3, 4] : [5] }
        #expect(hands.chosen == [1, 5, 2, 3])
        #expect(hands.crowded == ["old"])
        #expect(hands.turns == ["old": share])
    }
}
