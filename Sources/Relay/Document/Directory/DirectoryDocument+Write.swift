internal import HashTreeCollections

/// The other way: a directory as the file that means it. What is usual is left out, everything is sorted by id, and references are
/// written as people would (an address, a name) wherever that is unambiguous. Reading it back gives the same directory.
extension DirectoryDocument {
    package init(_ directory: Directory) {
        var entities: [DirectoryEntity] = directory.settings.all.map { .setting($0.key, $0.text) }
        entities += directory.users.sorted { $0.id < $1.id }.map { .user($0) }
        entities += directory.providers.values.sorted { $0.id < $1.id }.map { .provider($0) }
        entities += directory.applications.values.sorted { $0.id < $1.id }.map { .application($0) }
        entities += directory.grants.values.sorted { $0.id < $1.id }.map { .grant($0) }
        entities += directory.mailboxes.values.sorted { $0.id < $1.id }.map { .mailbox($0) }
        entities += directory.families.values.sorted { $0.id < $1.id }.map { .family($0) }
        entities += directory.delegations.values.sorted { $0.id < $1.id }.map { .delegation($0) }
        entities += directory.denials.values.sorted { $0.id < $1.id }.map { .deny($0) }
        entities += directory.clients.values.sorted { $0.id < $1.id }.map { .client($0) }
        self.init(entities: entities)
    }

    /// The sections that have something in them, in their order; `observed` never.
    package var value: DocumentValue {
        var entries: [DocumentValue.Entry] = []
        eachPart(of: .max) { entries.append(.init($0.section, $0.value)) }
        return .map(entries)
    }

    /// Some things of one section.
    package struct Part {
        package let section: String
        /// What of it was written before.
        package let isFirst: Bool
        package let value: DocumentValue
    }

    /// The same in parts of so many things each: a million users are not held as values at once.
    package func eachPart(of size: Int = 500, _ write: (Part) throws -> Void) rethrows {
        let writer = DirectoryWriter(entities)
        var section = ""
        var isFirst = true
        var settings: [DocumentValue.Entry] = []
        var things: [DocumentValue] = []
        func finish() throws {
            guard !settings.isEmpty || !things.isEmpty else { return }
            try write(Part(section: section, isFirst: isFirst, value: settings.isEmpty ? .list(things) : .map(settings)))
            isFirst = false
            (settings, things) = ([], [])
        }
        for kind in EntityKind.allCases {
            for entity in entities where entity.kind == kind {
                if case .provider(let provider) = entity, Provider.builtIn.contains(provider) { continue }
                if kind.section != section || settings.count + things.count >= size {
                    try finish()
                    if kind.section != section { (section, isFirst) = (kind.section, true) }
                }
                if case .setting(let key, let text) = entity { settings.append(.init(key.description, .text(text))) }
                if let value = writer.value(entity) { things.append(value) }
            }
        }
        try finish()
    }
}

extension EntityKind {
    /// What its things stand below.
    var section: String { self == .deny ? "deny" : plural }
}
