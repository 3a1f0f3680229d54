internal import Mail
internal import Relay

/// One submission dialogue as a pure machine: lines go in, actions come out (RFC 5321, 6409, 4954, 3207, 2920, 2034). It holds no socket and no clock.
///
/// After `verify` and `collect` it takes nothing until `verified` or `settled` is called, and its handler reads nothing meanwhile.
struct SubmissionSession: Sendable {
    enum Action: Sendable, Hashable {
        case reply(Reply)
        /// The 220 stands before it: TLS begins, and what was sent in clear behind the command is not read.
        case startTLS
        /// Who is that? Answer with `verified`.
        case verify(Caller)
        /// Where does mail to this account of the machine go? Answer with `found`.
        case find(account: String, [PathArgument.Parameter])
        /// The 354 stands before it: content follows. Answer its end with `settled`.
        case collect(Transaction)
        case close
    }

    enum Expected: Sendable, Hashable {
        case command
        case initialResponse(SignInMechanism)
        case loginKey(name: String)
        case verdict
        case content
        case nothing
    }

    let terms: Terms
    var expected = Expected.command
    /// What the client called itself; nil before EHLO or HELO.
    private(set) var clientName: String?
    private(set) var isExtended = false
    private(set) var isEncrypted: Bool
    /// Who the client is by the place it calls from.
    private let byPlace: Admission?
    /// Who it has shown to be by AUTH.
    var signedIn: Client?
    var transaction: Transaction?
    var failedSignIns = 0
    private var mistakes = 0
    private var idleCommands = 0
    /// RCPTs of this transaction.
    private var envelopeCommands = 0
    private var isStopping = false

    init(_ terms: Terms, byPlace: Admission?, isEncrypted: Bool) {
        self.terms = terms
        self.byPlace = byPlace
        self.isEncrypted = isEncrypted
    }

    var admission: Admission? { signedIn.map { .client($0) } ?? byPlace }

    /// How long the next line may be, without its CRLF.
    var lineLimit: Int {
        switch expected {
        case .initialResponse, .loginKey: terms.responseLine
        case .command, .verdict, .content, .nothing: terms.commandLine
        }
    }

    func opened() -> [Action] { [.reply(Reply(220, nil, "\(terms.hostName) ESMTP Mandate"))] }

    mutating func line(_ bytes: [UInt8]) -> [Action] {
        switch expected {
        case .command:
            guard let command = CommandLine(bytes) else {
                return counted([.reply(Reply(500, "5.5.2", "a command is text without control characters"))])
            }
            // However many recipients are refused, the good ones of the same message come after them: these have a bound of their own.
            return command.word == "RCPT" ? enveloped(recipient(command)) : counted(perform(command))
        case .initialResponse(let mechanism): return counted(response(bytes, mechanism))
        case .loginKey(let name): return counted(loginKey(bytes, name: name))
        case .verdict, .content, .nothing: return []
        }
    }

    mutating func overlong() -> [Action] {
        let limit = lineLimit
        // RFC 4954 section 4 has a code of its own for a response.
        let code = limit == terms.responseLine ? "5.5.6" : "5.5.2"
        expected = .command
        return counted([.reply(Reply(500, code, "the line is longer than \(limit) octets"))])
    }

    mutating func malformed() -> [Action] {
        expected = .command
        return counted([.reply(Reply(500, "5.5.2", "lines end with CRLF, and no CR or LF stands alone in them"))])
    }

    /// TLS has been begun: RFC 3207 section 4.2 forgets all that was said before.
    mutating func secured() {
        isEncrypted = true
        clientName = nil
        isExtended = false
        signedIn = nil
        transaction = nil
        expected = .command
    }

    /// The end of the content and what became of the message.
    mutating func settled(_ reply: Reply) -> [Action] {
        expected = .command
        forget()
        idleCommands = 0
        // Whoever hands over a message speaks SMTP, and what went wrong before belongs to that message.
        if reply.code == 250 { mistakes = 0 }
        return [.reply(reply)] + (isStopping ? leave(Self.stopping) : [])
    }

    /// The service stops: a message under way is finished, everything else hears 421.
    mutating func stop() -> [Action] {
        isStopping = true
        switch expected {
        case .content, .nothing: return []
        case .command, .initialResponse, .loginKey, .verdict: return leave(Self.stopping)
        }
    }

    mutating func end(_ reply: Reply) -> [Action] { leave(reply) }

    static let stopping = Reply(421, "4.3.2", "the service stops: come again later")
    static let endless = Reply(421, "4.7.0", "this does not end")
    static let idle = Reply(421, "4.4.2", "you took too long")

