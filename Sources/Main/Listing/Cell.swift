internal import FoundationEssentials
internal import Relay

/// One value of a listing, kept as what it is until the format is known.
enum Cell: Sendable, Hashable {
    case none
    case text(String)
    case number(Int)
    case flag(Bool)
    case date(Date)
    /// A date where what happened within a minute is told apart.
    case moment(Date)
    case list([String])
    /// Steps, one under the other where there is room.
    case lines([String])

    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    init(_ date: Date?) { self = date.map { .date($0) } ?? .none }

    /// For people.
    var words: String {
        switch self {
        case .none: ""
        case .text(let text): DisplayWidth.printable(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "yes" : "no"
        case .date(let date): date.minute
        case .moment(let date): date.second.replacing("T", with: " ")
        case .list(let texts): DisplayWidth.printable(texts.joined(separator: ", "))
        case .lines(let texts): DisplayWidth.printable(texts.joined(separator: "; "))
        }
    }

    /// Whether a line of it may end where a terminal's does; a number or a date that did would be misread.
    var isBreakable: Bool {
        switch self {
        case .text, .list, .lines: true
        case .none, .number, .flag, .date, .moment: false
        }
    }

    /// A field of CSV: exact, and lists in one.
    var csv: String {
        switch self {
        case .flag(let flag): String(flag)
        case .date(let date), .moment(let date): date.second
        case .text(let text): CSVText.field(text)
        case .list(let texts): CSVText.field(texts.joined(separator: ", "))
        case .lines: CSVText.field(words)
        case .none, .number: words
        }
    }

    /// For programs.
    var value: DocumentValue {
        switch self {
        case .none: .null
        case .text(let text): .text(text)
        case .number(let number): .number(Int64(number))
        case .flag(let flag): .flag(flag)
        case .date(let date), .moment(let date): .text(date.second)
        case .list(let texts), .lines(let texts): DocumentValue(texts)
        }
    }
}
