package import Relay

/// Signs in where mail is read, over IMAP or POP3 with the token (XOAUTH2 or OAUTHBEARER, whichever the server has), looks whether a mailbox is behind it,
/// and goes out again.
package struct InboxSignIn: Sendable {
    package enum Kind: String, Sendable {
        case imap, pop3

        /// As `mandate providers` calls it.
        var option: String {
            switch self {
            case .imap: "imap"
            case .pop3: "pop"
            }
        }
    }

    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
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

    let kind: Kind
    let endpoint: MailEndpoint
    let login: String
    let token: Secret
    let trusted: String?
    /// Seconds for one answer of the server. One that waits for TLS to begin never greets; one that looks a token up needs a few.
    let patience: Int

    package init(
        _ kind: Kind, at endpoint: MailEndpoint, login: String, token: Secret, trusting trusted: String?, patience: Int = 15
    ) {
        self.kind = kind
        self.endpoint = endpoint
        self.login = login
        self.token = token
        self.trusted = trusted
        self.patience = patience
    }

    package func run() async throws(Failure) {
        try await InboxThread.run { () throws(Failure) in
            let dialogue = try InboxDialogue(self)
            // Exchange Online signs in a token that opens another mailbox, and says only here that none is behind it.
            _ = try dialogue.ask(kind == .imap ? "EXAMINE INBOX" : "STAT")
        }
    }
}
