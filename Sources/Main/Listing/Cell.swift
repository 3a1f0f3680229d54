internal import FoundationEssentials
internal import Relay

/// One value of a listing, kept as what it is until the format is known.
enum Cell: Sendable, Hashable {
    case none
    case text(String)
    case number(Int)
    case flag(Bool)
    case date(Date)
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
        case .list(let texts): DisplayWidth.printable(texts.joined(separator: ", "))
        case .lines(let texts): DisplayWidth.printable(texts.joined(separator: "; "))
        }
    }

    /// For CSV: exact, and lists in one field.
    var csv: String {
        switch self {
        case .flag(let flag): String(flag)
        case .date(let date): date.second
        case .text(let text): text
        case .list(let texts): texts.joined(separator: ", ")
        case .none, .number, .lines: words
        }
    }

    var json: String {
        switch self {
        case .none: "null"
        case .text(let text): JSONText.string(text)
        case .number(let number): String(number)
        case .flag(let flag): String(flag)
        case .date(let date): JSONText.string(date.second)
        case .list(let texts), .lines(let texts): "[" + texts.map(JSONText.string).joined(separator: ", ") + "]"
        }
    }
}

/// A column of a listing: its key is the JSON name and the CSV header, and in capitals the table's.
struct Column: Sendable, Hashable {
    enum Alignment: Sendable, Hashable { case left, right }

    let key: String
    let alignment: Alignment

    init(_ key: String, _ alignment: Alignment = .left) {
        self.key = key
        self.alignment = alignment
    }

    var title: String { key.uppercased().replacing("_", with: " ") }
}
