internal import Mail
internal import Relay

/// The client's side of one submission connection (RFC 6409) as a pure machine: bytes of the server and wishes of the caller go in,
/// actions come out. It reads no clock and knows no socket.
///
/// Signing in: greeting, EHLO, STARTTLS unless the connection began in TLS, EHLO again, AUTH. Then any number of messages, one after
/// another. A token leaves only through TLS, or on loopback where that was allowed.
struct SubmissionDialogue {
    private(set) var state = State.greeting
    private(set) var offer = Extensions()
    private let name: String
    private let signIn: SignIn
    private var protection: Protection
    private var isSecured: Bool
    private var hasAskedAgain = false
    private var parser = ReplyParser()

    /// `name` is how we call ourselves at EHLO.
    init(name: String, signIn: SignIn, protection: Protection) {
        self.name = name
        self.signIn = signIn
        self.protection = protection
        isSecured = protection == .tls
    }

    /// The phase whose limit runs now; nil: nothing is due.
    var awaits: TransmitStage? {
        switch state {
        case .greeting: .greeting
        case .ehlo: .ehlo
        case .startTLS: .startTLS
        case .auth: .auth
        case .resetting, .askingAgain: .mail
        case .exchange(let exchange): exchange.stage
        case .idle, .quitting, .closed: nil
        }
    }

    /// Takes another message after this one.
    var isReusable: Bool {
        switch state {
        case .idle, .resetting(next: nil): true
        case .greeting, .ehlo, .startTLS, .auth, .resetting, .exchange, .askingAgain, .quitting, .closed: false
        }
    }

    var isSendingContent: Bool {
        if case .exchange(let exchange) = state { exchange.isSendingContent } else { false }
    }

    /// `isLocal`: the other end is this machine, judged by its address and not by a name.
    mutating func connected(isLocal: Bool) {
        if protection == .clearTextAllowed, !isLocal { protection = .startTLS }
    }

    mutating func received(_ bytes: some Collection<UInt8>) -> [Action] {
        parser.append(bytes)
        var actions: [Action] = []
        do throws(ReplyParser.Violation) {
            while state != .closed, let reply = try parser.next() {
                actions += replied(reply)
            }
        } catch {
            actions += fail(.protocolViolation(error.text))
        }
        return actions
    }

    mutating func begin(_ order: MailOrder) -> [Action] {
        switch state {
        case .idle: return start(order)
        case .resetting(next: nil):
            state = .resetting(next: order)
            return []
        case .quitting, .closed: return [.finished(.failure(TransmitFailure(stage: .mail, cause: .connectionClosed)))]
        case .greeting, .ehlo, .startTLS, .auth, .resetting, .exchange, .askingAgain:
            preconditionFailure("a message before the last one was done")
        }
    }

    /// The last byte of the content, its final dot included, has been given to the network.
    mutating func contentLeft() {
        guard case .exchange(var exchange) = state else { return }
        exchange.contentHasLeft()
        state = .exchange(exchange)
    }

    /// Something other than a reply ended it: a limit, a close, TLS, or ourselves.
    mutating func interrupted(_ cause: TransmitFailure.Cause) -> [Action] {
        switch state {
        case .closed: return []
        case .idle, .quitting, .resetting(next: nil):
            state = .closed
            return [.close]
        case .ehlo where isSecured && protection != .tls:
            return fail(at: isTLS(cause) ? .startTLS : .ehlo, cause)  // the handshake has no reply of its own: EHLO is sent behind it
        case .greeting where isTLS(cause): return fail(at: .connect, cause)
        case .exchange(let exchange):
            state = .closed
            return [.finished(exchange.result(interruptedBy: cause)), .close]
        case .greeting, .ehlo, .startTLS, .auth, .resetting, .askingAgain: return fail(cause)
        }
    }

    /// No more messages: takes leave where the server can still hear it.
    mutating func quit() -> [Action] {
        guard isReusable else { return interrupted(.ours("the sending was stopped")) }
        state = .quitting
        return [.send("QUIT\r\n")]
    }

    private func isTLS(_ cause: TransmitFailure.Cause) -> Bool {
        if case .tls = cause { true } else { false }
    }

    private mutating func replied(_ reply: ServerReply) -> [Action] {
        switch state {
        case .greeting:
            guard reply.code == 220 else { return refused(reply) }
            return sayHello()
        case .ehlo:
            guard reply.code == 250 else { return refused(reply) }
            offer = Extensions(reply)
            return afterHello()
        case .startTLS: return secure(reply)
        case .auth(let step): return authenticated(reply, step)
        case .resetting(let next):
            guard reply.code / 100 == 2 else { return next == nil ? interrupted(.connectionClosed) : fail(at: .mail, .reply(reply.reply)) }
            state = .idle
            return next.map { start($0) } ?? []
        case .exchange(let exchange): return answered(reply.reply, exchange)
        case .askingAgain(let order, let refusal): return offered(reply, order, refusal)
        case .idle, .quitting:  // 421 before an idle close, 221 to QUIT, or words that nobody asked for
            state = .closed
            return [.close]
        case .closed: return []
        }
    }

    private mutating func sayHello() -> [Action] {
        state = .ehlo
        offer = Extensions()
        return [.send(MailOrder.line("EHLO \(name)"))]
    }

    private mutating func afterHello() -> [Action] {
        if !isSecured {
            if offer.startTLS {
                state = .startTLS
                return [.send("STARTTLS\r\n")]
            }
            guard protection == .clearTextAllowed else { return failPolitely(at: .startTLS, .noTLS) }
        }
        guard let mechanism = SignIn.mechanism(among: offer.mechanisms) else {
            return failPolitely(at: .auth, .noMechanism(offered: offer.mechanisms))
        }
        guard let line = signIn.initialLine(mechanism) else {
            state = .auth(.named(mechanism))
            return [.send("AUTH \(mechanism.rawValue)\r\n")]
        }
        state = .auth(.tokenSent(mechanism, octets: line.count))
        return [.sendSecret(line)]
    }

