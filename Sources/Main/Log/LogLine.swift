internal import FoundationEssentials
internal import Logging
internal import Mail
internal import Relay

/// How lines of the log look.
enum LogFormat: String, Sendable, CaseIterable {
    /// For people: the time, the level, the words, `key=value`.
    case text
    /// For programs: an object a line, with `time`, `level`, `event` and the keys of `LogKey`.
    case json
}

/// One line of the log. What clients and servers wrote is in it, so nothing that ends a line, moves a cursor or turns the order of letters around leaves it as it came.
struct LogLine: Sendable {
    let time: Date
    let level: Logger.Level
    let event: String
    var facts: Logger.Metadata = [:]

    /// Characters of one fact: a server may say a megabyte.
    private static let longest = 1_000

    func written(as format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private var text: String {
        var line = "\(stamp) \(level.rawValue) \(Self.visible(event))"
        for (key, value) in ordered {
            let plain = Self.visible(Self.plain(value))
            let isWord = !plain.isEmpty && !plain.utf8.contains { $0 == 0x20 || $0 == 0x22 || $0 == 0x3D }
            line += " \(Self.visible(key))=" + (isWord ? plain : "\"" + plain.replacing("\"", with: "\\\"") + "\"")
        }
        return line
    }

    private var json: String {
        let opening = [("time", stamp), ("level", level.rawValue), ("event", Self.shortened(event))]
        let entries = opening.map { DocumentValue.Entry($0, .text($1)) } + ordered.map { DocumentValue.Entry($0, Self.document($1)) }
        return JSONWriter.text(.map(entries), .compact)
    }

    /// To the millisecond, always as many digits: lines sort as text.
    private var stamp: String {
        let seconds = time.timeIntervalSince1970
        let whole = seconds.rounded(.down)
        let digits = String(min(999, Int((seconds - whole) * 1000)))
        return time.second.dropLast() + "." + String(repeating: "0", count: 3 - digits.count) + digits + "Z"
    }

    /// Ours in their order, then those of libraries by name. None of theirs takes the place of what every line has.
    private var ordered: [(key: String, value: Logger.MetadataValue)] {
        let known = LogKey.allCases.compactMap { key in facts[key.rawValue].map { (key.rawValue, $0) } }
        let others = facts.keys.filter { LogKey(rawValue: $0) == nil && !["time", "level", "event"].contains($0) }.sorted()
        return known + others.compactMap { key in facts[key].map { (key, $0) } }
    }

    private static func plain(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let values): values.map(plain).joined(separator: ", ")
        case .dictionary(let values): values.sorted { $0.key < $1.key }.map { "\($0.key): \(plain($0.value))" }.joined(separator: ", ")
        }
    }

    private static func document(_ value: Logger.MetadataValue) -> DocumentValue {
        switch value {
        case .string(let text): .text(shortened(text))
        case .stringConvertible(let number as Int): .number(Int64(number))
        case .stringConvertible(let value): .text(shortened(value.description))
        case .array(let values): .list(values.map(document))
        case .dictionary(let values): .map(values.sorted { $0.key < $1.key }.map { .init($0.key, document($0.value)) })
        }
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count > longest && text.count > longest ? text.prefix(longest) + "…" : text
    }

    private static func visible(_ text: String) -> String {
        // Nearly all there is to say, and a message says it twenty times.
        if text.utf8.count <= longest, text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { return text }
        var line = ""
        for scalar in shortened(text).unicodeScalars {
            if ForbiddenScalar.contains(scalar) {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
