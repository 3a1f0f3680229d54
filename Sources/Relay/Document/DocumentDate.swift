package import struct FoundationEssentials.Date

/// Dates in a directory file (RFC 3339, UTC only): `2026-11-23`, `2026-11-23T14:05Z`, `2026-11-23T14:05:09Z`, with a fraction where one is needed.
package enum DocumentDate {
    /// What a date looks like, for errors.
    package static let form = "a date like 2026-11-23 or 2026-11-23T14:05:09Z (UTC)"

    package static func text(_ date: Date) -> String {
        let whole = date.timeIntervalSince1970.rounded(.down)
        let micros = Int(((date.timeIntervalSince1970 - whole) * 1_000_000).rounded())
        // What rounds up to the next second is written as that.
        guard micros > 0, micros < 1_000_000 else { return Date(timeIntervalSince1970: whole + (micros > 0 ? 1 : 0)).second }
        let digits = String(micros)
        var fraction = String(repeating: "0", count: 6 - digits.count) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return date.second.dropLast() + "." + fraction + "Z"
    }

    package static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard let day = day(bytes.prefix(10)) else { return nil }
        guard bytes.count > 10 else { return Date(timeIntervalSince1970: Double(day) * 86400) }
        guard [UInt8(ascii: "T"), UInt8(ascii: " ")].contains(bytes[10]), bytes.last == UInt8(ascii: "Z") else { return nil }
        let time = bytes[11..<(bytes.count - 1)].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard time.count <= 2, let clock = time.first, let second = second(clock) else { return nil }
        guard time.count == 2 else { return Date(timeIntervalSince1970: Double(day) * 86400 + second) }
        guard clock.count == 8, (1...9).contains(time[1].count), let fraction = number(time[1]) else { return nil }
        let scale = (0..<time[1].count).reduce(1.0) { scale, _ in scale * 10 }
        return Date(timeIntervalSince1970: Double(day) * 86400 + second + Double(fraction) / scale)
    }

    /// Days since 1970; nil for a day that no calendar has.
    private static func day(_ bytes: ArraySlice<UInt8>) -> Int? {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]), let month = number(parts[1]), let day = number(parts[2]),
            year >= 1970, (1...12).contains(month), day >= 1
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let leapDays = { (year: Int) in year / 4 - year / 100 + year / 400 }
        return (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969) + lengths[..<(month - 1)].reduce(0, +) + day - 1
    }

    private static func second(_ bytes: ArraySlice<UInt8>) -> Double? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts.allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = parts.compactMap(number)
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60, numbers.count == 2 || numbers[2] < 60 else { return nil }
        return Double(numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
