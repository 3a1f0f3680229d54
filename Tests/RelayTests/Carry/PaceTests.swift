import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Each account within its limits, and none that waits for another's.
@Suite(.timeLimit(.minutes(20)))
struct PaceTests {
    private let clock = FakeClock()

    private func pace(used: Int = 0) -> Pace {
        let clock = clock
        return Pace(
            now: { clock.now }, wait: { clock.advance(by: $0) },
            usage: { account, _ throws(StoreFailure) in Usage(of: account, messages: used, recipients: used) })
    }

    private func wish(
        _ account: Account = "ann", _ transport: Transport = .smtp, recipients: Int = 1,
        _ change: (inout ProviderLimits) -> Void = { _ in }
    ) -> Pace.Wish {
        var limits = ProviderLimits()
        change(&limits)
        return Pace.Wish(account: account, transport: transport, limits: limits, recipients: recipients)
    }

    @Test func noMoreAtOnceThanConnections() async {
        let pace = pace()
        let wish = wish { $0.connections = 3 }
        for _ in 0..<3 { #expect(await pace.enter(wish) == .go) }
        async let fourth = pace.enter(wish)
        // Somebody else is not kept waiting by it.
        #expect(await pace.enter(self.wish("bob") { $0.connections = 1 }) == .go)
        pace.leave(wish, asksForLess: false)
        #expect(await fourth == .go)
    }

    /// Whatever minute is looked at, it has no more than the limit.
    @Test(arguments: [1, 6, 30, 100]) func noMinuteHasMoreThanItsLimit(_ limit: Int) async {
        let pace = pace()
        let wish = wish {
            $0.messagesPerMinute = limit
            $0.connections = 1000
        }
        var sent: [Date] = []
        for _ in 0..<(limit * 4) {
            while case .later(let until, _) = await pace.enter(wish) { clock.advance(by: max(until.timeIntervalSince(clock.now), 0.001)) }
            sent.append(clock.now)
            pace.leave(wish, asksForLess: false)
        }
        for (index, first) in sent.enumerated() {
            let minute = sent[index...].prefix { $0.timeIntervalSince(first) < 60 }.count
            #expect(minute <= limit, "\(minute) from \(index) on")
        }
        // And it is used: four minutes' worth take no longer than six.
        #expect(clock.now.timeIntervalSince(sent[0]) <= 6 * 60)
    }

    @Test func usedUpDayWaitsAndClosesTheLane() async {
        let pace = pace(used: 9_999)
        let wish = wish(recipients: 2) { $0.recipientsPerDay = 10_000 }
        guard case .later(let until, let why) = await pace.enter(wish) else { return #expect(Bool(false)) }
        #expect(until == clock.now.addingTimeInterval(900))
        #expect(why.contains("9999 of 10000"))
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 0)
        #expect(pace.rooms(inHand: [:]).room(in: "bob") > 0)
    }

    /// One message with more recipients than a day has would wait for ever: it goes when nothing else has gone.
    @Test func aSingleTooLargeMessageIsNotHeldForEver() async {
        #expect(await pace().enter(wish(recipients: 20) { $0.recipientsPerDay = 10 }) == .go)
    }

    @Test func providerThatWantsLessGetsLess() async {
        let pace = pace()
        let wish = wish { $0.connections = 4 }
        for _ in 0..<4 { #expect(await pace.enter(wish) == .go) }
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 8)
        pace.leave(wish, asksForLess: true)
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 4, "two at once, each with one that follows")
        clock.advance(by: 601)
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 8)
    }

    /// A house that moves has its logins at both providers: neither one's limits are the other's.
    @Test func theSameLoginAtAnotherProviderIsAnotherLane() async {
        let moved = Account(provider: ProviderID(trusted: "new"), login: "ann")
        let old = wish {
            $0.connections = 4
            $0.recipientsPerDay = 10
        }
        let new = wish(moved) {
            $0.connections = 4
            $0.recipientsPerDay = 10
        }
        let pace = pace()
        for wish in [old, old, new, new] { #expect(await pace.enter(wish) == .go) }
        pace.leave(old, asksForLess: true)
        #expect(pace.rooms(inHand: ["ann": 1]).room(in: "ann") == 1, "one at a time, and the next in hand")
        #expect(pace.rooms(inHand: ["ann": 1]).room(in: moved) == 8)
        pace.count([Usage(of: "ann", messages: 1, recipients: 10)])
        guard case .later = await pace.enter(old) else { return #expect(Bool(false), "its day is over") }
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 0)
        #expect(await pace.enter(new) == .go)
    }

    /// A wrong clock is put right, by an hour: nobody waits for that hour.
    @Test func clockSetBackClosesNoLane() async {
        let pace = pace(used: 10)
        let wish = wish {
            $0.messagesPerMinute = 3
            $0.connections = 4
        }
        #expect(await pace.enter(wish) == .go)
        pace.leave(wish, asksForLess: true)
        guard case .later = await pace.enter(wish) else { return #expect(Bool(false), "half a minute is too long to wait in hand") }
        guard case .later = await pace.enter(self.wish("bob") { $0.recipientsPerDay = 10 }) else { return #expect(Bool(false)) }
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 0)
        clock.advance(by: -3600)
        #expect(pace.rooms(inHand: [:]).room(in: "ann") == 8, "neither closed nor slowed")
        #expect(pace.rooms(inHand: [:]).room(in: "bob") > 0)
        let before = clock.now
        #expect(await pace.enter(wish) == .go)
        #expect(clock.now.timeIntervalSince(before) < 60)
    }

    @Test func stopSendsAwayWhoWaits() async {
        let pace = pace()
        let wish = wish { $0.connections = 1 }
        #expect(await pace.enter(wish) == .go)
        async let second = pace.enter(wish)
        while pace.isEmpty("ann") { await Task.yield() }
        pace.stop()
        guard case .later = await second else { return #expect(Bool(false)) }
        guard case .later = await pace.enter(wish) else { return #expect(Bool(false), "and nobody comes in any more") }
    }

    @Test func transportsHavePlacesOfTheirOwn() async {
        let pace = pace()
        let limits: (inout ProviderLimits) -> Void = {
            $0.connections = 1
            $0.requestsAtOnce = 1
        }
        #expect(await pace.enter(wish("ann", .smtp, limits)) == .go)
        #expect(await pace.enter(wish("ann", .graph, limits)) == .go)
    }
}
