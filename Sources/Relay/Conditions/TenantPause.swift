package import Mail
package import struct FoundationEssentials.Date

/// A tenant has written to as many recipients outside as its provider lets it for now. Mail to those waits or goes through another tenant; mail within goes on, and no
/// message is ever given up for it (Exchange Online: 5.7.232, 5.7.233, 5.7.236; domain.md 2.8 and 7.1).
package struct TenantPause: Sendable, Hashable {
    /// When it began; what is tried in vain when it should be over makes it longer, and it no other one.
    package let since: Date
    package let until: Date
    /// What the provider answered; empty: nothing, it is our own count of what it allows.
    package let code: String
    /// How often in a row mail to the outside was refused.
    package let times: Int
    /// Domains that were entered as the tenant's own, to which the provider counts mail all the same: they are outside as long as this lasts.
    package let counted: Set<Domain>

    package init(since: Date, until: Date, code: String, times: Int = 1, counted: Set<Domain> = []) {
        self.since = since
        self.until = until
        self.code = code
        self.times = times
        self.counted = counted
    }

    /// Seconds until the outside is tried again: the provider's window of a day moves a little all the time, and each try is one message.
    private static let shortest = 900.0
    private static let longest = 3600.0

    package func holds(at now: Date) -> Bool { now < until }

    /// After `known`, which may be over: as long again and twice that, up to an hour. Messages that were under way when it began change nothing but what is counted.
    package init(after known: TenantPause?, code: String, counted: Set<Domain> = [], at now: Date) {
        let counted = counted.union(known?.counted ?? [])
        if let known, known.holds(at: now) {
            self.init(since: known.since, until: known.until, code: code.isEmpty ? known.code : code, times: known.times, counted: counted)
            return
        }
        let times = (known?.times ?? 0) + 1
        var wait = Self.shortest
        for _ in 1..<times where wait < Self.longest { wait *= 2 }
        self.init(
            since: known?.since ?? now, until: now.addingTimeInterval(min(wait, Self.longest)), code: code, times: times, counted: counted)
    }

    /// Why, in words without a full stop.
    package var words: String {
        code.isEmpty ? "it has reached what its licences allow in a day" : "the provider takes no more of it for now (\(code))"
    }
}
