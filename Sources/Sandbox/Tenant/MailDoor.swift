/// A door at which a mailbox is opened with a token: where mail is handed in, and the two where it is read.
package enum MailDoor: String, Sendable, Hashable, CaseIterable {
    case submission, imap, pop3

    /// The application permission of one that asks in its own name.
    var role: String {
        switch self {
        case .submission: "SMTP.SendAsApp"
        case .imap: "IMAP.AccessAsApp"
        case .pop3: "POP.AccessAsApp"
        }
    }

    /// Whether this scope is the right to it (domain.md 2.2 and 3.2): Exchange Online has one for each door, Google one for all.
    func isOpened(by scope: String) -> Bool {
        if scope == "https://mail.google.com/" { return true }
        let name =
            switch self {
            case .submission: "SMTP.Send"
            case .imap: "IMAP.AccessAsUser.All"
            case .pop3: "POP.AccessAsUser.All"
            }
        return Scope(scope).isSame(as: .delegated(.outlook, name: name))
    }
}
