package import struct FoundationEssentials.Date

/// Somebody has seen a finding of the audit and lets it be for a time. A finding has its name from what is the matter, so that it comes back by itself when that becomes
/// something else, and when the time is over.
package struct Acknowledgement: Sendable, Hashable {
    package let at: Date
    package let until: Date
    package let by: String
    package let reason: String

    package init(at: Date, until: Date, by: String, reason: String) {
        self.at = at
        self.until = until
        self.by = by
        self.reason = reason
    }

    package func holds(at now: Date) -> Bool { now < until }
}
