internal import struct FoundationEssentials.Date

/// What one account has under way, and when it may begin the next.
struct Lane {
    enum Slot: Equatable {
        case now
        case soon(seconds: Double)
        case late(until: Date)
    }

    var underWay: [Transport: Int] = [:]
    var queue: [Transport: [CheckedContinuation<Bool, Never>]] = [:]
    /// Nothing of it is claimed before then.
    private var closedUntil: Date?
    private var most: [Transport: Int] = [:]
    private var slowed: [Transport: (most: Int, until: Date)] = [:]
    /// When the next message would be due if all were sent evenly (the generic cell rate algorithm's theoretical arrival time).
    private var evenly = Date(timeIntervalSince1970: 0)

    /// Seconds that a message can be due ahead, at most: one waits for `Pace.patience` and has the minute's interval behind it. What is further ahead was
    /// written down before the clock was set back, and says nothing any more.
    private static let furthest: Double = 60 + Pace.patience

    mutating func close(until: Date) { closedUntil = until }

    /// nil: it is open.
    func closed(at now: Date) -> Date? { closedUntil.flatMap { Self.isAhead($0, of: now, by: Pace.longestClosing) ? $0 : nil } }

    private static func isAhead(_ time: Date, of now: Date, by most: Double) -> Bool { now < time && time.timeIntervalSince(now) <= most }

    /// Limits are the provider's data, which people change.
    mutating func learn(_ wish: Pace.Wish) {
        let limit = wish.transport == .smtp ? wish.limits.connections : wish.limits.requestsAtOnce
        most[wish.transport] = max(1, limit ?? Pace.usualConnections)
    }

    mutating func takePlace(_ transport: Transport, at now: Date) -> Bool {
        guard underWay[transport, default: 0] < places(transport, at: now), queue[transport, default: []].isEmpty else { return false }
        underWay[transport, default: 0] += 1
        return true
    }

    /// First come, first served.
    mutating func admitNext(_ transport: Transport, at now: Date) {
        while underWay[transport, default: 0] < places(transport, at: now), let first = queue[transport]?.first {
            queue[transport]?.removeFirst()
            underWay[transport, default: 0] += 1
            first.resume(returning: true)
        }
    }

    mutating func dismissAll() {
        for waiting in queue.values.joined() { waiting.resume(returning: false) }
        queue = [:]
    }

    /// A burst of a sixth, and the rest spread over the minute, so that no minute, wherever it begins, sees more than the limit.
    mutating func takeSlot(_ wish: Pace.Wish, at now: Date) -> Slot {
        guard let limit = wish.limits.messagesPerMinute, limit > 0 else { return .now }
        let burst = max(1, limit / 6)
        let interval = 60 / Double(max(1, limit - burst))
        let due = Self.isAhead(evenly, of: now, by: Self.furthest) ? evenly : now
        let wait = due.timeIntervalSince(now) - Double(burst - 1) * interval
        guard wait <= Pace.patience else { return .late(until: now.addingTimeInterval(wait)) }
        evenly = due.addingTimeInterval(interval)
        return wait <= 0 ? .now : .soon(seconds: wait)
    }

    /// The next one would not have to wait for its slot.
    func hasSlot(at now: Date) -> Bool { !Self.isAhead(evenly, of: now, by: Self.furthest) }

    /// Half as many, and again half if that was too much still.
    mutating func slow(_ transport: Transport, until: Date) {
        slowed[transport] = (max(1, min(underWay[transport, default: 1], slowed[transport]?.most ?? .max) / 2), until)
    }

    func capacity(at now: Date) -> Int { max(1, most.keys.map { places($0, at: now) }.reduce(0, +)) }

    func isForgettable(at now: Date) -> Bool {
        underWay.values.allSatisfy { $0 <= 0 } && queue.values.allSatisfy(\.isEmpty) && closed(at: now) == nil
            && !Self.isAhead(evenly, of: now, by: Self.furthest)
            && slowed.values.allSatisfy { !Self.isAhead($0.until, of: now, by: Pace.slowTime) }
    }

    private func places(_ transport: Transport, at now: Date) -> Int {
        let most = most[transport] ?? 1
        guard let slowed = slowed[transport], Self.isAhead(slowed.until, of: now, by: Pace.slowTime) else { return most }
        return min(most, slowed.most)
    }
}
