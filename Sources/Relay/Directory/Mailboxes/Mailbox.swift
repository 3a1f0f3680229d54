package import Mail

/// An account a message can be sent through.
package struct Mailbox: Sendable, Hashable {
    package internal(set) var id: MailboxID
    package var address: EmailAddress
    /// What XOAUTH2 `user=` or Graph's path names. It may differ from the address (domain.md 2.3: never derive it from From).
    package var login: String
    package var grant: GrantID
    /// In order of preference.
    package var transports: [Transport]
    /// An application reads its incoming mail, too: who consents is asked for that as well, and for no more than sending otherwise.
    package var isRead: Bool
    package var isEnabled: Bool
    package var stewardship: Stewardship

    package init(
        id: MailboxID, address: EmailAddress, login: String? = nil, grant: GrantID, transports: [Transport] = [.smtp],
        isRead: Bool = false, isEnabled: Bool = true, stewardship: Stewardship = .none
    ) {
        self.id = id
        self.address = address
        self.login = login ?? address.description
        self.grant = grant
        self.transports = transports
        self.isRead = isRead
        self.isEnabled = isEnabled
        self.stewardship = stewardship
    }

    /// The way its mail leaves unless something speaks against it.
    package var firstTransport: Transport { transports.first ?? .smtp }
}

/// Every address it names is its own mailbox, below a grant that opens them all (app-only or service-account).
/// Standings, tokens and limits are keyed by the login of the member, never by this row.
package struct Family: Sendable, Hashable {
    package internal(set) var id: FamilyID
    package var name: String
    /// `@domain` or single addresses; `*` is refused when it is set: it would make every stranger a mailbox.
    package var members: [AddressPattern]
    package var grant: GrantID
    package var transports: [Transport]
    package var isEnabled: Bool
    package var stewardship: Stewardship

    package init(
        id: FamilyID, name: String, members: [AddressPattern], grant: GrantID, transports: [Transport] = [.smtp],
        isEnabled: Bool = true, stewardship: Stewardship = .none
    ) {
        self.id = id
        self.name = name
        self.members = members
        self.grant = grant
        self.transports = transports
        self.isEnabled = isEnabled
        self.stewardship = stewardship
    }
}
