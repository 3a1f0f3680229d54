package import Relay
internal import Mail
internal import Testing
internal import struct FoundationEssentials.Date

/// Messages that wait for a route: their time stands still, and whatever mends it finds them.
package struct RouteContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("messageWithoutARouteWaitsFromTheStart", messageWithoutARouteWaitsFromTheStart),
        Fact("wokenMessageIsDueInItsLane", wokenMessageIsDueInItsLane),
        Fact("onlyTheSameAuthorAndPurposeWakes", onlyTheSameAuthorAndPurposeWakes),
        Fact("wakingIsDoneInParts", wakingIsDoneInParts), Fact("wishesArePaged", wishesArePaged),
        Fact("timeWithoutARouteAddsUp", timeWithoutARouteAddsUp),
        Fact("waitDecidedOnWhatIsOldIsDueAtOnce", waitDecidedOnWhatIsOldIsDueAtOnce),
        Fact("othersAreNoWish", othersAreNoWish), Fact("theOutsideIsAWishOfItsOwn", theOutsideIsAWishOfItsOwn),
    ]

    private static let later = Samples.time(14_400)

    private func wait(_ store: any Store) async throws -> RouteWait {
        let batch = try await store.claim(0, rooms: LaneRooms(), by: Samples.node, at: Samples.start, until: Samples.time(60))
        return RouteWait(
            until: Self.later, why: "a consent", code: .noFallback, edition: batch.moment.edition, revision: batch.moment.revision)
    }

    private func accept(_ message: AcceptedMessage, _ wait: RouteWait, into store: any Store) async throws {
        try await store.accept(
            message, lastChunk: SpoolContract.body, number: 0, .waiting(wait), lane: nil, request: nil, journal: [], sightings: [])
    }

    private func wish(_ message: AcceptedMessage) -> RouteWish { RouteWish(author: message.author, purpose: message.purpose) }

    @Sendable func messageWithoutARouteWaitsFromTheStart() async throws {
        let store = try await make()
        let message = try Samples.richMessage("m")
        try await accept(message, try await wait(store), into: store)
        let shown = try #require(try await store.show(message.id))
        #expect(shown.state == .waiting && shown.why == "a consent" && shown.nextAttempt == Self.later)
        #expect(try await SpoolContract.claim(store).isEmpty)
        #expect(try await store.routeWishes(after: nil, limit: 10, at: Samples.time(1)) == [wish(message)])
    }

    @Sendable func wokenMessageIsDueInItsLane() async throws {
        let store = try await make()
        let message = try Samples.richMessage("m")
        try await accept(message, try await wait(store), into: store)
        #expect(try await store.wake(wish(message), lane: "box", limit: 10, at: Samples.time(30)) == 1)
        #expect(try await store.routeWishes(after: nil, limit: 10, at: Samples.time(30)).isEmpty)
        let entry = try #require(try await SpoolContract.claim(store, after: 40).first)
        #expect(entry.lane == "box" && entry.withoutRoute == 30 && !entry.lacksRoute)
    }

    @Sendable func onlyTheSameAuthorAndPurposeWakes() async throws {
        let store = try await make()
        let wait = try await wait(store)
        let ann = try Samples.message("ann")
        for message in [ann, try Samples.message("bob", from: "bob@example.org"), try Samples.richMessage("rich")] {
            try await accept(message, wait, into: store)
        }
        #expect(try await store.routeWishes(after: nil, limit: 10, at: Samples.time(1)).count == 3)
        let other = RouteWish(author: ann.author, purpose: .administrator)
        #expect(try await store.wake(other, lane: "box", limit: 10, at: Samples.time(1)) == 0)
        #expect(try await store.wake(wish(ann), lane: "box", limit: 10, at: Samples.time(1)) == 1)
        #expect(try await SpoolContract.claim(store, after: 2).map(\.message.id) == [ann.id])
    }

    @Sendable func wakingIsDoneInParts() async throws {
        let store = try await make()
        let wait = try await wait(store)
        for number in 0..<5 { try await accept(try Samples.message("m\(number)"), wait, into: store) }
        let wish = wish(try Samples.message("m"))
        #expect(try await store.wake(wish, lane: "box", limit: 3, at: Samples.time(1)) == 3)
        #expect(try await store.wake(wish, lane: "box", limit: 3, at: Samples.time(1)) == 2)
        #expect(try await SpoolContract.claim(store, after: 2).map(\.message.id.text) == ["m0", "m1", "m2", "m3", "m4"])
    }

    @Sendable func wishesArePaged() async throws {
        let store = try await make()
        let wait = try await wait(store)
        for number in 0..<7 { try await accept(try Samples.message("m\(number)", from: "a\(number % 5)@example.org"), wait, into: store) }
        var seen: [RouteWish] = []
        while case let page = try await store.routeWishes(after: seen.last, limit: 2, at: Samples.time(1)), !page.isEmpty { seen += page }
        #expect(seen.count == 5 && Set(seen).count == 5)
    }

    @Sendable func timeWithoutARouteAddsUp() async throws {
        let store = try await make()
        try await SpoolContract.accept(try Samples.message("m"), into: store)
        let wait = try await wait(store)
        for (claimed, settled) in [(0.0, 10.0), (14_410, 14_420)] {
            let claim = try #require(try await SpoolContract.claim(store, after: claimed).first).claim
            var settlement = Settlement(claim: claim, at: Samples.time(settled), state: .waiting(until: Self.later, why: "a consent"))
            settlement.routeWait = wait
            try await store.settle(settlement)
        }
        let still = try #require(try await SpoolContract.claim(store, after: 20_010).first)
        #expect(still.withoutRoute == 20_000 && still.lacksRoute)
        try await store.settle(
            Settlement(claim: still.claim, at: Samples.time(20_010), state: .waiting(until: Samples.time(20_020), why: "busy")))
        let back = try #require(try await SpoolContract.claim(store, after: 30_000).first)
        #expect(back.withoutRoute == 20_000 && !back.lacksRoute)
    }

    /// The change that it waits for may be the one that came while it was decided.
    @Sendable func waitDecidedOnWhatIsOldIsDueAtOnce() async throws {
        let store = try await make()
        let old = try await wait(store)
        try await store.observe([.mailbox("box", .broken(since: Samples.start, reason: "r"))], journal: [])
        try await accept(try Samples.message("m"), old, into: store)
        let entry = try #require(try await SpoolContract.claim(store).first)
        var settlement = Settlement(claim: entry.claim, at: Samples.time(2), state: .waiting(until: Self.later, why: "a consent"))
        settlement.routeWait = old
        try await store.settle(settlement)
        let again = try #require(try await SpoolContract.claim(store, after: 3).first)
        settlement = Settlement(claim: again.claim, at: Samples.time(4), state: .waiting(until: Self.later, why: "a consent"))
        settlement.routeWait = try await wait(store)
        try await store.settle(settlement)
        #expect(try await SpoolContract.claim(store, after: 5).isEmpty)
    }

    /// It is known again for as long as it is that: the next time it may wait for something else.
    @Sendable func theOutsideIsAWishOfItsOwn() async throws {
        let store = try await make()
        let message = try Samples.message("m")
        try await SpoolContract.accept(message, into: store)
        let own = RouteWish(author: message.author, purpose: message.purpose)
        let outside = RouteWish(author: message.author, purpose: message.purpose, isOutside: true)
        for (claimed, wish) in [(1.0, outside), (14_410, own), (28_820, outside)] {
            let claim = try #require(try await SpoolContract.claim(store, after: claimed).first).claim
            let wait = try await wait(store)
            var settlement = Settlement(
                claim: claim, at: Samples.time(claimed + 1), state: .waiting(until: Samples.time(claimed + 14_400), why: "w"))
            settlement.routeWait = RouteWait(
                until: Samples.time(claimed + 14_400), why: "w", code: wait.code, edition: wait.edition, revision: wait.revision,
                isOutside: wish.isOutside)
            try await store.settle(settlement)
            #expect(try await store.routeWishes(after: nil, limit: 10, at: Samples.time(claimed + 2)) == [wish])
        }
        #expect(try await store.wake(own, lane: "box", limit: 10, at: Samples.time(28_830)) == 0)
        #expect(try await store.wake(outside, lane: "box", limit: 10, at: Samples.time(28_830)) == 1)
    }

    @Sendable func othersAreNoWish() async throws {
        let store = try await make()
        try await SpoolContract.accept(try Samples.message("due"), into: store)
        try await SpoolContract.accept(try Samples.message("held", from: "bob@example.org"), into: store, held: "a person")
        #expect(try await store.routeWishes(after: nil, limit: 10, at: Samples.time(1)).isEmpty)
    }
}
