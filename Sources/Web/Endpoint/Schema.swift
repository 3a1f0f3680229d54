package import Relay

/// The shape of a value in a request or an answer, as JSON Schema says it (OpenAPI 3.1, which takes draft 2020-12).
package indirect enum Schema: Sendable {
    /// `format` and `pattern` as JSON Schema has them.
    case text(format: String? = nil, pattern: String? = nil, shortest: Int? = nil, longest: Int? = nil)
    case choice([String])
    case number(ClosedRange<Int64>? = nil)
    case flag
    case list(of: Schema, shortest: Int? = nil, longest: Int? = nil)
    case object([Field], isOpen: Bool = false)
    /// Keys of any name.
    case map(of: Schema)
    /// One of the components.
    case named(String)
    case optional(Schema)
    case either([Schema])
    case anything

    package struct Field: Sendable {
        package let name: String
        package let schema: Schema
        package let isRequired: Bool
        package let about: String

        package init(_ name: String, _ schema: Schema, required: Bool = false, _ about: String = "") {
            self.name = name
            self.schema = schema
            isRequired = required
            self.about = about
        }
    }

    package static let moment = Schema.text(format: "date-time")
    package static let line = Schema.text(shortest: 1)

    package static func choice<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> Schema {
        .choice(Choice.allCases.map(\.rawValue))
    }

    /// A page of a longer list.
    package static func page(of schema: Schema) -> Schema {
        .object([
            Field("items", .list(of: schema), required: true),
            Field("next", .optional(.text()), required: true, "cursor of the next page; null at the end"),
        ])
    }

    package var document: DocumentValue {
        switch self {
        case .text(let format, let pattern, let shortest, let longest):
            return Self.typed(
                "string",
                [
                    ("format", DocumentValue(format)), ("pattern", DocumentValue(pattern)), ("minLength", Self.number(shortest)),
                    ("maxLength", Self.number(longest)),
                ])
        case .choice(let words): return Self.typed("string", [("enum", DocumentValue(words))])
        case .number(let range):
            return Self.typed("integer", [("minimum", Self.number(range?.lowerBound)), ("maximum", Self.number(range?.upperBound))])
        case .flag: return Self.typed("boolean")
        case .list(let schema, let shortest, let longest):
            return Self.typed(
                "array", [("items", schema.document), ("minItems", Self.number(shortest)), ("maxItems", Self.number(longest))])
        case .object(let fields, let isOpen):
            let properties = fields.map { DocumentValue.Entry($0.name, $0.document) }
            let required = fields.filter(\.isRequired).map(\.name)
            return Self.typed(
                "object",
                [("properties", .map(properties)), ("required", DocumentValue(required)), ("additionalProperties", .flag(isOpen))])
        case .map(let schema): return Self.typed("object", [("additionalProperties", schema.document)])
        case .named(let name): return ["$ref": .text("#/components/schemas/" + name)]
        case .optional(let schema): return ["anyOf": .list([schema.document, Self.typed("null")])]
        case .either(let schemas): return ["anyOf": .list(schemas.map(\.document))]
        case .anything: return [:]
        }
    }

    /// What is null says nothing.
    private static func typed(_ type: String, _ more: [(String, DocumentValue)] = []) -> DocumentValue {
        .map([.init("type", .text(type))] + more.filter { $0.1 != .null }.map { DocumentValue.Entry($0.0, $0.1) })
    }

    private static func number(_ number: (some BinaryInteger)?) -> DocumentValue { number.map { .number(Int64($0)) } ?? .null }

    /// A few words for a table.
    package var words: String {
        switch self {
        case .text(let format, _, _, _): format ?? "text"
        case .choice(let words): words.joined(separator: " | ")
        case .number: "integer"
        case .flag: "true | false"
        case .list(let schema, _, _): "list of \(schema.words)"
        case .object: "object"
        case .map(let schema): "map of \(schema.words)"
        case .named(let name): name
        case .optional(let schema): "\(schema.words) or null"
        case .either(let schemas): schemas.map(\.words).joined(separator: " or ")
        case .anything: "anything"
        }
    }
}

extension Schema.Field {
    fileprivate var document: DocumentValue {
        about.isEmpty ? schema.document : schema.document.adding([.init("description", .text(about))])
    }
}
