package import struct FoundationEssentials.Date

/// When a message is tried again: doubling from a minute to four hours, with jitter so that a mailbox's backlog does not return in one second, for up to
/// five days (RFC 5321 section 4.5.4.1). Then a person must look.
package struct RetrySchedule: Sendable, Hashable {
    package var first: Double
    package var longest: Double
    package var lifetime: Double

    package init(first: Double = 60, longest: Double = 4 * 3600, lifetime: Double = 5 * 86400) {
        self.first = first
        self.longest = longest
        self.lifetime = lifetime
    }

    /// nil: given up. `spread` in 0..<1 is the jitter's draw; a provider's own wish for a later time is honoured, an earlier one is not.
    package func nextAttempt(
        after attempt: Int, acceptedAt: Date, at now: Date, notBefore seconds: Double? = nil, spread: Double
    ) -> Date? {
        guard now.timeIntervalSince(acceptedAt) < lifetime else { return nil }
        let doublings = Double(min(max(attempt, 1) - 1, 30))
        var step = first
        for _ in 0..<Int(doublings) where step < longest { step *= 2 }
        let wait = max(min(step, longest) * (0.8 + 0.4 * spread), seconds ?? 0)
        return min(now.addingTimeInterval(wait), max(acceptedAt.addingTimeInterval(lifetime), now))
    }
}
