package import Mail
package import struct FoundationEssentials.Date

/// A place in a document: reads what stands there as what is expected, or says where and what it found instead.
package struct DocumentReader: Sendable {
    package let value: DocumentValue
    package let path: String

    package init(_ value: DocumentValue, path: String = "") {
        self.value = value
        self.path = path
    }

    package func problem(_ sentence: String) -> DocumentError { DocumentError(path, sentence) }

    package func expected(_ what: String) -> DocumentError { malformed("expected \(what), found \(value.words)") }

    /// It is not what stands here wherever and whenever that is said.
    package func malformed(_ sentence: String) -> DocumentError { DocumentError(path, sentence, .malformed) }

    /// Text; JSON's numbers and truth values are taken as they would be written.
    package func text() throws(DocumentError) -> String {
        switch value {
        case .text(let text): return text
        case .number(let number): return String(number)
        case .flag(let flag): return String(flag)
        case .null, .decimal, .list, .map: throw expected("text")
        }
    }

    /// A line that people read and terminals print: not empty, no control characters.
    package func line() throws(DocumentError) -> String {
        let text = try text()
        guard !text.isEmpty else { throw malformed("it must not be empty") }
        guard text.isOneLine else {
            throw malformed("it must be one line without control characters")
        }
        return text
    }

    package func flag() throws(DocumentError) -> Bool {
        if case .flag(let flag) = value { return flag }
        if case .text(let text) = value {
            switch text.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: break
            }
        }
        throw expected("true or false")
    }

    package func number(in range: ClosedRange<Int64>) throws(DocumentError) -> Int64 {
        let number: Int64? =
            switch value {
            case .number(let number): number
            case .text(let text): Int64(text)
            case .null, .flag, .decimal, .list, .map: nil
            }
        guard let number, range.contains(number) else {
            throw expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func date() throws(DocumentError) -> Date {
        guard case .text(let text) = value, let date = DocumentDate.date(text) else { throw expected(DocumentDate.form) }
        return date
    }

    package func address() throws(DocumentError) -> EmailAddress {
        let text = try text()
        do throws(AddressError) { return try EmailAddress(text) } catch { throw malformed("\"\(text)\" is not an address: \(error)") }
    }

    package func domain() throws(DocumentError) -> Domain {
        let text = try text()
        do throws(AddressError) { return try Domain(text) } catch { throw malformed("\"\(text)\" is not a domain: \(error)") }
    }

    /// An address or `@domain`; `*` only where it is wanted.
    package func pattern(orAny: Bool) throws(DocumentError) -> AddressPattern {
        let text = try text()
        let pattern: AddressPattern
        do throws(AddressError) { pattern = try AddressPattern(text) } catch {
            throw malformed("\"\(text)\" is neither an address nor @domain\(orAny ? " nor *" : ""): \(error)")
        }
        guard orAny || pattern != .any else { throw malformed("* is not possible here: name an address or @domain") }
        return pattern
    }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) throws(DocumentError) -> Choice {
        if case .text(let text) = value, let choice = Choice(rawValue: text) { return choice }
        throw expected(Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }

    package func items() throws(DocumentError) -> [DocumentReader] {
        guard case .list(let values) = value else { throw expected("a list") }
        return values.enumerated().map { DocumentReader($1, path: "\(path)[\($0)]") }
    }

    /// The entries of a map that may have these keys and no others.
    package func fields(_ known: [String]) throws(DocumentError) -> DocumentFields {
        let fields = try fields()
        for entry in fields.entries where !known.contains(entry.key) {
            let path = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            let hint = Closeness.nearest(to: entry.key, in: known).map { "did you mean \($0)?" }
            throw DocumentError(path, "there is no such key; " + (hint ?? "there are \(known.joined(separator: ", "))"), .malformed)
        }
        return fields
    }

    /// The entries of a map whatever their keys, each of which must stand there once.
    package func fields() throws(DocumentError) -> DocumentFields {
        guard case .map(let entries) = value else { throw expected("a map of keys and values") }
        var seen: Set<String> = []
        for entry in entries where !seen.insert(entry.key).inserted { throw malformed("the key \(entry.key) stands there twice") }
        return DocumentFields(path: path, entries: entries)
    }
}

/// The entries of one map in a document. A key whose value is null counts as absent.
package struct DocumentFields: Sendable {
    package let path: String
    package let entries: [DocumentValue.Entry]

    package func problem(_ sentence: String) -> DocumentError { DocumentError(path, sentence) }

    /// What is wrong at a key, whether it stands there or not.
    func at(_ key: String, _ sentence: String, _ code: MistakeCode, fix: String = "") -> DocumentError {
        DocumentError(path.isEmpty ? key : "\(path).\(key)", sentence, fix: fix, code)
    }

    package subscript(key: String) -> DocumentReader? {
        guard let value = entries.first(where: { $0.key == key })?.value, value != .null else { return nil }
        return DocumentReader(value, path: path(of: key))
    }

    /// Of an entry, whether it stands there or not.
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    package var all: [DocumentReader] {
        entries.map { DocumentReader($0.value, path: path(of: $0.key)) }
    }

    package func required(_ key: String) throws(DocumentError) -> DocumentReader {
        guard let reader = self[key] else { throw DocumentError(path, "\(key) is missing", .malformed) }
        return reader
    }

    package func items(_ key: String) throws(DocumentError) -> [DocumentReader] { try self[key]?.items() ?? [] }

    package func line(_ key: String) throws(DocumentError) -> String? { try self[key]?.line() }

    package func flag(_ key: String, default usual: Bool) throws(DocumentError) -> Bool { try self[key]?.flag() ?? usual }
}
