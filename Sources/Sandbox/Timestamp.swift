/// A moment, in seconds since 1970, as the providers write it. Computed here because Foundation's formatters read the machine's locale and zone.
struct Timestamp: Sendable, Hashable {
    private let year, month, day, hour, minute, second, weekday: Int

    init(_ seconds: Double) {
        let whole = Int(seconds.rounded(.down))
        let days = Int((Double(whole) / 86_400).rounded(.down))
        let rest = whole - days * 86_400
        (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60)
        weekday = ((days + 4) % 7 + 7) % 7  // 1970-01-01 was a Thursday
        // Civil date from a day count: eras of 400 years, a year that begins in March so that the leap day comes last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `Tue, 1 Sep 2026 10:00:00 +0000`, as in Exchange's greeting.
    var mail: String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[weekday]), \(day) \(months[month - 1]) \(year) \(clock) +0000"
    }

    /// `2026-09-01 10:00:00Z`, as in Entra's errors.
    var entra: String { "\(year)-\(Self.two(month))-\(Self.two(day)) \(clock)Z" }

    /// `2026-09-01T10:00:00.000Z`, as in Exchange's bracketed server note.
    var exchange: String { "\(year)-\(Self.two(month))-\(Self.two(day))T\(clock).000Z" }

    private var clock: String { "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))" }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
