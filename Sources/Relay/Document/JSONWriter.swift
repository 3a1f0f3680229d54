/// Writes a document as JSON (RFC 8259), straight into octets: a decision is asked for tens of thousands of times a second.
package struct JSONWriter {
    package enum Layout: Sendable {
        /// Without a space too much, for programs. `<` is escaped as well: an answer may be shown by a browser that takes it for something else.
        case compact
        /// As compact, and nothing is escaped but what must be: for a store, where a text is compared with what was kept of it before.
        case stored
        /// On one line, with spaces, as in a listing.
        case spaced
        /// For people: a line for each value, indented by two.
        case indented
    }

    package private(set) var bytes: [UInt8] = []
    private let layout: Layout
    private var depth = 0

    package init(_ layout: Layout = .compact, capacity: Int = 512) {
        self.layout = layout
        bytes.reserveCapacity(capacity)
    }

    package static func bytes(_ value: DocumentValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    package static func text(_ value: DocumentValue, _ layout: Layout) -> String {
        var writer = JSONWriter(layout)
        writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package mutating func write(_ value: DocumentValue) {
        switch value {
        case .null: raw("null")
        case .text(let text): string(text)
        case .flag(let flag): raw(flag ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: String(number).utf8)
        case .decimal(let number): bytes.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
        case .list(let values):
            open("[")
            for (place, value) in values.enumerated() {
                separate(place)
                write(value)
            }
            close("]", isEmpty: values.isEmpty)
        case .map(let entries):
            open("{")
            for (place, entry) in entries.enumerated() {
                separate(place)
                string(entry.key)
                raw(layout == .compact || layout == .stored ? ":" : ": ")
                write(entry.value)
            }
            close("}", isEmpty: entries.isEmpty)
        }
    }

    private mutating func open(_ bracket: StaticString) {
        raw(bracket)
        depth += 1
    }

    private mutating func separate(_ place: Int) {
        if place > 0 { raw(layout == .spaced ? ", " : ",") }
        if layout == .indented { startLine() }
    }

    private mutating func close(_ bracket: StaticString, isEmpty: Bool) {
        depth -= 1
        if layout == .indented, !isEmpty { startLine() }
        raw(bracket)
    }

    private mutating func startLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// RFC 8259 section 7.
    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly always there is nothing to escape, and the octets are taken over in one piece.
        let isPlain = text.utf8.withContiguousStorageIfAvailable { octets in
            guard !octets.contains(where: { $0 >= 0x80 || isEscaped(Unicode.Scalar($0)) }) else { return false }
            bytes.append(contentsOf: octets)
            return true
        }
        if isPlain != true { for scalar in text.unicodeScalars { write(scalar) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Also what a terminal would obey (C1), what ends a line in JavaScript, and what turns the order of a line around.
    private func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x22, 0x5C: true
        case 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x206F: layout != .stored
        case 0x3C: layout == .compact
        default: false
        }
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        guard isEscaped(scalar) else { return bytes.append(contentsOf: scalar.utf8) }
        switch scalar {
        case "\"": raw("\\\"")
        case "\\": raw("\\\\")
        case "\n": raw("\\n")
        case "\r": raw("\\r")
        case "\t": raw("\\t")
        default:
            let digits = String(scalar.value, radix: 16)
            bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        }
    }
}
