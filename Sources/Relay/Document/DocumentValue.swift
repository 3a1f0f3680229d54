/// What YAML and JSON have in common, with the order of keys kept: the form in which a directory file is read and written.
/// It knows nothing of either syntax; a decoder (Yams, JSON) makes it, and `DirectoryDocument` gives it meaning.
package enum DocumentValue: Sendable, Hashable {
    case null
    /// Every YAML scalar arrives as text, just as it was written: `007` stays an id, and `on` is not yet a truth value.
    case text(String)
    case flag(Bool)
    case number(Int64)
    case decimal(Double)
    case list([DocumentValue])
    case map([Entry])

    package struct Entry: Sendable, Hashable {
        package let key: String
        package var value: DocumentValue

        package init(_ key: String, _ value: DocumentValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value at a key of a map; nil where there is none, or no map.
    package subscript(key: String) -> DocumentValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// For errors: what stands here, in a word or two.
    var words: String {
        switch self {
        case .null: "nothing"
        case .text(let text): text.utf8.count <= 60 ? "\"\(text)\"" : "\"\(text.prefix(50))…\""
        case .flag(let flag): String(flag)
        case .number(let number): String(number)
        case .decimal(let number): String(number)
        case .list: "a list"
        case .map: "a map"
        }
    }
}

extension DocumentValue: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { self.stringValue = String(intValue) }
    }

    /// A directory is four levels deep; far below that is an attack on the stack.
    private static let deepest = 32

    package init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= Self.deepest else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the file is nested more than \(Self.deepest) levels deep"))
        }
        // A decoder says only by failing that something is of another kind, so a failure here is an answer and no error.
        if let map = try? decoder.container(keyedBy: Name.self) {
            self = .map(try map.allKeys.map { Entry($0.stringValue, try map.decode(DocumentValue.self, forKey: $0)) })
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [DocumentValue] = []
            while !list.isAtEnd { values.append(try list.decode(DocumentValue.self)) }
            self = .list(values)
        } else {
            self = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> DocumentValue {
        if container.decodeNil() { return .null }
        if let text = try? container.decode(String.self) { return .text(text) }
        if let flag = try? container.decode(Bool.self) { return .flag(flag) }
        if let number = try? container.decode(Int64.self) { return .number(number) }
        return .decimal(try container.decode(Double.self))
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .list(let values):
            var list = encoder.unkeyedContainer()
            for value in values { try list.encode(value) }
        case .map(let entries):
            var map = encoder.container(keyedBy: Name.self)
            for entry in entries { try map.encode(entry.value, forKey: Name(stringValue: entry.key)) }
        case .null:
            var single = encoder.singleValueContainer()
            try single.encodeNil()
        case .text(let text):
            var single = encoder.singleValueContainer()
            try single.encode(text)
        case .flag(let flag):
            var single = encoder.singleValueContainer()
            try single.encode(flag)
        case .number(let number):
            var single = encoder.singleValueContainer()
            try single.encode(number)
        case .decimal(let number):
            var single = encoder.singleValueContainer()
            try single.encode(number)
        }
    }
}
