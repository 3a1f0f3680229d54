/// The texts of an IMAP door: Exchange Online's or Gmail's.
struct IMAPWords: Sendable {
    private let isGoogle: Bool
    private let server: String

    init(_ habits: Habits) {
        isGoogle = habits.flavour == .google
        server = habits.backendName
    }

    var greeting: String {
        isGoogle ? "* OK Gimap ready for requests from 127.0.0.1" : "* OK The Microsoft Exchange IMAP4 service is ready. [\(server)]"
    }

    func capabilities(_ mechanisms: [String]) -> String {
        let own = isGoogle ? "IMAP4rev1 UNSELECT ID SASL-IR" : "IMAP4 IMAP4rev1 SASL-IR ID UNSELECT"
        return "* CAPABILITY \(own) \(mechanisms.map { "AUTH=" + $0 }.joined(separator: " "))"
    }

    var signedIn: String { isGoogle ? "Authenticated (Success)" : "AUTHENTICATE completed." }

    func refusal(_ signIn: SignIn, _ reason: SignInAttempt.Reason) -> String {
        if isGoogle {
            return reason == .doorDisabled
                ? "[ALERT] IMAP access is disabled for your domain. (Failure)" : "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
        }
        if case .password = signIn { return "LOGIN failed." }
        return "AUTHENTICATE failed."
    }

    var notConnected: String { "User is authenticated but not connected." }
    var unavailable: String { "[UNAVAILABLE] Server Unavailable. 15" }
    var cancelled: String { "AUTHENTICATE cancelled." }
    var invalid: String { "Command Argument Error. 11" }
    var tooLong: String { "Command Argument Error. 12" }
    var unknown: String { "Command Error. 10" }
    var notNow: String { "Command received in Invalid state." }
    var noMailbox: String { "[NONEXISTENT] There is no such mailbox." }
    var idle: String { "Connection is closed. 13" }
    var stopping: String { "Server shutting down. 14" }
    var bye: String { isGoogle ? "LOGOUT Requested" : "Microsoft Exchange Server IMAP4 server signing off." }
    var tooManyErrors: String { "Too many invalid IMAP commands. 17" }

    func done(_ command: String) -> String { "\(command) completed." }
}
