/// One IMAP dialogue (RFC 9051, 4959, 7628): enough of it to sign in with a token, look into INBOX and read the messages there. Nothing can be changed.
struct IMAPSession: ReadingSession {
    static let door = MailDoor.imap

    enum Phase: Sendable, Hashable {
        case command
        /// The tag that waits for the answer, and what becomes of it.
        case asking(tag: String, Errand)
        case authenticating(tag: String, mechanism: String)
        /// The client owes a line after the error document; then it hears this.
        case acknowledge(String)
        case closed
    }

    enum Errand: Sendable, Hashable {
        case signIn(SignIn)
        case select(isReadOnly: Bool)
        case status([String])
        /// NOOP, when a mailbox is open: what is new is told.
        case look
    }

    /// A token may come with the command that presents it (SASL-IR), and Entra's have thousands of octets.
    let lineLimit = 16_384
    /// A client that loops must not do so for ever.
    static let errorLimit = 25

    let words: IMAPWords
    let mechanisms: ReadingSignIn
    var phase = Phase.command
    var login: String?
    /// Signed in, but into no mailbox.
    var isAdrift = false
    var inbox: Inbox?
    var errors = 0

    init(habits: Habits) {
        words = IMAPWords(habits)
        mechanisms = ReadingSignIn(habits)
    }

    mutating func opened() -> [ReadingAction] { [.say(words.greeting)] }

    mutating func line(_ text: String) -> [ReadingAction] {
        switch phase {
        case .command: return command(text)
        case .authenticating(let tag, let mechanism):
            phase = .command
            guard text != "*", let signIn = mechanisms.signIn(mechanism, text) else { return fail("\(tag) BAD \(words.cancelled)") }
            return ask(.signIn(signIn), tag, .signIn(signIn))
        case .acknowledge(let refusal):
            phase = .command
            return fail(refusal)
        case .asking, .closed: return []
        }
    }

    mutating func unreadable(isOverlong: Bool) -> [ReadingAction] {
        phase = .command
        return fail("* BAD \(isOverlong ? words.tooLong : words.invalid)")
    }

    mutating func answered(_ answer: ReadingAnswer) -> [ReadingAction] {
        guard case .asking(let tag, let errand) = phase else { return [] }
        phase = .command
        switch (errand, answer) {
        case (.signIn(let signIn), .opened), (.signIn(let signIn), .notConnected):
            login = signIn.login
            isAdrift = answer == .notConnected
            return [.say("\(tag) OK \(words.signedIn)")]
        case (.signIn, .unavailable): return fail("\(tag) NO \(words.unavailable)")
        case (.signIn(let signIn), .refused(let reason)):
            let refusal = "\(tag) NO \(words.refusal(signIn, reason))"
            guard let challenge = mechanisms.challenge, reason != .passwordNotSupported else { return fail(refusal) }
            phase = .acknowledge(refusal)
            return [.say("+ \(challenge)")]
        case (.select(let isReadOnly), .inbox(let inbox)):
            self.inbox = inbox
            return [.say(selected(inbox, tag, isReadOnly))]
        case (.status(let items), .inbox(let inbox)):
            return [.say("* STATUS INBOX (\(Self.status(inbox, items)))\r\n\(tag) OK \(words.done("STATUS"))")]
        case (.look, .inbox(let inbox)):
            let isNew = self.inbox?.messages.count != inbox.messages.count
            self.inbox = inbox
            return [.say((isNew ? "* \(inbox.messages.count) EXISTS\r\n" : "") + "\(tag) OK \(words.done("NOOP"))")]
        case (.signIn, .inbox), (.select, _), (.status, _), (.look, _): return fail("\(tag) NO \(words.unavailable)")
        }
    }

    mutating func end(_ reason: ReadingEnd) -> [ReadingAction] {
        guard phase != .closed else { return [] }
        phase = .closed
        return [.say("* BYE \(reason == .idle ? words.idle : words.stopping)"), .close]
    }

    mutating func ask(_ question: ReadingQuestion, _ tag: String, _ errand: Errand) -> [ReadingAction] {
        phase = .asking(tag: tag, errand)
        return [.ask(question)]
    }

    mutating func fail(_ text: String) -> [ReadingAction] {
        errors += 1
        guard errors > Self.errorLimit else { return [.say(text)] }
        phase = .closed
        return [.say("* BYE \(words.tooManyErrors)"), .close]
    }

    private func selected(_ inbox: Inbox, _ tag: String, _ isReadOnly: Bool) -> String {
        [
            "* \(inbox.messages.count) EXISTS", "* 0 RECENT", "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)",
            "* OK [PERMANENTFLAGS ()] Nothing can be changed", "* OK [UIDVALIDITY \(inbox.validity)] UIDVALIDITY value",
            "* OK [UIDNEXT \((inbox.messages.last?.uid ?? 0) + 1)] The next unique identifier value",
            "\(tag) OK [READ-ONLY] \(words.done(isReadOnly ? "EXAMINE" : "SELECT"))",
        ].joined(separator: "\r\n")
    }

    private static func status(_ inbox: Inbox, _ items: [String]) -> String {
        items.compactMap { item -> String? in
            switch item {
            case "MESSAGES", "UNSEEN": "\(item) \(inbox.messages.count)"
            case "RECENT": "RECENT 0"
            case "UIDNEXT": "UIDNEXT \((inbox.messages.last?.uid ?? 0) + 1)"
            case "UIDVALIDITY": "UIDVALIDITY \(inbox.validity)"
            default: nil
            }
        }.joined(separator: " ")
    }
}
