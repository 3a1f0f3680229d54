internal import Foundation
internal import Relay

/// What became of an entity in a change, as a journal entry: which, by whom, and for each field from what to what. Personal values stand beside the
/// facts in the order old, new, and the facts name the fields they belong to.
struct EntityStory {
    let key: EntityKey
    let before: DirectoryEntity?
    let after: DirectoryEntity?

    func entry(by person: String, at now: Date) -> JournalEntry {
        var facts = [JournalEntry.Fact("entity", key.kind.rawValue)]
        var personal = [JournalEntry.Personal(.person, person)]
        // The id of a user may be an address.
        if key.kind == .user {
            personal.append(.init(.person, key.id))
        } else {
            facts.append(.init("id", key.id))
        }
        let old = before.map { EntityField.fields(of: $0) } ?? []
        let new = after.map { EntityField.fields(of: $0) } ?? []
        switch (before == nil, after == nil) {
        case (true, _):
            facts.append(.init("action", "added"))
            tell(new, &facts, &personal)
        case (_, true):
            facts.append(.init("action", "removed"))
            tell(old, &facts, &personal)
        case (false, false):
            facts.append(.init("action", "changed"))
            tell(from: old, to: new, &facts, &personal)
        }
        return JournalEntry(at: now, kind: .changed, facts: facts, personal: personal)
    }

    static func entry(secret name: SecretName, action: String, by person: String, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .changed,
            facts: [.init("entity", "secret"), .init("id", name.owner), .init("action", action), .init("kind", name.kind.rawValue)],
            personal: [.init(.person, person)])
    }

    private func tell(_ fields: [EntityField], _ facts: inout [JournalEntry.Fact], _ personal: inout [JournalEntry.Personal]) {
        for field in fields where !field.value.isEmpty {
            if let role = field.role {
                personal.append(.init(role, field.value))
            } else {
                facts.append(.init(field.name, field.value))
            }
        }
    }

    /// Fields may occur several times (a user's addresses), so they are compared by name.
    private func tell(
        from old: [EntityField], to new: [EntityField], _ facts: inout [JournalEntry.Fact], _ personal: inout [JournalEntry.Personal]
    ) {
        var names: [String] = []
        for field in old + new where !names.contains(field.name) { names.append(field.name) }
        for name in names {
            let was = old.filter { $0.name == name }
            let now = new.filter { $0.name == name }
            if was == now { continue }
            if (was + now).contains(where: { $0.role != nil }) {
                facts.append(.init("changed", name))
                for (place, fields) in [("from", was), ("to", now)] {
                    for field in fields where !field.value.isEmpty {
                        if let role = field.role {
                            personal.append(.init(role, field.value))
                        } else {
                            // What is nobody's stays where it can be read for ever.
                            facts.append(.init(place, field.value))
                        }
                    }
                }
            } else {
                facts.append(.init(name, "\(text(was)) → \(text(now))"))
            }
        }
    }

    private func text(_ fields: [EntityField]) -> String {
        let text = fields.map(\.value).joined(separator: " ")
        return text.isEmpty ? "(none)" : text
    }
}
