internal import Mail
internal import Relay

/// The commands and replies of one message. With PIPELINING (RFC 2920) MAIL, every RCPT and DATA leave in one write; without, each waits
/// for the reply before it. Replies belong to commands by order, so everything that was sent is waited for, whatever went wrong meanwhile.
struct Exchange: Equatable {
    enum Awaited: Equatable {
        case mail, recipient(Int), data, content
        /// The answer to a lone dot: what we give a server that wants content for nobody.
        case emptyContent
    }

    enum Step: Equatable {
        case wait
        case send(String)
        case sendContent
        case done(Result<[RecipientReply], TransmitFailure>, After)
    }

    enum After: Equatable {
        case keep, reset, close
    }

    private enum Content: Equatable {
        case notAsked, leaving, left
    }

    let order: MailOrder
    private var awaited: [Awaited]
    private var next = 0
    private var refusals: [RecipientReply?]
    private var mailRefusal: ProviderReply?
    private var content = Content.notAsked
    /// The server was asked for the reports, too.
    private var takesReports = false

    static func started(_ order: MailOrder, _ offer: Extensions) -> (Exchange, commands: String) {
        var exchange = Exchange(order)
        exchange.takesReports = offer.dsn
        var commands = order.mailCommand(offer)
        guard offer.pipelining else { return (exchange, commands) }
        for index in order.envelope.recipients.indices {
            commands += order.recipientCommand(index, offer)
            exchange.awaited.append(.recipient(index))
        }
        exchange.awaited.append(.data)
        return (exchange, commands + "DATA\r\n")
    }

    private init(_ order: MailOrder) {
        self.order = order
        awaited = [.mail]
        refusals = Array(repeating: nil, count: order.envelope.recipients.count)
    }

    var stage: TransmitStage {
        switch awaited[next] {
        case .mail: .mail
        case .recipient: .rcpt
        case .data: .data
        case .content, .emptyContent: .content
        }
    }

    var isSendingContent: Bool { content == .leaving }

    mutating func contentHasLeft() {
        if content == .leaving { content = .left }
    }

    mutating func answered(_ reply: ProviderReply, _ offer: Extensions) -> Step {
        let command = awaited[next]
        if reply.code == 421, command != .content { return .done(result(interruptedBy: .reply(reply)), .close) }
        next += 1
        switch command {
        case .mail: return mailAnswered(reply, offer)
        case .recipient(let index): return recipientAnswered(reply, index, offer)
        case .data: return dataAnswered(reply)
        case .content: return contentAnswered(reply)
        case .emptyContent: return .done(settled(nil), .reset)
        }
    }

    /// What is known when something breaks off: a refusal that was already said stands, the rest is the failure.
    func result(interruptedBy cause: TransmitFailure.Cause) -> Result<[RecipientReply], TransmitFailure> {
        if mailRefusal != nil || isRefusedForAll { return settled(nil) }
        return .failure(TransmitFailure(stage: stage, cause: cause, contentHadLeft: content == .left))
    }

    private mutating func mailAnswered(_ reply: ProviderReply, _ offer: Extensions) -> Step {
        switch reply.code {
        case 200..<300: return advance(offer)
        case 400...:
            mailRefusal = reply
            return next < awaited.count ? .wait : .done(settled(nil), .reset)
        default: return violation(reply)
        }
    }

    private mutating func recipientAnswered(_ reply: ProviderReply, _ index: Int, _ offer: Extensions) -> Step {
        switch reply.code {
        case 200..<300: break
        case 400...: refusals[index] = RecipientReply(stage: .rcpt, reply: reply)
        default: return violation(reply)
        }
        return advance(offer)
    }

    private mutating func dataAnswered(_ reply: ProviderReply) -> Step {
        switch reply.code {
        case 354 where mailRefusal == nil && !isRefusedForAll:
            content = .leaving
            awaited.append(.content)
            return .sendContent
        case 354 where isRefusedForAll:
            // RFC 2920 section 3.1: the dot alone, and the server will say that it has nobody to deliver to.
            awaited.append(.emptyContent)
            return .send(".\r\n")
        case 354:
            // MAIL was refused, a recipient was not, and it wants content: whatever we end here could be delivered empty.
            return .done(settled(nil), .close)
        case 400...: return .done(settled(RecipientReply(stage: .data, reply: reply)), .reset)
        default: return violation(reply)
        }
    }

    private mutating func contentAnswered(_ reply: ProviderReply) -> Step {
        let isEarly = content == .leaving
        switch reply.code {
        case 200..<300 where !isEarly:
            return .done(settled(RecipientReply(stage: .content, reply: reply, takesReports: takesReports)), .keep)
        case 400...:
            // Said before we were done: it is its answer all the same, but the rest of the content can only be cut off.
            let after = isEarly || reply.code == 421 ? After.close : .reset
            return .done(settled(RecipientReply(stage: .content, reply: reply)), after)
        default: return violation(reply)
        }
    }

    private mutating func violation(_ reply: ProviderReply) -> Step {
        next -= 1  // it is this command that was not answered
        return .done(result(interruptedBy: .protocolViolation("\(reply.code) where it does not belong")), .close)
    }

    /// After a reply to MAIL or RCPT: the next command, unless it has left already.
    private mutating func advance(_ offer: Extensions) -> Step {
        guard next == awaited.count else { return .wait }
        let index = next - 1  // MAIL is the first awaited, so the count of replies is one ahead of the recipients
        if index < order.envelope.recipients.count {
            awaited.append(.recipient(index))
            return .send(order.recipientCommand(index, offer))
        }
        guard !isRefusedForAll else { return .done(settled(nil), .reset) }
        awaited.append(.data)
        return .send("DATA\r\n")
    }

    private var isRefusedForAll: Bool { refusals.allSatisfy { $0 != nil } }

    /// `rest` is the answer to everyone whom RCPT did not refuse.
    private func settled(_ rest: RecipientReply?) -> Result<[RecipientReply], TransmitFailure> {
        if let mailRefusal { return .failure(TransmitFailure(stage: .mail, cause: .reply(mailRefusal))) }
        return .success(refusals.compactMap { $0 ?? rest })
    }
}
