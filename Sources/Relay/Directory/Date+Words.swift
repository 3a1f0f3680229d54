package import struct FoundationEssentials.Date

/// Dates as people read them in explanations and tables: UTC, to the minute or the day.
extension Date {
    /// `2026-11-23`
    package var day: String {
        let (year, month, day) = civil
        return "\(year)-\(month.twoDigits)-\(day.twoDigits)"
    }

    /// `2026-11-23 14:05Z`
    package var minute: String {
        let second = secondOfDay
        return "\(day) \((second / 3600).twoDigits):\((second / 60 % 60).twoDigits)Z"
    }

    /// `2026-11-23T14:05:09Z` (RFC 3339)
    package var second: String {
        let second = secondOfDay
        return "\(day)T\((second / 3600).twoDigits):\((second / 60 % 60).twoDigits):\((second % 60).twoDigits)Z"
    }

    private var wholeSeconds: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }
    private var secondOfDay: Int { Int(((wholeSeconds % 86400) + 86400) % 86400) }

    /// The proleptic Gregorian date: days are counted from March 1st of year 0, so that the leap day ends a year.
    private var civil: (year: Int64, month: Int, day: Int) {
        let days = (wholeSeconds - Int64(secondOfDay)) / 86400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    }
}

extension Int {
    fileprivate var twoDigits: String { self < 10 ? "0\(self)" : String(self) }
}
