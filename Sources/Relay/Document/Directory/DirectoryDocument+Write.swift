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
        let writer = DirectoryWriter(entities)
        var sections: [String: [DocumentValue]] = [:]
        var settings: [DocumentValue.Entry] = []
        for entity in entities {
            switch entity {
            case .setting(let key, let text): settings.append(.init(key.description, .text(text)))
            case .user(let user): sections["users", default: []].append(writer.value(user))
            case .provider(let provider):
                guard !Provider.builtIn.contains(provider) else { continue }
                sections["providers", default: []].append(writer.value(provider))
            case .application(let application): sections["applications", default: []].append(writer.value(application))
            case .grant(let grant): sections["grants", default: []].append(writer.value(grant))
            case .mailbox(let mailbox): sections["mailboxes", default: []].append(writer.value(mailbox))
            case .family(let family): sections["families", default: []].append(writer.value(family))
            case .delegation(let delegation): sections["delegations", default: []].append(writer.value(delegation))
            case .deny(let deny): sections["deny", default: []].append(writer.value(deny))
            case .client(let client): sections["clients", default: []].append(writer.value(client))
            }
        }
        let entries = Self.sections.compactMap { name in sections[name].map { DocumentValue.Entry(name, .list($0)) } }
        return .map((settings.isEmpty ? [] : [.init("settings", .map(settings))]) + entries)
    }
}
