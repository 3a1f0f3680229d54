internal import FoundationEssentials

/// The Retry-After field (RFC 9110 section 10.2.3): seconds, or a date in the form that every server sends today. The two obsolete forms of
/// dates count as no hint.
enum RetryAfter {
    /// A provider may ask for a pause, not put a grant to sleep for a year.
    static let longest = 86_400.0

    static func seconds(_ value: String?, now: Date) -> Double? {
        guard let value, !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return Double(value).map { min($0, longest) } }
        // Why it is no date does not matter: it is no hint then.
        guard let date = try? Date(value, strategy: .http) else { return nil }
        return min(max(0, date.timeIntervalSince(now)), longest)
    }
}
