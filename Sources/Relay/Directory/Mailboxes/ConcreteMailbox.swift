package import Mail

/// A mailbox as one account: a row of its own, or one member of a family.
package struct ConcreteMailbox: Sendable, Hashable {
    package enum Row: Sendable, Hashable {
        case mailbox(MailboxID)
        case family(FamilyID)

        /// nil: some other kind of thing.
        package init?(_ key: EntityKey) {
            switch key.kind {
            case .mailbox: self = .mailbox(MailboxID(trusted: key.id))
            case .family: self = .family(FamilyID(trusted: key.id))
            case .setting, .user, .provider, .application, .grant, .delegation, .deny, .client: return nil
            }
        }
    }

    package let row: Row
    package let address: EmailAddress
    package let login: String
    package let grant: GrantID
}

extension Mailbox {
    var concrete: ConcreteMailbox { ConcreteMailbox(row: .mailbox(id), address: address, login: login, grant: grant) }
}

extension Directory {
    /// Every address in a family is its own mailbox; its login is the user's, where one is recorded. Else it is the address, in one writing
    /// however the author was written: standings, tokens and limits are found by it.
    package func login(ofMember address: EmailAddress) -> String {
        users.login(with: address) ?? address.lowercased
    }

    /// A family's address as the mailbox that it is.
    package func mailbox(_ address: EmailAddress, of family: Family) -> Mailbox {
        Mailbox(
            id: MailboxID(trusted: family.id.text), address: address, login: login(ofMember: address), grant: family.grant,
            transports: family.transports, isEnabled: family.isEnabled)
    }

    package func mailbox(of account: Account) -> Mailbox? {
        allMailboxes.first { $0.login == account.login && provider(of: $0.grant) == account.provider }
    }
}

extension EmailAddress {
    /// Only A to Z: what else lower case would do is not known to be the same mailbox.
    fileprivate var lowercased: String {
        String(decoding: description.utf8.map(Folding.lowered), as: UTF8.self)
    }
}
