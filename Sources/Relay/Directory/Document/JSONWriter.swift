/// Writes a document as JSON without a space too much, straight into octets: a decision is asked for tens of thousands of times a second.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    package static func bytes(_ value: DocumentValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    package mutating func write(_ value: DocumentValue) {
        switch value {
        case .null: raw("null")
        case .text(let text): string(text)
        case .flag(let flag): raw(flag ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: String(number).utf8)
        case .decimal(let number): bytes.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (place, value) in values.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                write(value)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let entries):
            bytes.append(UInt8(ascii: "{"))
            for (place, entry) in entries.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                string(entry.key)
                bytes.append(UInt8(ascii: ":"))
                write(entry.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// RFC 8259 section 7. `<` is escaped as well: an answer may be shown by a browser that takes it for something else.
    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly always there is nothing to escape, and the octets are taken over in one piece.
        let isPlain = text.utf8.withContiguousStorageIfAvailable { octets in
            guard !octets.contains(where: Self.isEscaped) else { return false }
            bytes.append(contentsOf: octets)
            return true
        }
        if isPlain != true { for byte in text.utf8 { octet(byte) } }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "<")
    }

    private mutating func octet(_ byte: UInt8) {
        guard Self.isEscaped(byte) else { return bytes.append(byte) }
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return escape(byte) }
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
    }

    private mutating func escape(_ byte: UInt8) {
        raw("\\u00")
        for digit in [byte >> 4, byte & 15] {
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
