internal import Synchronization
package import struct FoundationEssentials.Date

/// Keeps each account within what its provider allows: so many sends at once, so many a minute, so many recipients a day, and less for a while when the
/// provider asks for it. Whoever is over a limit waits, and nothing is ever disabled for it.
///
/// A class, because attempts of many messages wait here for one another; what they share is behind a lock that nobody holds while waiting, so that most pass
/// without a change of threads. Each account is a lane of its own, so none waits for another's.
package final class Pace: Sendable {
    /// Who wants to send.
    package struct Wish: Sendable {
        package let account: Account
        package let transport: Transport
        package let limits: ProviderLimits
        package let recipients: Int

        package init(account: Account, transport: Transport, limits: ProviderLimits, recipients: Int) {
            self.account = account
            self.transport = transport
            self.limits = limits
            self.recipients = recipients
        }
    }

    /// Whether it is a message's turn.
    package enum Turn: Sendable, Hashable {
        /// Go; say `leave` when it is over.
        case go
        /// Not before then: let go of the message.
        case later(until: Date, why: String)
    }

    /// Seconds that an attempt waits with its message in hand; for longer the message goes back, so that others can have its place.
    static let patience: Double = 15
    /// Seconds that a provider's wish for less is kept to.
    static let slowTime: Double = 600
    /// Seconds until a used-up day is looked at again: an hour of it leaves the sum at a time.
    private static let dayInterval: Double = 900
    /// No lane is closed for longer.
    static let longestClosing: Double = dayInterval
    /// Of accounts whose limits are not known: as many as a careful client of any server.
    static let usualConnections = 4
    /// Messages of a lane in hand, for each one that can be under way: the next is there when one ends.
    private static let handful = 2

    private struct State {
        var lanes: [Account: Lane] = [:]
        var days: [Account: DayCount] = [:]
        var isStopping = false
    }

    private struct DayCount {
        var recipients: Int
        let asOf: Date
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Date
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let usage: @Sendable (_ account: Account, _ since: Date) async throws(StoreFailure) -> Usage

    package init(
        now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (_ seconds: Double) async -> Void,
        usage: @escaping @Sendable (_ account: Account, _ since: Date) async throws(StoreFailure) -> Usage
    ) {
        self.now = now
        self.wait = wait
        self.usage = usage
    }

    package func enter(_ wish: Wish) async -> Turn {
        if let refusal = await dayIsOver(wish) { return refusal }
        switch await place(wish) {
        case .open: break
        case .closed(let until): return .later(until: until, why: "the limits of \(wish.account.login)")
        case .stopping: return .later(until: now().addingTimeInterval(1), why: "the service is stopping")
        }
        switch state.withLock({ $0.lanes[wish.account]?.takeSlot(wish, at: now()) }) ?? .now {
        case .now: break
        case .soon(let seconds): await wait(seconds)
        case .late(let until):
            state.withLock { $0.lanes[wish.account]?.close(until: until) }
            leave(wish, asksForLess: false)
            return .later(
                until: until, why: "\(wish.limits.messagesPerMinute ?? 0) messages a minute are what \(wish.account.login) may send")
        }
        return .go
    }

    /// `asksForLess`: the provider said that it is too much at once.
    package func leave(_ wish: Wish, asksForLess: Bool) {
        let now = now()
        state.withLock { state in
            if asksForLess { state.lanes[wish.account]?.slow(wish.transport, until: now.addingTimeInterval(Self.slowTime)) }
            state.lanes[wish.account]?.underWay[wish.transport, default: 1] -= 1
            state.lanes[wish.account]?.admitNext(wish.transport, at: now)
            if state.lanes[wish.account]?.isForgettable(at: now) == true { state.lanes[wish.account] = nil }
        }
    }

    /// So many recipients were reached: they count until the store is asked again.
    package func count(_ usages: [Usage]) {
        state.withLock { state in for usage in usages { state.days[usage.account]?.recipients += usage.recipients } }
    }

    /// What may be claimed of each lane, when so much of it is in hand.
    package func rooms(inHand: [Account?: Int]) -> LaneRooms {
        let now = now()
        let lanes = state.withLock { $0.lanes }
        var rooms = LaneRooms(other: Self.usualConnections * Self.handful)
        for account in Set(lanes.keys.map(Optional.some)).union(inHand.keys) {
            let lane = account.flatMap { lanes[$0] }
            if lane?.closed(at: now) != nil {
                rooms.known[account] = 0
            } else {
                let capacity = (lane?.capacity(at: now) ?? Self.usualConnections) * Self.handful
                rooms.known[account] = max(0, capacity - inHand[account, default: 0])
            }
        }
        return rooms
    }

    /// Nobody waits for a place of this account.
    package func isEmpty(_ account: Account) -> Bool {
        state.withLock { $0.lanes[account]?.queue.values.allSatisfy(\.isEmpty) ?? true }
    }

    /// One more of this account could go at once, where so many are in hand.
    package func hasPlace(_ account: Account, inHand: Int) -> Bool {
        let now = now()
        return state.withLock { state in
            guard !state.isStopping, let lane = state.lanes[account] else { return !state.isStopping && inHand < Self.usualConnections }
            return lane.closed(at: now) == nil && inHand < lane.capacity(at: now) && lane.hasSlot(at: now)
        }
    }

    /// Everyone who waits for a place is sent away.
    package func stop() {
        state.withLock { state in
            state.isStopping = true
            for account in state.lanes.keys { state.lanes[account]?.dismissAll() }
        }
    }

    private enum Place {
        case open, stopping
        case closed(until: Date)
    }

    /// Waits for a place among those under way.
    private func place(_ wish: Wish) async -> Place {
        let now = now()
        let place = state.withLock { state -> Place? in
            state.lanes[wish.account, default: Lane()].learn(wish)
            if let until = state.lanes[wish.account]?.closed(at: now) { return .closed(until: until) }
            if state.isStopping { return .stopping }
            return state.lanes[wish.account]?.takePlace(wish.transport, at: now) == true ? .open : nil
        }
        if let place { return place }
        let isOpen = await withCheckedContinuation { waiting in
            // The last of its lane may have left meanwhile.
            let isOpen = state.withLock { state -> Bool? in
                if state.isStopping { return false }
                state.lanes[wish.account, default: Lane()].learn(wish)
                if state.lanes[wish.account]?.takePlace(wish.transport, at: now) == true { return true }
                state.lanes[wish.account]?.queue[wish.transport, default: []].append(waiting)
                return nil
            }
            if let isOpen { waiting.resume(returning: isOpen) }
        }
        return isOpen ? .open : .stopping
    }

    /// A rolling day, by whole hours: a limit is rather kept too early than broken.
    private func dayIsOver(_ wish: Wish) async -> Turn? {
        guard let limit = wish.limits.recipientsPerDay, let sum = await recipientsOfDay(wish.account), sum + wish.recipients > limit,
            sum > 0
        else { return nil }
        let until = now().addingTimeInterval(Self.dayInterval)
        state.withLock { $0.lanes[wish.account, default: Lane()].close(until: until) }
        return .later(until: until, why: "\(wish.account.login) has reached \(sum) of \(limit) recipients a day")
    }

    /// What an account, or a tenant, has reached in the last 24 hours. nil: the store could not be read, which is no reason to hold mail.
    func recipientsOfDay(_ account: Account) async -> Int? {
        let at = now()
        if let day = state.withLock({ $0.days[account] }), at.timeIntervalSince(day.asOf).magnitude < 300 { return day.recipients }
        do throws(StoreFailure) {
            let sum = try await usage(account, at.addingTimeInterval(-86_400)).recipients
            state.withLock { $0.days[account] = DayCount(recipients: sum, asOf: at) }
            return sum
        } catch { return nil }
    }
}