    mutating func leave(_ reply: Reply) -> [Action] {
        expected = .nothing
        return [.reply(reply), .close]
    }

    /// Counts what the client does wrong, and sends it away when it is too much.
    private mutating func counted(_ actions: [Action]) -> [Action] {
        guard actions.contains(where: { if case .reply(let reply) = $0 { reply.isRefusal } else { false } }) else { return actions }
        mistakes += 1
        guard mistakes > terms.mistakes, expected != .nothing else { return actions }
        return actions + leave(Reply(421, "4.7.0", "too many mistakes in one connection"))
    }
}

extension SubmissionSession {
    private mutating func perform(_ command: CommandLine) -> [Action] {
        switch command.word {
        case "EHLO": return idle(greet(command, isExtended: true))
        case "HELO": return idle(greet(command, isExtended: false))
        case "STARTTLS": return startTLS(command)
        case "AUTH": return signIn(command)
        case "MAIL": return mail(command)
        case "DATA": return data(command)
        case "RSET": return idle(reset())
        case "NOOP": return idle([.reply(Reply(250, "2.0.0", "ok"))])
        case "VRFY": return idle([.reply(Reply(252, "2.5.0", "addresses are not looked up; send the message"))])
        case "HELP": return idle([.reply(Self.help)])
        case "QUIT": return leave(Reply(221, "2.0.0", "bye"))
        case "EXPN", "TURN", "ETRN", "BDAT", "SEND", "SOML", "SAML":
            return [.reply(Reply(502, "5.5.1", "\(command.word) is not offered here"))]
        // A browser that was talked into posting a form at us (cross-protocol request): nothing it says is for us.
        case "GET", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS", "DELETE", "HOST:", "CONTENT-TYPE:", "USER-AGENT:":
            return leave(Reply(554, "5.5.1", "this is SMTP, not HTTP"))
        default: return [.reply(Reply(500, "5.5.1", "there is no such command"))]
        }
    }

    private static let help = Reply(
        214, "2.0.0",
        lines: [
            "EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT",
            "sign in with a client's name and key: mandate clients add NAME --key",
        ])

    private mutating func idle(_ actions: [Action]) -> [Action] {
        idleCommands += 1
        return idleCommands > terms.idleCommands ? leave(Reply(421, "4.7.0", "too many commands without a message")) : actions
    }

    /// RFC 5321 section 4.1.1.1. A name is wanted and not judged: too many programs have a wrong one.
    private mutating func greet(_ command: CommandLine, isExtended: Bool) -> [Action] {
        guard !command.argument.isEmpty else { return [.reply(Reply(501, "5.5.4", "\(command.word) wants your name"))] }
        clientName = command.argument
        self.isExtended = isExtended
        forget()
        guard isExtended else { return [.reply(Reply(250, nil, terms.hostName))] }
        var lines = [terms.hostName, "PIPELINING", "SIZE \(terms.size)", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN"]
        if offersTLS { lines.append("STARTTLS") }
        if maySignIn { lines.append("AUTH PLAIN LOGIN") }
        return [.reply(Reply(250, nil, lines: lines))]
    }

    var offersTLS: Bool { terms.offersTLS && !isEncrypted }

    /// RFC 4954 section 4: no key travels in clear, loopback excepted.
    var maySignIn: Bool {
        switch terms.origin {
        case .network(let mayBeClear): isEncrypted || mayBeClear
        case .local: false
        }
    }

    private mutating func startTLS(_ command: CommandLine) -> [Action] {
        guard command.argument.isEmpty else { return [.reply(Reply(501, "5.5.4", "STARTTLS takes no parameter"))] }
        guard !isEncrypted else { return [.reply(Reply(503, "5.5.1", "TLS is on already"))] }
        guard terms.offersTLS else { return [.reply(Reply(502, "5.5.1", "there is no certificate here to begin TLS with"))] }
        expected = .nothing
        return [.reply(Reply(220, "2.0.0", "go ahead")), .startTLS]
    }

    /// One who names the same recipient for ever, or more and more beyond the limit, does not want to send a message.
    private mutating func enveloped(_ actions: [Action]) -> [Action] {
        envelopeCommands += 1
        guard envelopeCommands > terms.recipients * 2 + 100 else { return actions }
        return leave(Reply(421, "4.7.0", "too many recipients were named"))
    }

    private mutating func reset() -> [Action] {
        forget()
        return [.reply(Reply(250, "2.0.0", "forgotten"))]
    }

    /// The next message begins with an envelope that is empty, and limits that nobody has used.
    private mutating func forget() {
        transaction = nil
        envelopeCommands = 0
    }
}
