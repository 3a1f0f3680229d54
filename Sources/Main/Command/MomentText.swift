internal import FoundationEssentials

/// Reads the dates that `Date.day`, `.minute` and `.second` write (RFC 3339, UTC only: an audit has no use for local time).
enum MomentText {
    static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard let day = day(bytes.prefix(10)) else { return nil }
        guard bytes.count > 10 else { return Date(timeIntervalSince1970: Double(day) * 86400) }
        guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes.last == UInt8(ascii: "Z") else { return nil }
        guard let second = time(bytes[11..<(bytes.count - 1)]) else { return nil }
        return Date(timeIntervalSince1970: Double(day) * 86400 + Double(second))
    }

    /// Days since 1970; nil for a day that no calendar has.
    private static func day(_ bytes: ArraySlice<UInt8>) -> Int? {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2], let year = number(parts[0]), let month = number(parts[1]),
            let day = number(parts[2]), year >= 1970, (1...12).contains(month), day >= 1
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let leapDays = { (year: Int) in year / 4 - year / 100 + year / 400 }
        let before = (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969)
        return before + lengths[..<(month - 1)].reduce(0, +) + day - 1
    }

    private static func time(_ bytes: ArraySlice<UInt8>) -> Int? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = parts.compactMap(number)
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60, numbers.count == 2 || numbers[2] < 60 else { return nil }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self))
    }
}
