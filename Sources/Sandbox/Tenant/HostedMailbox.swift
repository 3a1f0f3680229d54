/// A mailbox at the pretend provider. `login` is what XOAUTH2's `user=` must say; it may differ from the address.
package struct HostedMailbox: Sendable, Hashable {
    package var address: String
    package var login: String
    package var aliases: [String]
    /// `Set-CASMailbox -SmtpClientAuthenticationDisabled`, the other way round.
    package var isSMTPEnabled: Bool
    /// Logins of delegates who may name this mailbox in `user=` with a token of their own. Microsoft documents it, measurement denied it: empty.
    package var openedBy: [String]

    package init(_ address: String, login: String? = nil, aliases: [String] = [], isSMTPEnabled: Bool = true, openedBy: [String] = []) {
        self.address = address
        self.login = login ?? address
        self.aliases = aliases
        self.isSMTPEnabled = isSMTPEnabled
        self.openedBy = openedBy
    }

    /// The address, the login or an alias: all of them are the mailbox itself.
    func owns(_ other: String) -> Bool {
        let wanted = other.lowercased()
        return address.lowercased() == wanted || login.lowercased() == wanted || aliases.contains { $0.lowercased() == wanted }
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
