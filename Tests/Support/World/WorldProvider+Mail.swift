internal import Mail
internal import Relay
internal import Synchronization

/// The mail server.
extension WorldProvider {
    /// `directory`: what the run that sends has in hand at that moment.
    func transmit(_ life: Life, directory: @escaping @Sendable () -> Directory) -> Transmit {
        { message throws(TransmitFailure) in
            let held = directory()
            let answer = self.begin(message, life, held)
            defer { self.end(message, life) }
            return try await self.take(message, life, answer)
        }
    }

    private func lane(_ message: OutgoingMessage, _ life: Life) -> String { "\(life.incarnation) \(message.login)" }

    private func begin(_ message: OutgoingMessage, _ life: Life, _ directory: Directory) -> Answer? {
        let text = message.token.revealText()
        let token = state.withLock { $0.tokens[text] }
        let host = message.provider.smtp?.host ?? ""
        if let token {
            if host != Self.host(token.place) { ledger.violate("the token \(text) of place \(token.place) was sent to \(host)") }
            let grant = directory.allMailboxes.first { $0.login == message.login }?.grant
            if grant != token.grant { ledger.violate("the token \(text) of \(token.grant) was used for \(message.login)") }
        } else {
            ledger.violate("\(text) is no token")
        }
        for from in Self.authors(message.header) where !directory.allows(message.login, from) {
            ledger.violate("\(message.login) sends as \(from), which edition \(directory.edition) does not allow")
        }
        return state.withLock { state in
            state.underWay[lane(message, life), default: 0] += 1
            if state.underWay[lane(message, life), default: 0] > Self.connections {
                ledger.violate("more than \(Self.connections) at once of \(lane(message, life))")
            }
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
    }

    private func end(_ message: OutgoingMessage, _ life: Life) { state.withLock { $0.underWay[lane(message, life), default: 1] -= 1 } }

    private func take(_ message: OutgoingMessage, _ life: Life, _ answer: Answer?) async throws(TransmitFailure) -> [RecipientReply] {
        let gone = TransmitFailure(stage: .connect, cause: .ours("this run has ended"))
        await world.wait(0.02 + 0.4 * world.draw(), for: life, exactly: true)
        if life.isOver { throw gone }
        try refusal(answer, message)
        try await read(message, life, gone)
        let replies = judge(message, answer, life)
        let taken = replies.compactMap(\.delivery)
        switch answer {
        case .hangsUpAfter: throw TransmitFailure(stage: .content, cause: .connectionClosed, contentHadLeft: true)
        case .silentAfter:
            await world.wait(600, for: life)
            throw TransmitFailure(stage: .content, cause: .timeout(seconds: 600), contentHadLeft: true)
        case .late: await world.wait(20 + 100 * world.draw(), for: life)
        default: await world.wait(0.1 * world.draw(), for: life, exactly: true)
        }
        if life.isOver { throw gone }
        if answer == .shortReplies { return [] }
        ledger.hear(taken)
        return replies.map(\.reply)
    }

    private func read(_ message: OutgoingMessage, _ life: Life, _ gone: TransmitFailure) async throws(TransmitFailure) {
        var size = 0
        var number = 0
        do throws(StoreFailure) {
            while let chunk = try await message.body(number) {
                size += chunk.count
                number += 1
            }
        } catch { throw TransmitFailure(stage: .content, cause: .ours(error.description)) }
        if life.isOver { throw gone }
        if size != message.bodySize { ledger.violate("\(size) octets left of a body of \(message.bodySize)") }
    }

    /// Before any of the content.
    private func refusal(_ answer: Answer?, _ message: OutgoingMessage) throws(TransmitFailure) {
        func reply(_ stage: TransmitStage, _ code: Int, _ enhanced: String, _ text: String) -> TransmitFailure {
            TransmitFailure(stage: stage, cause: .reply(ProviderReply(code: code, enhanced: enhanced, text: text)))
        }
        let time = world.time
        let text = message.token.revealText()
        let isGood = state.withLock { state in state.tokens[text].map { $0.ends > time } ?? false }
        if !isGood { throw reply(.auth, 535, "5.7.3", "Authentication unsuccessful") }
        switch answer {
        case .unreachable: throw TransmitFailure(stage: .connect, cause: .unreachable("connection refused"))
        case .refusesSignIn: throw reply(.auth, 535, "5.7.3", "Authentication unsuccessful")
        case .temporary: throw reply(.mail, 451, "4.7.0", "Temporary server error")
        case .throttled: throw reply(.mail, 432, "4.3.2", "Concurrent connections limit exceeded")
        case .hangsUpBefore: throw TransmitFailure(stage: .data, cause: .connectionClosed)
        case .refusesRecipients, .hangsUpAfter, .silentAfter, .late, .shortReplies, nil: break
        }
        let isDenied = state.withLock { state in
            Self.authors(message.header).contains { state.denied.contains(Pair(login: message.login, from: $0)) }
        }
        if isDenied { throw reply(.content, 554, "5.2.252", "SendAsDenied; not allowed to send as this sender") }
    }

    /// What becomes of each recipient; `delivery`: where it stands in the ledger.
    private func judge(_ message: OutgoingMessage, _ answer: Answer?, _ life: Life) -> [(reply: RecipientReply, delivery: Int?)] {
        guard let id = Self.messageID(message.header).flatMap(ledger.message) else {
            ledger.violate("a message left that nobody accepted")
            return []
        }
        count(message, life)
        return message.envelope.recipients.map { recipient in
            let isRefused = answer == .refusesRecipients || recipient.address.localPart.hasPrefix("gone")
            guard !isRefused else {
                ledger.refuse(id, recipient.address)
                return (RecipientReply(stage: .rcpt, reply: ProviderReply(code: 550, enhanced: "5.1.1", text: "no such user")), nil)
            }
            return (.taken, ledger.deliver(id, to: recipient.address, by: life))
        }
    }

    private func count(_ message: OutgoingMessage, _ life: Life) {
        let time = world.time
        let key = lane(message, life)
        let isTooMany = state.withLock { state in
            state.taken[key] = state.taken[key, default: []].filter { $0 > time - 60 } + [time]
            let isKnown = !state.jumps.contains { $0 > time - 90 }
            return isKnown && state.taken[key, default: []].count > Self.messagesPerMinute + Self.bunched
        }
        if isTooMany { ledger.violate("more than \(Self.messagesPerMinute) a minute of \(key)") }
    }

    private static func authors(_ header: [UInt8]) -> [EmailAddress] {
        guard let block = try? HeaderBlock(header), let field = block.fields(named: .from).first,
            let list = try? AddressList(parsing: field.value)
        else { return [] }
        return list.addresses.map(\.address)
    }

    private static func messageID(_ header: [UInt8]) -> String? {
        guard let field = (try? HeaderBlock(header))?.fields(named: .messageID).first else { return nil }
        return String(decoding: field.value, as: UTF8.self).split { $0.isWhitespace }.joined()
    }
}

extension Directory {
    /// Written anew, and simpler than the decider is.
    fileprivate func allows(_ login: String, _ from: EmailAddress) -> Bool {
        allMailboxes.contains { mailbox in
            guard mailbox.login == login, mailbox.isEnabled, grant(mailbox.grant)?.isEnabled == true else { return false }
            guard !allDenials.contains(where: { $0.covers == .address(from) && ($0.mailbox == nil || $0.mailbox == mailbox.id) }) else {
                return false
            }
            return mailbox.address == from || allDelegations.contains { $0.mailbox == mailbox.id && $0.covers == .address(from) }
        }
    }
}
