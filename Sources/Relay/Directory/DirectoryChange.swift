/// The kinds of thing a directory holds. The raw value is what change rows, the journal and commands call them.
package enum EntityKind: String, Sendable, Hashable, CaseIterable {
    case setting, user, provider, application, grant, mailbox, family, delegation, deny, client
}

/// Names one thing in the directory.
package struct EntityKey: Sendable, Hashable, CustomStringConvertible {
    package let kind: EntityKind
    package let id: String

    package init(_ kind: EntityKind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    package var description: String { kind.rawValue + " " + id }
}

/// One thing in the directory, as it is stored, changed and journalled.
package enum DirectoryEntity: Sendable, Hashable {
    case setting(SettingKey, String)
    case user(User)
    case provider(Provider)
    case application(Application)
    case grant(Grant)
    case mailbox(Mailbox)
    case family(Family)
    case delegation(Delegation)
    case deny(Deny)
    case client(Client)

    package var kind: EntityKind {
        switch self {
        case .setting: .setting
        case .user: .user
        case .provider: .provider
        case .application: .application
        case .grant: .grant
        case .mailbox: .mailbox
        case .family: .family
        case .delegation: .delegation
        case .deny: .deny
        case .client: .client
        }
    }

    package var key: EntityKey {
        switch self {
        case .setting(let key, _): EntityKey(.setting, key.description)
        case .user(let user): EntityKey(.user, user.id.text)
        case .provider(let provider): EntityKey(.provider, provider.id.text)
        case .application(let application): EntityKey(.application, application.id.text)
        case .grant(let grant): EntityKey(.grant, grant.id.text)
        case .mailbox(let mailbox): EntityKey(.mailbox, mailbox.id.text)
        case .family(let family): EntityKey(.family, family.id.text)
        case .delegation(let delegation): EntityKey(.delegation, delegation.id.text)
        case .deny(let deny): EntityKey(.deny, deny.id.text)
        case .client(let client): EntityKey(.client, client.id.text)
        }
    }
}

package enum DirectoryChange: Sendable, Hashable {
    case put(DirectoryEntity)
    case remove(EntityKey)

    package var key: EntityKey {
        switch self {
        case .put(let entity): entity.key
        case .remove(let key): key
        }
    }
}

/// Counts the changes of a directory; each committed change makes the next edition.
package struct Edition: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    package var description: String { String(number) }
}
