/// One POP3 dialogue (RFC 1939, 2449, 5034): enough of it to sign in with a token and read what came. Nothing can be deleted.
struct POP3Session: ReadingSession {
    static let door = MailDoor.pop3

    enum Phase: Sendable, Hashable {
        case command
        case asking(SignIn)
        /// Signed in; what lies there is being counted.
        case opening
        case authenticating(mechanism: String)
        case password(login: String)
        /// The client owes a line after the error document; then it hears this.
        case acknowledge(String)
        case closed
    }

    /// RFC 2449, section 4, gives a command 255 octets; what answers a `+` has RFC 5034's.
    private static let commandLimit = 255
    private static let errorLimit = 25

    private let words: POP3Words
    private let mechanisms: ReadingSignIn
    private var phase = Phase.command
    private(set) var login: String?
    private var inbox: Inbox?
    private var errors = 0

    init(habits: Habits) {
        words = POP3Words(habits)
        mechanisms = ReadingSignIn(habits)
    }

    var lineLimit: Int {
        if case .authenticating = phase { SubmissionSession.responseLimit } else { Self.commandLimit }
    }

    mutating func opened() -> [ReadingAction] { [.say("+OK \(words.greeting)")] }

    mutating func line(_ text: String) -> [ReadingAction] {
        switch phase {
        case .command: return command(text)
        case .authenticating(let mechanism):
            guard text != "*", let signIn = mechanisms.signIn(mechanism, text) else { return fail(words.cancelled) }
            return ask(signIn)
        case .password(let login):
            phase = .command
            guard text.prefix(5).uppercased() == "PASS " else { return fail(words.invalid) }
            return ask(.password(login: login))
        case .acknowledge(let refusal): return fail(refusal)
        case .asking, .opening, .closed: return []
        }
    }

    mutating func unreadable(isOverlong: Bool) -> [ReadingAction] { fail(words.invalid) }

    mutating func answered(_ answer: ReadingAnswer) -> [ReadingAction] {
        switch (phase, answer) {
        case (.asking(let signIn), .opened):
            login = signIn.login
            phase = .opening
            return [.ask(.inbox)]
        case (.opening, .inbox(let inbox)):
            phase = .command
            self.inbox = inbox
            return [.say("+OK \(words.signedIn)")]
        case (.asking(let signIn), .refused(let reason)):
            let refusal = words.refusal(signIn, reason)
            guard let challenge = mechanisms.challenge, reason != .passwordNotSupported else { return fail(refusal) }
            phase = .acknowledge(refusal)
            return [.say("+ \(challenge)")]
        case (.asking, _), (.opening, _): return fail(words.unavailable)
        case (.command, _), (.authenticating, _), (.password, _), (.acknowledge, _), (.closed, _): return []
        }
    }

    mutating func end(_ reason: ReadingEnd) -> [ReadingAction] {
        guard phase != .closed else { return [] }
        phase = .closed
        return [.say("-ERR \(reason == .idle ? words.idle : words.stopping)"), .close]
    }

    private mutating func ask(_ signIn: SignIn) -> [ReadingAction] {
        phase = .asking(signIn)
        return [.ask(.signIn(signIn))]
    }

    private mutating func fail(_ text: String) -> [ReadingAction] {
        errors += 1
        phase = errors > Self.errorLimit ? .closed : .command
        return phase == .closed ? [.say("-ERR \(words.tooManyErrors)"), .close] : [.say("-ERR \(text)")]
    }

    private mutating func command(_ text: String) -> [ReadingAction] {
        let pieces = text.split(separator: " ")
        let arguments = Array(pieces.dropFirst())
        switch pieces.first?.uppercased() ?? "" {
        case "CAPA": return [.say("+OK\r\n\(words.capabilities(mechanisms.mechanisms))\r\n.")]
        case "QUIT":
            phase = .closed
            return [.say("+OK \(words.bye)"), .close]
        case "NOOP", "RSET": return inbox == nil ? fail(words.notNow) : [.say("+OK")]
        case "AUTH": return authenticate(arguments)
        case "USER":
            guard inbox == nil, arguments.count == 1 else { return fail(words.notNow) }
            phase = .password(login: String(arguments[0]))
            return [.say("+OK")]
        case "STAT", "LIST", "UIDL", "TOP", "RETR", "DELE":
            guard let inbox else { return fail(words.notNow) }
            return read(pieces[0].uppercased(), arguments, inbox)
        default: return fail(words.invalid)
        }
    }

