internal import struct FoundationEssentials.Date

/// The Retry-After field (RFC 9110 section 10.2.3): seconds, or a date in the one form that servers still send (IMF-fixdate). The two
/// obsolete forms count as no hint, as does everything else.
enum RetryAfter {
    /// A provider may ask for a pause, not put a grant to sleep for a year.
    static let longest = 86_400.0

    static func seconds(_ value: String?, now: Date) -> Double? {
        guard let value, !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return Double(value).map { min($0, longest) } }
        return moment(value).map { min(max(0, $0 - now.timeIntervalSince1970), longest) }
    }

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`. The name of the day is not compared with the date: a wrong one changes
    /// nothing.
    private static func moment(_ text: String) -> Double? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[5] == "GMT" else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let day = number(parts[1], digits: 2, in: 1...31), let month = months.firstIndex(of: parts[2]),
            let year = number(parts[3], digits: 4, in: 1970...9999), let hour = number(clock[0], digits: 2, in: 0...23),
            let minute = number(clock[1], digits: 2, in: 0...59), let second = number(clock[2], digits: 2, in: 0...60)
        else { return nil }
        return Double(((days(year, month + 1, day) * 24 + hour) * 60 + minute) * 60 + second)
    }

    private static let months: [Substring] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: Substring, digits: Int, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else { return nil }
        return range.contains(value) ? value : nil
    }

    /// Days since 1970-01-01. The year begins in March here, so that the leap day is its last and months need no table.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let sinceMarch = (month + 9) % 12
        let dayOfYear = (153 * sinceMarch + 2) / 5 + day - 1
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
