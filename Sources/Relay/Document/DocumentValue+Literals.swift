package import struct FoundationEssentials.Date

/// Documents as they are written in code: what an answer says can be read off the place that makes it.
extension DocumentValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral text: String) { self = .text(text) }
    package init(booleanLiteral flag: Bool) { self = .flag(flag) }
    package init(integerLiteral number: Int64) { self = .number(number) }
    package init(arrayLiteral values: DocumentValue...) { self = .list(values) }
    package init(dictionaryLiteral entries: (String, DocumentValue)...) { self = .map(entries.map { Entry($0.0, $0.1) }) }
    package init(nilLiteral: ()) { self = .null }

    /// Text, or null.
    package init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    /// RFC 3339 in UTC to the second, or null.
    package init(_ date: Date?) { self = date.map { .text($0.second) } ?? .null }
    package init(_ number: Int) { self = .number(Int64(number)) }
    package init(_ texts: some Sequence<String>) { self = .list(texts.map { .text($0) }) }

    /// The map with these entries behind its own; anything else stays as it is.
    package func adding(_ more: [Entry]) -> DocumentValue {
        guard case .map(let entries) = self else { return self }
        return .map(entries + more)
    }
}