    private mutating func authenticate(_ arguments: [Substring]) -> [ReadingAction] {
        guard inbox == nil else { return fail(words.notNow) }
        guard let mechanism = arguments.first?.uppercased() else {
            return [.say("+OK\r\n\(mechanisms.mechanisms.joined(separator: "\r\n"))\r\n.")]
        }
        guard arguments.count <= 2, mechanisms.signIn(mechanism, "") != nil else { return fail(words.invalid) }
        guard arguments.count == 2, let signIn = mechanisms.signIn(mechanism, arguments[1] == "=" ? "" : String(arguments[1])) else {
            phase = .authenticating(mechanism: mechanism)
            return [.say("+ ")]
        }
        return ask(signIn)
    }

    private mutating func read(_ verb: String, _ arguments: [Substring], _ inbox: Inbox) -> [ReadingAction] {
        let messages = inbox.messages
        if verb == "STAT" { return [.say("+OK \(messages.count) \(messages.reduce(0) { $0 + $1.content.count })")] }
        func line(_ place: Int) -> String { "\(place) \(verb == "LIST" ? messages[place - 1].content.count : messages[place - 1].uid)" }
        guard let first = arguments.first else {
            guard verb == "LIST" || verb == "UIDL" else { return fail(words.invalid) }
            return [.say((["+OK"] + messages.indices.map { line($0 + 1) } + ["."]).joined(separator: "\r\n"))]
        }
        guard let place = Int(first), messages.indices.contains(place - 1) else { return fail(words.noMessage) }
        switch verb {
        case "LIST", "UIDL": return [.say("+OK \(line(place))")]
        case "DELE": return fail(words.readOnly)
        case "RETR": return [.say("+OK"), .octets(Self.stuffed(messages[place - 1].content[...]))]
        default:
            guard arguments.count == 2, let lines = Int(arguments[1]), lines >= 0 else { return fail(words.invalid) }
            return [.say("+OK"), .octets(Self.stuffed(Self.top(of: messages[place - 1], lines)))]
        }
    }

    /// The header and so many lines of the body.
    private static func top(of message: DeliveredMessage, _ lines: Int) -> ArraySlice<UInt8> {
        var end = message.header.endIndex
        for _ in 0..<lines {
            guard let next = message.content[end...].firstIndex(of: 0x0A) else { return message.content[...] }
            end = next + 1
        }
        return message.content[..<end]
    }

    /// With a dot before each that begins a line, and the one that ends it all (RFC 1939, section 3).
    private static func stuffed(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var wire: [UInt8] = []
        for line in content.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.first == UInt8(ascii: ".") { wire.append(UInt8(ascii: ".")) }
            wire += (line.last == 0x0D ? line.dropLast() : line) + [0x0D, 0x0A]
        }
        // What ends with a line's end leaves an empty piece behind, which is no line.
        if content.last == 0x0A { wire.removeLast(2) }
        return wire + Array(".\r\n".utf8)
    }
}

/// The texts of a POP3 door: Exchange Online's or Gmail's.
struct POP3Words: Sendable {
    private let isGoogle: Bool
    private let server: String

    init(_ habits: Habits) {
        isGoogle = habits.flavour == .google
        server = habits.backendName
    }

    var greeting: String {
        isGoogle ? "Gpop ready for requests from 127.0.0.1" : "The Microsoft Exchange POP3 service is ready. [\(server)]"
    }

    func capabilities(_ mechanisms: [String]) -> String {
        ["TOP", "UIDL", "SASL \(mechanisms.joined(separator: " "))", "USER"].joined(separator: "\r\n")
    }

    var signedIn: String { isGoogle ? "Welcome." : "User successfully authenticated." }

    func refusal(_ signIn: SignIn, _ reason: SignInAttempt.Reason) -> String {
        if isGoogle {
            return reason == .doorDisabled
                ? "[SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access."
                : "[AUTH] Username and password not accepted."
        }
        if case .password = signIn { return "Logon failure: unknown user name or bad password." }
        return "Authentication failure: unknown user name or bad password."
    }

    var unavailable: String { "[SYS/TEMP] Server Unavailable. 20" }
    var cancelled: String { "Authentication cancelled." }
    var invalid: String { "Protocol error. 14" }
    var notNow: String { "Command is not valid in this state." }
    var noMessage: String { "The specified message is out of range." }
    var readOnly: String { "Nothing can be deleted here." }
    var idle: String { "Connection is closed. 12" }
    var stopping: String { "Server shutting down. 13" }
    var bye: String { isGoogle ? "Farewell." : "Microsoft Exchange Server POP3 server signing off." }
    var tooManyErrors: String { "Too many invalid commands. 15" }
}
