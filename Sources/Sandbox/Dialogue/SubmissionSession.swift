/// One SMTP submission dialogue as a pure machine: lines go in, actions come out (RFC 5321, 4954, 3207, 3030).
///
/// Whatever needs the tenant, the tokens or a scripted fault is asked with `.ask`; until `answered(_:)` the machine takes nothing else,
/// and its handler reads nothing else. It holds no clock and no socket.
struct SubmissionSession: Sendable {
    enum Question: Sendable, Hashable {
        case connect
        case hello(String)
        case startTLS
        case signIn(SignIn)
        case mail(EnvelopeSender)
        case recipient(EnvelopeRecipient)
        case data
        case content(Envelope)
    }

    enum Answer: Sendable, Hashable {
        /// Yes, with the usual reply.
        case proceed
        /// This reply; below 400 it means yes.
        case reply(Reply)
    }

    enum Action: Sendable, Hashable {
        case reply(Reply)
        case ask(Question)
        /// After the reply: forget what else came in clear, then wrap the connection.
        case startTLS
        /// What follows is content up to CRLF.CRLF; then `contentEnded`.
        case collectContent
        /// What follows is content of this many octets; then `chunkEnded`.
        case collectChunk(Int)
        /// Forget the content collected so far.
        case discardContent
        case close
    }

    enum Phase: Sendable, Hashable {
        case opening
        case command
        case asking(Question)
        case authenticating(Step)
        case content
        case chunk(Int, isLast: Bool)
        case closed
    }

    enum Step: Sendable, Hashable {
        case xoauth2
        case oauthbearer
        case loginName
        case loginPassword(name: String)
        /// The client owes a line after the 334 error document; then it hears this.
        case acknowledge(Reply)
    }

    /// RFC 4954, section 4: what a line of the SASL exchange may have. Entra's tokens need it.
    static let responseLimit = 12_288
    /// Exchange gives up on clients that talk nonsense; a loop in a client must not run for ever.
    static let errorLimit = 25

    let habits: Habits
    let words: SubmissionWords
    let client: String
    var phase = Phase.opening
    var isSecured = false
    var hasGreeted = false
    var login: String?
    var envelope: Envelope?
    /// Octets of BDAT chunks so far; nil: none begun.
    var chunked: Int?
    var errors = 0

    init(habits: Habits, client: String) {
        self.habits = habits
        self.client = client
        words = SubmissionWords(server: habits.serverName)
    }

    var lineLimit: Int {
        if case .authenticating = phase { Self.responseLimit } else { habits.commandLineLimit }
    }

    var grammar: EnvelopeGrammar { EnvelopeGrammar(messageSize: habits.messageSize) }

    mutating func opened() -> [Action] { ask(.connect) }

    mutating func line(_ text: String) -> [Action] {
        switch phase {
        case .command: command(text)
        case .authenticating(let step): authenticate(step, text)
        case .opening, .asking, .content, .chunk, .closed: []
        }
    }

    /// A line longer than `lineLimit`; it was thrown away up to its end.
    mutating func overlong() -> [Action] {
        if case .authenticating = phase {
            phase = .command
            return fail(words.overlongResponse)
        }
        return fail(habits.overlongCommand)
    }

    /// A line with a bare LF, NUL or bytes that are not UTF-8.
    mutating func malformed() -> [Action] {
        if case .authenticating = phase { phase = .command }
        return fail(words.malformedLine)
    }

    mutating func contentEnded(octets: Int) -> [Action] {
        guard case .content = phase, let envelope else { return [] }
        phase = .command
        guard octets <= habits.messageSize else { return abandon(words.tooLarge) }
        return ask(.content(envelope))
    }

    mutating func chunkEnded() -> [Action] {
        guard case .chunk(let octets, let isLast) = phase else { return [] }
        phase = .command
        // A chunk that was refused up front is read and forgotten (RFC 3030, section 2).
        guard let envelope, let before = chunked else { return [.discardContent] }
        chunked = before + octets
        guard before + octets <= habits.messageSize else { return abandon(words.tooLarge) }
        return isLast ? ask(.content(envelope)) : [.reply(words.chunkTaken(octets))]
    }

    mutating func answered(_ answer: Answer) -> [Action] {
        guard case .asking(let question) = phase else { return [] }
        phase = .command
        switch answer {
        case .proceed: return granted(question, nil)
        case .reply(let reply): return reply.isPositive ? granted(question, reply) : refused(question, reply)
        }
    }

    /// The handler's clock ran out, or the sandbox stops.
    mutating func end(_ reply: Reply) -> [Action] {
        guard phase != .closed else { return [] }
        phase = .closed
        return [.reply(reply), .close]
    }

    mutating func ask(_ question: Question) -> [Action] {
        phase = .asking(question)
        return [.ask(question)]
    }

    mutating func fail(_ reply: Reply) -> [Action] {
        errors += 1
        return errors > Self.errorLimit ? end(words.tooManyErrors) : [.reply(reply)]
    }

    /// A refusal that ends the transaction.
    mutating func abandon(_ reply: Reply) -> [Action] {
        forgetTransaction()
        return [.discardContent] + fail(reply)
    }

    mutating func forgetTransaction() {
        envelope = nil
        chunked = nil
    }

    private mutating func granted(_ question: Question, _ reply: Reply?) -> [Action] {
        switch question {
        case .connect:
            return [.reply(reply ?? words.greeting(at: 0))]
        case .hello:
            hasGreeted = true
            forgetTransaction()
            return [.reply(reply ?? words.extensions(client: client, isSecured: isSecured, habits))]
        case .startTLS:
            // RFC 3207, section 4.2: all that was said in clear is forgotten.
            (isSecured, hasGreeted, login) = (true, false, nil)
            forgetTransaction()
            return [.reply(reply ?? words.ready), .startTLS]
        case .signIn(let signIn):
            login = signIn.login
            return [.reply(reply ?? words.signedIn)]
        case .mail(let sender):
            envelope = Envelope(sender: sender)
            return [.reply(reply ?? words.senderOK)]
        case .recipient(let recipient):
            envelope?.recipients.append(recipient)
            return [.reply(reply ?? words.recipientOK)]
        case .data:
            phase = .content
            return [.reply(reply ?? words.startInput), .collectContent]
        case .content:
            forgetTransaction()
            return [.discardContent, .reply(reply ?? words.nothing)]
        }
    }

    private mutating func refused(_ question: Question, _ reply: Reply) -> [Action] {
        if reply.code == 421 { return end(reply) }
        switch question {
        case .connect: return end(reply)
        case .signIn where habits.signInRefusal == .challenge && reply.code == 535:
            phase = .authenticating(.acknowledge(reply))
            return [.reply(words.challenge(SubmissionSession.errorDocument))]
        case .content: return abandon(reply)
        case .hello, .startTLS, .signIn, .mail, .recipient, .data: return fail(reply)
        }
    }
}
