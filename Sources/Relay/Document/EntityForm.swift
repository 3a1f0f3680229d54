internal import Mail

/// One thing of a directory by itself, as the bodies of the API have it: in the words of the file, with its id and everything that a file may leave out,
/// and what it refers to named by id. What was read can be written back as it is.
package enum EntityForm {
    package static func value(_ entity: DirectoryEntity) -> DocumentValue {
        let writer = DirectoryWriter([], isWhole: true)
        if case .setting(let key, let text) = entity { return ["key": .text(key.description), "value": .text(text)] }
        guard let value = writer.value(entity) else { preconditionFailure("only a setting is no thing of a list") }
        return value
    }

    /// Things of one kind, held against the directory they are to be in. That one of them is there already is the caller's business; two of the same
    /// among them are refused. `isWhole`: each says all there is of it, though it is one of the catalogue.
    package static func read(
        _ items: [DocumentReader], as kind: EntityKind, in directory: Directory, usual: DirectoryDocument.Usual, isWhole: Bool = false
    ) throws(DocumentError) -> [DirectoryEntity] {
        var reader = DirectoryReader(usual, knowing: directory, for: kind)
        for item in items { try reader.read(item, as: kind, isWhole: isWhole) }
        return reader.entities
    }
}

extension DirectoryReader {
    /// What things of this kind may refer to is known beforehand.
    fileprivate init(_ usual: DirectoryDocument.Usual, knowing directory: Directory, for kind: EntityKind) {
        self.init(usual)
        let isAboutMail = kind == .mailbox || kind == .family || kind == .client
        if kind == .application || isAboutMail {
            for provider in directory.allProviders {
                providers[provider.id] = provider
                providerNames.note(provider.id, name: provider.name)
            }
        }
        if kind == .grant || isAboutMail {
            for application in directory.allApplications {
                applications[application.id] = application
                applicationNames.note(application.id, name: application.name)
            }
        }
        if isAboutMail {
            for grant in directory.allGrants {
                grants[grant.id] = grant
                grantNames.note(grant.id, name: grant.name)
            }
        }
        if kind == .delegation || kind == .deny || kind == .client {
            for mailbox in directory.allMailboxes {
                mailboxes[mailbox.id] = mailbox
                mailboxNames.note(mailbox.id, name: mailbox.address.key, also: [mailbox.login])
            }
        }
        if kind == .client {
            for family in directory.allFamilies {
                families[family.id] = family
                familyNames.note(family.id, name: family.name, also: family.members.map(\.description))
            }
        }
    }

    fileprivate mutating func read(_ item: DocumentReader, as kind: EntityKind, isWhole: Bool) throws(DocumentError) {
        switch kind {
        case .user: try readUser(item)
        case .provider:
            let provider = try provider(item, isWhole: isWhole)
            try providerNames.add(provider.id, name: provider.name, at: item.path)
            entities.append(.provider(provider))
        case .application: try readApplication(item)
        case .grant: try readGrant(item)
        case .mailbox: try readMailbox(item)
        case .family: try readFamily(item)
        case .delegation: try readDelegation(item)
        case .deny: try readDeny(item)
        case .client: try readClient(item)
        case .setting: throw item.problem("settings are set one by one, by their keys")
        }
    }
}
