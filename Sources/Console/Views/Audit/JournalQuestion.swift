internal import Web
internal import Relay

/// What somebody looks for in the journal, as it was typed and as the store takes it.
struct JournalQuestion: Sendable {
    private static let fields = ["from", "as", "recipient", "mailbox", "message", "kind", "since", "until"]

    private let values: [String: String]
    /// nil: something of it means nothing; `error` says what.
    private(set) var filter: JournalFilter?
    private(set) var error: String?

    init(_ query: Query) {
        values = Dictionary(uniqueKeysWithValues: Self.fields.compactMap { name in query[name].map { (name, $0) } })
        do throws(Problem) { filter = try Self.filter(query) } catch { self.error = error.detail.sentence }
    }

    private static func filter(_ query: Query) throws(Problem) -> JournalFilter {
        var filter = JournalFilter(
            from: query["from"], author: query["as"], recipient: query["recipient"], mailbox: query["mailbox"],
            since: try query.date("since"), until: try query.date("until"))
        if let text = query["message"] {
            guard let id = SpoolID(text) else { throw Problem(.invalid, "this is no message's id") }
            filter.message = id
        }
        if let text = query["kind"] {
            guard let kind = JournalEntry.Kind(rawValue: text) else { throw Problem(.invalid, "this is no kind of an entry") }
            filter.kinds = [kind]
        }
        if let since = filter.since, let until = filter.until, until <= since {
            throw Problem(.invalid, "until is not after since, so nothing can fit")
        }
        if let text = query["after"] {
            guard let position = JournalPosition(cursor: text) else { throw Problem(.invalid, "this page is none of ours: begin anew") }
            filter.after = position
        }
        return filter
    }

    var isFiltered: Bool { !values.isEmpty }

    /// The same question elsewhere, or of another page.
    func href(_ path: String, _ more: [(name: String, value: String)] = []) -> String {
        let asked = Self.fields.compactMap { name in values[name].map { (name: name, value: $0) } }
        let words = (more + asked).map { "\($0.name)=\(PercentCoding.encode($0.value))" }
        return words.isEmpty ? path : path + "?" + words.joined(separator: "&")
    }

    private func choice(_ kind: JournalEntry.Kind?) -> DocumentValue {
        let value = kind?.rawValue ?? ""
        return IdentitiesView.choice(value, kind?.words ?? "any", isSelected: value == values["kind"] ?? "")
    }

    var document: DocumentValue {
        .map(
            Self.fields.map { .init($0, DocumentValue(values[$0])) } + [
                .init("kinds", .list([choice(nil)] + JournalEntry.Kind.allCases.map(choice))),
                .init("error", DocumentValue(error)), .init("is_set", .flag(isFiltered || error != nil)),
            ])
    }
}

extension JournalEntry.Kind {
    /// As people read it.
    var words: String { rawValue.split(separator: "-").joined(separator: " ") }
}
