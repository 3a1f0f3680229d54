/// What is wrong with a text that should be JSON, and where.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package let problem: String
    /// Octets before it.
    package let offset: Int

    package init(problem: String, offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    package var description: String { "this is not JSON: \(problem) (at octet \(offset))" }
}

/// Reads JSON (RFC 8259), strictly: one value and nothing behind it, UTF-8, a bounded depth, no key twice. A library's decoder takes the last of two
/// equal keys and says nothing, and here a key decides whose mail it is.
package struct JSONReader {
    /// What we take has four levels or five; far below that is an attack on the stack.
    private static let deepest = 32

    /// Values in all: ten thousand things with some dozens of parts each. A value takes far more room than the two octets it can be written in.
    private static let mostValues = 500_000

    private let bytes: [UInt8]
    private var index = 0
    private var values = 0

    package static func value(_ bytes: [UInt8]) throws(JSONError) -> DocumentValue {
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.problem("something stands behind the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func problem(_ words: String) -> JSONError { JSONError(problem: words, offset: index) }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> DocumentValue {
        guard depth < Self.deepest else { throw problem("it is nested more than \(Self.deepest) levels deep") }
        values += 1
        guard values <= Self.mostValues else { throw problem("it has more than \(Self.mostValues) values") }
        switch next {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"): return try map(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some: return try number()
        case nil: throw problem("it ends too early")
        }
    }

    private mutating func word(_ word: StaticString, _ value: DocumentValue) throws(JSONError) -> DocumentValue {
        for place in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[place]) { throw problem("expected \(word)") }
        return value
    }

    private mutating func map(_ depth: Int) throws(JSONError) -> DocumentValue {
        index += 1
        var entries: [DocumentValue.Entry] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .map([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("expected a key") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("expected a colon") }
            skipSpace()
            entries.append(.init(key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw problem("expected a comma or the end of the object") }
            try refuseDoubles(entries)
            return .map(entries)
        }
    }

    /// Few entries are compared with each other, since that allocates nothing.
    private func refuseDoubles(_ entries: [DocumentValue.Entry]) throws(JSONError) {
        if entries.count <= 8 {
            for (place, entry) in entries.enumerated() where entries[..<place].contains(where: { $0.key == entry.key }) {
                throw problem("the key \"\(entry.key.prefix(60))\" stands there twice")
            }
            return
        }
        var seen: Set<String> = []
        for entry in entries where !seen.insert(entry.key).inserted {
            throw problem("the key \"\(entry.key.prefix(60))\" stands there twice")
        }
    }

    private mutating func list(_ depth: Int) throws(JSONError) -> DocumentValue {
        index += 1
        var values: [DocumentValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .list([]) }
        while true {
            skipSpace()
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw problem("expected a comma or the end of the list") }
            return .list(values)
        }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number() throws(JSONError) -> DocumentValue {
        let start = index
        _ = take(UInt8(ascii: "-"))
        guard let first = next, first.isDigit else { throw problem("expected a value") }
        index += 1
        if first != UInt8(ascii: "0") { skipDigits() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .number(number) }
        guard let number = Double(text), number.isFinite else { throw problem("the number \(text.prefix(30)) is too large") }
        return .decimal(number)
    }

    private mutating func digits() throws(JSONError) {
        guard let first = next, first.isDigit else { throw problem("expected a digit") }
        skipDigits()
    }

    private mutating func skipDigits() { while let byte = next, byte.isDigit { index += 1 } }
}

/// Strings.
extension JSONReader {
    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        // Nearly always: no escape.
        if next == UInt8(ascii: "\"") {
            defer { index += 1 }
            return try text(bytes[start..<index])
        }
        var decoded = Array(bytes[start..<index])
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(decoded[...])
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case ..<0x20: throw problem("a control character stands in a string; it is written with a backslash")
            default: decoded.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("a string is not UTF-8") }
        return text
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw problem("a string does not end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: Array(String(Character(try scalar())).utf8))
        default: throw problem("\\\(Character(Unicode.Scalar(byte))) is no escape")
        }
    }

    /// Two halves of a surrogate pair are one character; half of one is none.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw problem("half of a surrogate pair stands alone")
        }
        let second = try unit()
        guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw problem("half of a surrogate pair stands alone")
        }
        return scalar
    }

    private mutating func unit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("\\u wants four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