    /// Whatever stands behind the 220 came in clear and could be anyone's (CVE-2011-0411): it must not be read as said under TLS.
    private mutating func secure(_ reply: ServerReply) -> [Action] {
        guard reply.code == 220 else { return refused(reply) }
        guard !parser.hasUnread else { return fail(.protocolViolation("words in clear text behind the answer to STARTTLS")) }
        isSecured = true
        return [.startTLS] + sayHello()
    }

    private mutating func authenticated(_ reply: ServerReply, _ step: AuthStep) -> [Action] {
        switch (step, reply.code) {
        case (.named(let mechanism), 334):
            let line = signIn.responseLine(mechanism)
            state = .auth(.tokenSent(mechanism, octets: line.count))
            return [.sendSecret(line)]
        case (.tokenSent(let mechanism, let octets), 334):
            // RFC 7628 section 3.2.3 and Google: the error comes as a challenge, and no 535 before the client has answered it.
            state = .auth(.challenged(SignIn.text(ofChallenge: reply), octets: octets))
            return [.send(SignIn.dismissal(mechanism))]
        case (.tokenSent, 235):
            state = .idle
            return [.signedIn]
        case (.named, 400...), (.tokenSent, 400...), (.challenged, 400...):
            return reply.code == 421 ? fail(cause(reply, step)) : failPolitely(at: .auth, cause(reply, step))
        case (.named, _), (.tokenSent, _), (.challenged, _):
            return fail(.protocolViolation("\(reply.code) as the answer to AUTH"))
        }
    }

    private func cause(_ reply: ServerReply, _ step: AuthStep) -> TransmitFailure.Cause {
        switch step {
        case .named: signIn.failure(reply.reply, challenge: nil, sent: 0)
        case .tokenSent(_, let octets): signIn.failure(reply.reply, challenge: nil, sent: octets)
        case .challenged(let challenge, let octets): signIn.failure(reply.reply, challenge: challenge, sent: octets)
        }
    }

    private mutating func start(_ order: MailOrder) -> [Action] {
        if let what = order.missing(in: offer) {
            return [.finished(.failure(TransmitFailure(stage: .mail, cause: .notOffered(what))))]  // nothing was said: the state stays
        }
        let (exchange, commands) = Exchange.started(order, offer)
        state = .exchange(exchange)
        return [.send(commands)]
    }

    private mutating func answered(_ reply: ProviderReply, _ before: Exchange) -> [Action] {
        var exchange = before
        let step = exchange.answered(reply, offer)
        state = .exchange(exchange)
        switch step {
        case .wait: return []
        case .send(let commands): return [.send(commands)]
        case .sendContent: return [.sendContent]
        case .done(let result, .keep):
            state = .idle
            return [.finished(result)]
        case .done(let result, .reset):
            if let refusal = misunderstanding(result) {
                hasAskedAgain = true
                state = .askingAgain(before.order, refusal: refusal)
                return [.send(MailOrder.line("EHLO \(name)"))]
            }
            state = .resetting(next: nil)
            return [.finished(result), .send("RSET\r\n")]
        case .done(let result, .close):
            state = .closed
            return [.finished(result), .close]
        }
    }

    /// A submission server that hands on to another one (Dovecot) knows only behind the sign-in what that one offers, and then answers
    /// `555 5.5.4` to parameters it offered before. Asked again, once for a connection, it says what is true; asking each time would cost
    /// everyone else a round trip.
    private func misunderstanding(_ result: Result<[RecipientReply], TransmitFailure>) -> ProviderReply? {
        guard !hasAskedAgain, case .failure(let failure) = result, case .reply(let reply) = failure.cause else { return nil }
        return failure.stage == .mail && reply.code == 555 ? reply : nil
    }

    private mutating func offered(_ reply: ServerReply, _ order: MailOrder, _ refusal: ProviderReply) -> [Action] {
        guard reply.code != 421 else { return fail(at: .mail, .reply(reply.reply)) }
        state = .idle
        guard reply.code == 250 else { return [.finished(.failure(TransmitFailure(stage: .mail, cause: .reply(refusal))))] }
        offer = Extensions(reply)
        return start(order)
    }

    /// The opening phases: a 4xx or 5xx is the server's word, anything else does not belong there.
    private mutating func refused(_ reply: ServerReply) -> [Action] {
        guard reply.code >= 400 else { return fail(.protocolViolation("\(reply.code) where it does not belong")) }
        return fail(.reply(reply.reply))
    }

    private mutating func fail(_ cause: TransmitFailure.Cause) -> [Action] {
        if case .exchange(let exchange) = state {
            state = .closed
            return [.finished(exchange.result(interruptedBy: cause)), .close]
        }
        guard let stage = awaits else {
            state = .closed
            return [.close]
        }
        return fail(at: stage, cause)
    }

    private mutating func fail(at stage: TransmitStage, _ cause: TransmitFailure.Cause) -> [Action] {
        state = .closed
        return [.finished(.failure(TransmitFailure(stage: stage, cause: cause))), .close]
    }

    private mutating func failPolitely(at stage: TransmitStage, _ cause: TransmitFailure.Cause) -> [Action] {
        state = .quitting
        return [.finished(.failure(TransmitFailure(stage: stage, cause: cause))), .send("QUIT\r\n")]
    }
}
