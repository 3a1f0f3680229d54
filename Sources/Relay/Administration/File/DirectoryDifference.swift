/// What changes make of a directory, thing by thing, for people to read before it is done.
package struct DirectoryDifference: Sendable {
    package enum Sign: String, Sendable {
        case added = "+"
        case changed = "~"
        case removed = "-"
    }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let before: String
        package let after: String
    }

    package struct Line: Sendable {
        package let sign: Sign
        package let key: EntityKey
        /// The name people know.
        package let title: String
        /// What of it is another; of what is added, all that it has.
        package let fields: [Field]

        package init(from before: DirectoryEntity?, to after: DirectoryEntity) {
            self.init(
                sign: before == nil ? .added : .changed, key: after.key, title: after.title,
                fields: DirectoryDifference.fields(from: before, to: after))
        }

        fileprivate init(sign: Sign, key: EntityKey, title: String, fields: [Field]) {
            self.sign = sign
            self.key = key
            self.title = title
            self.fields = fields
        }

        /// What is another than before, or what there is of something new.
        package var words: String {
            guard sign != .removed else { return "" }
            return fields.filter { sign == .changed || !$0.after.isEmpty }.map { field in
                sign == .added ? "\(field.name) \(field.after)" : "\(field.name): \(Self.shown(field.before)) → \(Self.shown(field.after))"
            }.joined(separator: "; ")
        }

        private static func shown(_ text: String) -> String { text.isEmpty ? "(none)" : text }
    }

    package let lines: [Line]

    package init(_ changes: [DirectoryChange], in directory: Directory) {
        lines = changes.compactMap { change in
            let before = directory.entity(change.key)
            switch change {
            case .put(let entity):
                return Line(from: before, to: entity)
            case .remove(let key):
                return before.map { Line(sign: .removed, key: key, title: $0.title, fields: []) }
            }
        }
    }

    private static func fields(from before: DirectoryEntity?, to after: DirectoryEntity) -> [Field] {
        guard case .map(let new) = EntityForm.value(after) else { return [] }
        let old = before.map(EntityForm.value)
        return new.compactMap { entry in
            let was = old?[entry.key] ?? .null
            // A thing is named beside its fields.
            guard was != entry.value, !["id", "key"].contains(entry.key) else { return nil }
            return Field(name: entry.key, before: words(was, of: entry.key), after: words(entry.value, of: entry.key))
        }
    }

    /// A digest is nothing to be read, and what is printed ends up in logs: of a person's password it could be guessed from.
    private static func words(_ value: DocumentValue, of key: String) -> String {
        value != .null && ["key_sha256", "password_scrypt"].contains(key) ? "(a digest)" : words(value)
    }

    private static func words(_ value: DocumentValue) -> String {
        switch value {
        case .null: ""
        case .text(let text): text
        case .flag(let flag): flag ? "yes" : "no"
        case .number(let number): String(number)
        case .decimal(let number): String(number)
        case .list(let items): items.map(words).joined(separator: ", ")
        case .map(let entries): entries.filter { $0.value != .null }.map { "\($0.key) \(words($0.value))" }.joined(separator: ", ")
        }
    }
}
