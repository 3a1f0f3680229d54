package import Relay

/// Signs in where mail is read, over IMAP or POP3 with the token (XOAUTH2 or OAUTHBEARER, whichever the server has), looks whether a mailbox is behind it,
/// and goes out again.
package struct InboxSignIn: Sendable {
    package typealias Kind = Inbox.Kind
    package typealias Failure = InboxFailure

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

/// Reads over the network, each time anew.
package struct NetworkInboxReader: InboxReader {
    package init() {}

    package func signIn(_ inbox: Inbox) async throws(InboxFailure) { try await InboxSignIn(inbox).run() }

    package func header(of messageID: String, in inbox: Inbox) async throws(InboxFailure) -> [UInt8]? {
        try await InboxSearch(messageID, by: InboxSignIn(inbox)).header()
    }
}

extension InboxSignIn {
    fileprivate init(_ inbox: Inbox) {
        self.init(inbox.kind, at: inbox.endpoint, login: inbox.login, token: inbox.token, trusting: inbox.trustedCertificates)
    }
}
