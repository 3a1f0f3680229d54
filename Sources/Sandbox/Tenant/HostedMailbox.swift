/// A mailbox at the pretend provider. `login` is what XOAUTH2's `user=` must say; it may differ from the address.
package struct HostedMailbox: Sendable, Hashable {
    package var address: String
    package var login: String
    package var aliases: [String]
    /// `Set-CASMailbox -SmtpClientAuthenticationDisabled`, the other way round.
    package var isSMTPEnabled: Bool
    /// `Set-CASMailbox -ImapEnabled` and `-PopEnabled`.
    package var isIMAPEnabled: Bool
    package var isPOPEnabled: Bool
    /// Addresses whose mail arrives here, though this mailbox may not send from them: a group's, a forwarded one's.
    package var receives: [String]
    /// Logins of delegates who may name this mailbox in `user=` with a token of their own. Microsoft documents it, measurement denied it: empty.
    package var openedBy: [String]

    package init(
        _ address: String, login: String? = nil, aliases: [String] = [], receives: [String] = [], isSMTPEnabled: Bool = true,
        isIMAPEnabled: Bool = true, isPOPEnabled: Bool = true, openedBy: [String] = []
    ) {
        self.address = address
        self.login = login ?? address
        self.aliases = aliases
        self.receives = receives
        self.isSMTPEnabled = isSMTPEnabled
        self.isIMAPEnabled = isIMAPEnabled
        self.isPOPEnabled = isPOPEnabled
        self.openedBy = openedBy
    }

    /// The address, the login or an alias: all of them are the mailbox itself.
    func owns(_ other: String) -> Bool {
        let wanted = other.lowercased()
        return address.lowercased() == wanted || login.lowercased() == wanted || aliases.contains { $0.lowercased() == wanted }
    }

    /// Whether mail to this address ends here.
    func takesMail(to other: String) -> Bool { owns(other) || receives.contains { $0.lowercased() == other.lowercased() } }

    func isEnabled(at door: MailDoor) -> Bool {
        switch door {
        case .submission: isSMTPEnabled
        case .imap: isIMAPEnabled
        case .pop3: isPOPEnabled
        }
    }

    func isOpened(by login: String) -> Bool {
        self.login.lowercased() == login.lowercased() || openedBy.contains { $0.lowercased() == login.lowercased() }
    }
}

/// "This login may send from that address."
package struct SendingGrant: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case sendAs, onBehalf }

    package var kind: Kind
    package var login: String
    package var address: String

    package init(_ kind: Kind, login: String, address: String) {
        self.kind = kind
        self.login = login
        self.address = address
    }
}
