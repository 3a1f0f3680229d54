package import Relay
internal import Mail
internal import Testing
internal import struct FoundationEssentials.Date

/// What was accepted is kept until it is settled, and nobody settles what is not theirs.
package struct SpoolContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("chunksComeBackInOrder", chunksComeBackInOrder), Fact("emptyBodyHasNoChunk", emptyBodyHasNoChunk),
        Fact("claimedMessageIsAsItWasAccepted", claimedMessageIsAsItWasAccepted),
        Fact("bodyThatIsNotWholeIsRefused", bodyThatIsNotWholeIsRefused), Fact("messageIsAcceptedOnce", messageIsAcceptedOnce),
        Fact("messageWithoutRecipientIsRefused", messageWithoutRecipientIsRefused),
        Fact("discardedPiecesAreGone", discardedPiecesAreGone), Fact("chunkSentAgainReplacesItself", chunkSentAgainReplacesItself),
        Fact("heldMessageIsNotClaimed", heldMessageIsNotClaimed),
        Fact("oldestIsClaimedFirst", oldestIsClaimedFirst), Fact("messageIsClaimedOnce", messageIsClaimedOnce),
        Fact("claimThatRanOutIsTakenOver", claimThatRanOutIsTakenOver), Fact("renewedClaimLasts", renewedClaimLasts),
        Fact("ownClaimIsNotTakenAgain", ownClaimIsNotTakenAgain),
        Fact("messageInHandIsNotClaimed", messageInHandIsNotClaimed),
        Fact("claimThatIsNotInHandIsReleased", claimThatIsNotInHandIsReleased),
        Fact("clockSetBackKeepsNobodyWaiting", clockSetBackKeepsNobodyWaiting),
        Fact("claimTellsEditionAndRevision", claimTellsEditionAndRevision), Fact("manyAtOnceAllArrive", manyAtOnceAllArrive),
    ]

    package static let body: [UInt8] = Array("12345".utf8)

    package static func accept(_ message: AcceptedMessage, into store: any Store, held: String? = nil) async throws {
        try await store.accept(message, lastChunk: body, number: 0, held: held, lane: nil, journal: [], sightings: [])
    }

    static func claim(_ store: any Store, _ limit: Int = 10, by claimant: Claimant = Samples.node, after seconds: Double = 1)
        async throws -> [SpoolEntry]
    {
        let now = Samples.time(seconds)
        return try await store.claim(limit, rooms: LaneRooms(), by: claimant, at: now, until: now.addingTimeInterval(60)).entries
    }

    @Sendable func chunksComeBackInOrder() async throws {
        let store = try await make()
        let first = [UInt8](repeating: 1, count: AcceptedMessage.chunkSize)
        let second = [UInt8](repeating: 2, count: AcceptedMessage.chunkSize)
        let message = try Samples.message("m", bodySize: 2 * AcceptedMessage.chunkSize + 3)
        try await store.write(chunk: first, number: 0, of: message.id, at: Samples.start)
        try await store.write(chunk: second, number: 1, of: message.id, at: Samples.start)
        try await store.accept(message, lastChunk: [3, 0, 3], number: 2, held: nil, lane: nil, journal: [], sightings: [])
        #expect(try await store.chunk(0, of: message.id) == first)
        #expect(try await store.chunk(1, of: message.id) == second)
        #expect(try await store.chunk(2, of: message.id) == [3, 0, 3])
        #expect(try await store.chunk(3, of: message.id) == nil)
        #expect(try await store.chunk(0, of: Samples.id("other")) == nil)
    }

    @Sendable func emptyBodyHasNoChunk() async throws {
        let store = try await make()
        try await store.accept(
            try Samples.message("m", bodySize: 0), lastChunk: [], number: 0, held: nil, lane: nil, journal: [], sightings: [])
        #expect(try await store.chunk(0, of: Samples.id("m")) == nil)
        #expect(try await Self.claim(store).count == 1)
    }

    @Sendable func claimedMessageIsAsItWasAccepted() async throws {
        let store = try await make()
        let message = try Samples.richMessage("m")
        try await Self.accept(message, into: store)
        let entry = try #require(try await Self.claim(store).first)
        #expect(entry.message == message)
        #expect(entry.message.author.first.address.description == message.author.first.address.description)
        #expect(entry.message.envelope.recipients.map(\.address.description) == message.envelope.recipients.map(\.address.description))
        #expect(entry.claim == Claim(message: message.id, attempt: 1, claimant: Samples.node, until: Samples.time(61)))
        #expect(entry.remaining == [0, 1, 2])
        #expect(!entry.isUnknown)
        #expect(entry.refusals.count == 0)
    }

    @Sendable func bodyThatIsNotWholeIsRefused() async throws {
        let store = try await make()
        let short = try Samples.message("m", bodySize: 6)
        let one = await failure { () throws(StoreFailure) in
            try await store.accept(short, lastChunk: Self.body, number: 0, held: nil, lane: nil, journal: [], sightings: [])
        }
        #expect(one?.isConflict == true)
        let gap = try Samples.message("n", bodySize: 8)
        try await store.write(chunk: [1, 2, 3], number: 0, of: gap.id, at: Samples.start)
        let two = await failure { () throws(StoreFailure) in
            try await store.accept(gap, lastChunk: Self.body, number: 2, held: nil, lane: nil, journal: [], sightings: [])
        }
        #expect(two?.isConflict == true)
        #expect(try await Self.claim(store).isEmpty)
        try await store.accept(gap, lastChunk: Self.body, number: 1, held: nil, lane: nil, journal: [], sightings: [])
        #expect(try await Self.claim(store).map(\.message.id) == [gap.id])
    }

    @Sendable func messageIsAcceptedOnce() async throws {
        let store = try await make()
        let message = try Samples.message("m")
        try await Self.accept(message, into: store)
        let again = await failure { () throws(StoreFailure) in
            try await store.accept(message, lastChunk: Self.body, number: 0, held: nil, lane: nil, journal: [], sightings: [])
        }
        #expect(again?.isConflict == true)
        let late = await failure { () throws(StoreFailure) in
            try await store.write(chunk: [1], number: 0, of: message.id, at: Samples.start)
        }
        #expect(late?.isConflict == true)
        #expect(try await store.chunk(0, of: message.id) == Self.body)
    }

    @Sendable func messageWithoutRecipientIsRefused() async throws {
        let store = try await make()
        let nobody = try Samples.message("m", to: [])
        let refused = await failure { () throws(StoreFailure) in
            try await store.accept(nobody, lastChunk: Self.body, number: 0, held: nil, lane: nil, journal: [], sightings: [])
        }
        #expect(refused?.isConflict == true)
    }

    /// More pieces than go away in one step; what was accepted, and what is still arriving, stays.
    @Sendable func discardedPiecesAreGone() async throws {
        let store = try await make()
        for number in 0..<150 { try await store.write(chunk: [1], number: number, of: Samples.id("cut"), at: Samples.start) }
        try await store.write(chunk: [2], number: 0, of: Samples.id("arriving"), at: Samples.start)
        try await Self.accept(try Samples.message("kept"), into: store)
        for id in ["cut", "kept", "never"] { try await store.discard(Samples.id(id)) }
        for number in [0, 149] { #expect(try await store.chunk(number, of: Samples.id("cut")) == nil) }
        #expect(try await store.chunk(0, of: Samples.id("arriving")) == [2])
        #expect(try await store.chunk(0, of: Samples.id("kept")) == Self.body)
        try await store.write(chunk: [3], number: 0, of: Samples.id("cut"), at: Samples.start)
        #expect(try await store.chunk(0, of: Samples.id("cut")) == [3], "whoever was cut off may begin again")
    }

    @Sendable func chunkSentAgainReplacesItself() async throws {
        let store = try await make()
        let message = try Samples.message("m", bodySize: 7)
        try await store.write(chunk: [9], number: 0, of: message.id, at: Samples.start)
        try await store.write(chunk: [1, 2], number: 0, of: message.id, at: Samples.start)
        try await store.accept(message, lastChunk: Self.body, number: 1, held: nil, lane: nil, journal: [], sightings: [])
        #expect(try await store.chunk(0, of: message.id) == [1, 2])
    }

    @Sendable func heldMessageIsNotClaimed() async throws {
        let store = try await make()
        try await Self.accept(try Samples.message("m"), into: store, held: "no route")
        #expect(try await Self.claim(store, after: 1e6).isEmpty)
        let shown = try #require(try await store.show(Samples.id("m")))
        #expect(shown.state == .held)
        #expect(shown.why == "no route")
        #expect(shown.nextAttempt == nil)
    }

    @Sendable func oldestIsClaimedFirst() async throws {
        let store = try await make()
        for (id, seconds) in [("late", 30.0), ("b", 10), ("a", 10), ("future", 1000)] {
            try await Self.accept(try Samples.message(id, at: Samples.time(seconds)), into: store)
        }
        #expect(try await Self.claim(store, 2, after: 100).map(\.message.id.text) == ["b", "a"])
        #expect(try await Self.claim(store, 0, after: 100).isEmpty)
        #expect(try await Self.claim(store, 2, after: 100).map(\.message.id.text) == ["late"])
        #expect(try await Self.claim(store, 2, by: Samples.neighbour, after: 100).isEmpty)
    }

    @Sendable func messageIsClaimedOnce() async throws {
        let store = try await make()
        for number in 0..<20 { try await Self.accept(try Samples.message("m\(number)"), into: store) }
        let claimed = try await withThrowingTaskGroup { group in
            for claimant in [Samples.node, Samples.neighbour, Samples.reborn] {
                group.addTask { try await Self.claim(store, 10, by: claimant) }
            }
            return try await group.reduce(into: [SpoolID]()) { $0 += $1.map(\.message.id) }
        }
        #expect(claimed.count == 20)
        #expect(Set(claimed).count == 20)
    }

    @Sendable func claimThatRanOutIsTakenOver() async throws {
        let store = try await make()
        try await Self.accept(try Samples.message("m"), into: store)
        let first = try #require(try await Self.claim(store).first)
        #expect(try await Self.claim(store, by: Samples.neighbour, after: 61).isEmpty)
        let second = try #require(try await Self.claim(store, by: Samples.neighbour, after: 62).first)
        #expect(second.isUnknown)
        #expect(second.claim.attempt == 2)
        #expect(try await store.entries(JournalFilter(message: Samples.id("m"))).map(\.entry.kind) == [.unknown])
        let lost = await failure { () throws(StoreFailure) in
            try await store.settle(Settlement(claim: first.claim, at: Samples.time(63), state: .held(why: "mine")))
        }
        #expect(lost == .claimLost)
        try await store.settle(Settlement(claim: second.claim, at: Samples.time(63), state: .held(why: "theirs")))
        #expect(try await store.show(Samples.id("m"))?.why == "theirs")
    }

    @Sendable func renewedClaimLasts() async throws {
        let store = try await make()
        try await Self.accept(try Samples.message("m"), into: store)
        let claim = try #require(try await Self.claim(store).first).claim
        try await Self.accept(try Samples.message("n"), into: store)
        let second = try #require(try await Self.claim(store).first).claim
        #expect(try await store.renew([claim, second], until: Samples.time(500)).isEmpty)
        #expect(try await Self.claim(store, by: Samples.neighbour, after: 400).isEmpty)
        let other = Claim(message: claim.message, attempt: 1, claimant: Samples.reborn, until: claim.until)
        #expect(try await store.renew([other, second], until: Samples.time(900)) == [claim.message])
        try await store.settle(Settlement(claim: claim, at: Samples.time(450), state: .held(why: "x")))
        #expect(try await store.renew([claim], until: Samples.time(900)) == [claim.message])
    }

    /// The clock of a machine that slept jumps over the end of every claim, and what was under way is under way still.
    @Sendable func ownClaimIsNotTakenAgain() async throws {
        let store = try await make()
        try await Self.accept(try Samples.message("m"), into: store)
        let claim = try #require(try await Self.claim(store).first).claim
        #expect(try await Self.claim(store, after: 1e6).isEmpty)
        try await store.settle(Settlement(claim: claim, at: Samples.time(1e6), state: .held(why: "mine")))
        #expect(try await store.entries(JournalFilter()).isEmpty)
    }

    /// Its settlement was durable and reported as failed: until that is known, nobody begins anew.
    @Sendable func messageInHandIsNotClaimed() async throws {
        let store = try await make()
        for id in ["m", "n"] { try await Self.accept(try Samples.message(id), into: store) }
        let now = Samples.time(1)
        let rooms = LaneRooms(inHand: [Samples.id("m")])
        let batch = try await store.claim(10, rooms: rooms, by: Samples.node, at: now, until: now.addingTimeInterval(60))
        #expect(batch.entries.map(\.message.id.text) == ["n"])
        #expect(try await store.show(Samples.id("m"))?.state == .waiting)
    }

    /// A claim that was durable and reported as failed: nothing was tried with it.
    @Sendable func claimThatIsNotInHandIsReleased() async throws {
        let store = try await make()
        for id in ["lost", "held", "theirs"] { try await Self.accept(try Samples.message(id), into: store) }
        #expect(try await Self.claim(store, 2).count == 2)
        #expect(try await Self.claim(store, by: Samples.neighbour).count == 1)
        #expect(try await store.release(Samples.node, except: [Samples.id("held")], at: Samples.time(5)).map(\.text) == ["lost"])
        let shown = try #require(try await store.show(Samples.id("lost")))
        #expect(shown.state == .waiting && shown.attempts == 0 && !shown.isUnknown && shown.nextAttempt == Samples.time(5))
        #expect(try await Self.claim(store, after: 5).map(\.message.id.text) == ["lost"])
    }

    /// Three hours too far, and then right: what was due is due, and what had half an hour left has half an hour left. Once, and the journal says so.
    @Sendable func clockSetBackKeepsNobodyWaiting() async throws {
        let store = try await make()
        let wrong = 3 * 3600.0
        try await Self.accept(try Samples.message("later", at: Samples.time(wrong)), into: store)
        let claim = try #require(try await Self.claim(store, after: wrong).first).claim
        let next = Samples.time(wrong + 1800)
        try await store.settle(
            Settlement(
                claim: claim, at: Samples.time(wrong), state: .waiting(until: next, why: "busy"),
                journal: [Samples.entry(at: Samples.time(wrong), message: "later")]))
        try await Self.accept(try Samples.message("fresh", at: Samples.time(wrong)), into: store)
        let (box, other) = (Account(provider: Samples.provider.id, login: "box"), Account(provider: Samples.provider.id, login: "other"))
        try await store.observe(
            [
                .mailbox(box, .stopped(until: Samples.time(wrong + 900), reason: "r", failures: 1)),
                .mailbox(other, .broken(since: Samples.time(wrong), reason: "r")),
            ], journal: [])
        #expect(try await Self.claim(store, after: 1).isEmpty)
        #expect(try await store.noteSetBack(at: Samples.time(wrong - 59), since: nil) == 0, "clocks are put right by seconds every day")
        #expect(try await store.noteSetBack(at: Samples.time(0), since: nil) == wrong)
        #expect(try await store.noteSetBack(at: Samples.time(0), since: nil) == 0)
        #expect(try await Self.claim(store, after: 1).map(\.message.id.text) == ["fresh"])
        #expect(try await store.show(Samples.id("later"))?.nextAttempt == Samples.time(1800))
        let conditions = try await store.conditions(of: nil)
        #expect(conditions.mailbox(box) == .stopped(until: Samples.time(900), reason: "r", failures: 1))
        #expect(conditions.mailbox(other) == .broken(since: Samples.time(wrong), reason: "r"))
        let line = try #require(try await store.entries(JournalFilter()).last?.entry)
        #expect(line.facts.map(\.value) == ["clock set back", "10800", "2"] && line.message == nil)
        #expect(
            try await store.noteSetBack(at: Samples.time(-7200), since: Samples.time(1)) == 7201, "who looked knows better than the journal"
        )
        #expect(try await store.show(Samples.id("later"))?.nextAttempt == Samples.time(-5401))
    }

    @Sendable func claimTellsEditionAndRevision() async throws {
        let store = try await make()
        let before = try await store.claim(1, rooms: LaneRooms(), by: Samples.node, at: Samples.start, until: Samples.time(1))
        let edition = try await store.apply(Samples.edit(.provider(Samples.provider)))
        try await store.observe([.mailbox("box", .broken(since: Samples.start, reason: "r"))], journal: [])
        let after = try await store.claim(1, rooms: LaneRooms(), by: Samples.node, at: Samples.start, until: Samples.time(1))
        #expect(after.moment.edition == edition)
        #expect(after.moment.edition > before.moment.edition)
        #expect(after.moment.revision > before.moment.revision)
    }

    @Sendable func manyAtOnceAllArrive() async throws {
        let store = try await make()
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask { try await Self.accept(try Samples.message("m\(number)"), into: store) }
            }
            try await group.waitForAll()
        }
        #expect(try await Self.claim(store, 200).count == 100)
    }
}
