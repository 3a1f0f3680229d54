internal import Mail
internal import Relay
internal import SQLiteStore

/// What the mailbox commands deal with: a mailbox of its own, or a family whose every address is one.
enum MailboxOrFamily: Sendable, Hashable {
    case mailbox(Mailbox)
    case family(Family)

    var entity: DirectoryEntity {
        switch self {
        case .mailbox(let mailbox): .mailbox(mailbox)
        case .family(let family): .family(family)
        }
    }

    var title: String {
        switch self {
        case .mailbox(let mailbox): "mailbox \(mailbox.title)"
        case .family(let family): "family \(family.title)"
        }
    }

    var grant: GrantID {
        switch self {
        case .mailbox(let mailbox): mailbox.grant
        case .family(let family): family.grant
        }
    }
}

extension Finder {
    /// By id, address, login, family name or a family's `@domain`.
    func account(_ text: String) async throws -> MailboxOrFamily {
        if let entity = try await store.entity(EntityKey(.family, text)), let family = Family(entity) { return .family(family) }
        if let family = try await existing(Family.self, where: { $0.names.contains { $0.lowercased() == text.lowercased() } }),
            try await existing(Mailbox.self, where: { $0.names.contains { $0.lowercased() == text.lowercased() } }) == nil
        {
            return .family(family)
        }
        return .mailbox(try await find(Mailbox.self, text))
    }
}

/// What must hold for a family before it is written.
enum FamilyRules {
    static func check(_ family: Family, _ grant: Grant) throws(CommandFailure) {
        guard !family.members.contains(.any) else {
            throw .data("a family cannot be \"*\": every stranger would be a mailbox; name @domain or single addresses")
        }
        guard grant.opensManyMailboxes else {
            throw .data(
                "grant \(grant.title) opens one mailbox (\(grant.kind.rawValue)); a family needs an app-only or service-account grant")
        }
    }
}
