/// One dialogue at a door where mail is read, as a pure machine: lines go in, actions come out.
///
/// Whatever needs the tenant or the tokens is asked with `.ask`; until `answered(_:)` the machine takes nothing else, and its handler reads nothing else.
protocol ReadingSession: Sendable {
    static var door: MailDoor { get }

    init(habits: Habits)

    /// Octets of a line with its CRLF.
    var lineLimit: Int { get }
    /// Whose mailbox is open.
    var login: String? { get }

    mutating func opened() -> [ReadingAction]
    mutating func line(_ text: String) -> [ReadingAction]
    /// A line that is too long, or has octets that none may have; it was thrown away up to its end.
    mutating func unreadable(isOverlong: Bool) -> [ReadingAction]
    mutating func answered(_ answer: ReadingAnswer) -> [ReadingAction]
    /// The handler's clock ran out, or the sandbox stops.
    mutating func end(_ reason: ReadingEnd) -> [ReadingAction]
}

enum ReadingQuestion: Sendable, Hashable {
    case signIn(SignIn)
    /// What lies in the mailbox that is open.
    case inbox
}

enum ReadingAnswer: Sendable, Hashable {
    case opened
    /// The sign-in counts, and no mailbox is behind it.
    case notConnected
    case refused(SignInAttempt.Reason)
    /// Not now; the client may come again.
    case unavailable
    case inbox(Inbox)
}

enum ReadingAction: Sendable, Hashable {
    /// One line, or several with CRLF between; the last CRLF is added.
    case say(String)
    case octets([UInt8])
    case ask(ReadingQuestion)
    case close
}

enum ReadingEnd: Sendable, Hashable { case idle, stopping }

/// How both doors sign in: the mechanisms that take a token, each in one step or two, and what follows a refusal.
struct ReadingSignIn: Sendable, Hashable {
    /// `{"status":"400",…}` before the refusal, which the client must answer; Microsoft sends none.
    let challenge: String?
    let mechanisms: [String]

    init(_ habits: Habits) {
        challenge = habits.signInRefusal == .challenge ? SubmissionSession.errorDocument : nil
        // LOGIN is a mechanism of SMTP, and a command here.
        mechanisms = habits.mechanisms.map { $0 == "LOGIN" ? "PLAIN" : $0 }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What was presented; nil: the mechanism is one of which only the name is known.
    func signIn(_ mechanism: String, _ response: String) -> SignIn? {
        guard mechanisms.contains(mechanism) else { return nil }
        return switch mechanism {
        case "XOAUTH2": SignIn(xoauth2: response)
        case "OAUTHBEARER": SignIn(oauthbearer: response)
        case "PLAIN": .password(login: "")
        default: nil
        }
    }
}
