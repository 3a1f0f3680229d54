/// Reads where mail arrives: an account's INBOX, opened with a token. CurlTransmit has the live one.
package protocol InboxReader: Sendable {
    /// Looks whether a mailbox is behind it, and goes out again.
    func signIn(_ inbox: Inbox) async throws(InboxFailure)
    /// The header of the message with this Message-ID, up to and with its empty line; nil: no such message is there now. Nothing is changed there.
    func header(of messageID: String, in inbox: Inbox) async throws(InboxFailure) -> [UInt8]?
}

/// Where an account's mail is read, and what opens it.
package struct Inbox: Sendable {
    package enum Kind: String, Sendable {
        case imap, pop3

        /// As `mandate providers` calls it.
        package var option: String {
            switch self {
            case .imap: "imap"
            case .pop3: "pop"
            }
        }
    }

    package let kind: Kind
    package let endpoint: MailEndpoint
    package let login: String
    package let token: Secret
    /// PEM of a certificate authority to trust instead of the system's.
    package let trustedCertificates: String?

    package init(_ kind: Kind, at endpoint: MailEndpoint, login: String, token: Secret, trusting trustedCertificates: String?) {
        self.kind = kind
        self.endpoint = endpoint
        self.login = login
        self.token = token
        self.trustedCertificates = trustedCertificates
    }
}

package enum InboxFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server does not take the login with this token, or took it and opens no mailbox.
    case refused(String)
    /// It could not be asked, or says that it cannot answer now.
    case unreachable(String)

    package var description: String {
        switch self {
        case .refused(let why): why
        case .unreachable(let why): why
        }
    }
}

/// Whoever can ask a provider for the addresses that a mailbox may send from. CurlTransmit has the live one, for Gmail.
package protocol SenderDirectory: Sendable {
    /// In lower case. Throws when it could not be asked, or the token does not open the list.
    func list(of login: String, at provider: Provider, token: Secret) async throws(TransmitFailure) -> Set<String>
}
