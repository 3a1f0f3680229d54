package import struct FoundationEssentials.Date

/// When a message is tried again: doubling from a minute to four hours, with jitter so that a mailbox's backlog does not return in one second, for up to
/// five days (RFC 5321 section 4.5.4.1). Time without a route is nobody's failure and does not count, up to fourteen days in all. Then a person must look.
package struct RetrySchedule: Sendable, Hashable {
    package var first: Double
    package var longest: Double
    package var lifetime: Double
    /// Of a message that had no route for part of it.
    package var longestLife: Double

    package init(
        first: Double = 60, longest: Double = 4 * 3600, lifetime: Double = 5 * 86400, longestLife: Double = 14 * 86400
    ) {
        self.first = first
        self.longest = longest
        self.lifetime = lifetime
        self.longestLife = max(longestLife, lifetime)
    }

    /// `withoutRoute`: seconds that do not count.
    func end(acceptedAt: Date, withoutRoute: Double) -> Date {
        acceptedAt.addingTimeInterval(min(lifetime + withoutRoute, longestLife))
    }

    /// Without a route: the next look, should nothing be heard of. Everything that mends is heard of, so it need not be often. nil: given up.
    package func nextLook(acceptedAt: Date, at now: Date, comesBack: Date?, spread: Double) -> Date? {
        let end = acceptedAt.addingTimeInterval(longestLife)
        guard now < end else { return nil }
        let look = now.addingTimeInterval(longest * (0.8 + 0.4 * spread))
        // A moment behind, so that it is over by then, and not all in the same one.
        let back = comesBack.map { max($0, now).addingTimeInterval(1 + 9 * spread) }
        return min(look, back ?? look, end)
    }

    /// nil: given up. `spread` in 0..<1 is the jitter's draw; a provider's own wish for a later time is honoured, an earlier one is not.
    package func nextAttempt(
        after attempt: Int, acceptedAt: Date, withoutRoute: Double = 0, at now: Date, notBefore seconds: Double? = nil, spread: Double
    ) -> Date? {
        let end = end(acceptedAt: acceptedAt, withoutRoute: withoutRoute)
        guard now < end else { return nil }
        let doublings = Double(min(max(attempt, 1) - 1, 30))
        var step = first
        for _ in 0..<Int(doublings) where step < longest { step *= 2 }
        let wait = max(min(step, longest) * (0.8 + 0.4 * spread), seconds ?? 0)
        return min(now.addingTimeInterval(wait), end)
    }
}
