internal import Crypto

/// The end of the data: may this login send this message as this author, and is there room for it? Checks run in Exchange's order.
extension ProviderState {
    /// The answer, and the message if it was taken.
    mutating func judge(
        _ envelope: Envelope, _ delivery: Delivery, now: Double
    ) -> (answer: SubmissionSession.Answer, accepted: AcceptedMessage?) {
        let header = HeaderGlance(delivery.content)
        if let reply = refusal(envelope, delivery, header, now: now) {
            record.refusals.append(
                SubmissionRefusal(
                    login: delivery.login, sender: header.from.first, reply: reply, connection: delivery.connection, time: now))
            return (.reply(reply), nil)
        }
        let report = limitReport(on: envelope, now: now)
        let message = accept(envelope, delivery, header, now: now)
        if let report { returned(report, to: envelope.sender.address, about: delivery, now: now) }
        return (.reply(Reply(250, "2.0.0 OK \(message.messageID) [Hostname=\(habits.backendName)]")), message)
    }

    private mutating func refusal(_ envelope: Envelope, _ delivery: Delivery, _ header: HeaderGlance, now: Double) -> Reply? {
        let host = "[Hostname=\(habits.backendName)]"
        if traffic.connectionsBefore(delivery.connection) >= habits.connectionsPerMailbox {
            return Reply(
                432, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. \(host)")
        }
        if let limit = habits.messagesPerMinute, traffic.sentLastMinute(delivery.login, now: now) >= limit {
            return Reply(421, "4.4.2 Message submission rate for this client has exceeded the configured limit \(host)")
        }
        if traffic.isBlocked(delivery.login, now: now) {
            return Reply(
                550,
                "5.2.252 Sender throttled due to continuous send as denied errors in your message; "
                    + "https://go.microsoft.com/fwlink/?linkid=2178267 \(host)")
        }
        if let reply = limitReply(envelope, delivery.login, now: now) { return reply }
        if let problem = fromProblem(header) {
            return Reply(550, "5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant, \(problem) \(host)")
        }
        guard let denied = deniedAddress(envelope, header, login: delivery.login) else { return nil }
        guard habits.sendAsDenial != .rewritten else { return nil }
        traffic.noteDenied(delivery.login, limit: habits.denialsBeforeThrottle, blocksFor: habits.throttleSeconds, now: now)
        return denial(of: denied, login: delivery.login)
    }

    private func fromProblem(_ header: HeaderGlance) -> String? {
        if header.fromFields != 1 { return "include exactly one From header field" }
        if header.from.isEmpty || !header.from.allSatisfy(EnvelopeGrammar.isAddress) { return "include a valid From address" }
        if header.from.count > 1, header.sender == nil { return "several From addresses need a Sender header field" }
        return nil
    }

    /// Of a message that came by an API, which has no envelope: the transport knows a From field and the mailbox.
    mutating func acceptByAPI(_ content: [UInt8], login: String, recipients: [String], over way: Habits.Way, now: Double)
        -> AcceptedMessage
    {
        let header = HeaderGlance(content)
        let own = tenant.mailbox(login: login)?.address ?? login
        let envelope = Envelope(sender: EnvelopeSender(own), recipients: recipients.map { EnvelopeRecipient($0) })
        let delivery = Delivery(connection: 0, login: login, content: content, tlsVersion: "TLS")
        return accept(envelope, delivery, header, over: way, now: now)
    }

    /// The first address that the login may not use: each From address, then the envelope sender.
    func deniedAddress(_ envelope: Envelope, _ header: HeaderGlance, login: String) -> String? {
        if let from = header.from.first(where: { !tenant.mayUse($0, login: login, sender: header.sender) }) { return from }
        let sender = envelope.sender.address
        return sender.isEmpty || tenant.mayUseAsEnvelope(sender, login: login) ? nil : sender
    }

    private mutating func denial(of address: String, login: String) -> Reply {
        switch habits.sendAsDenial {
        case .noPermission:
            return Reply(550, "5.7.60 SMTP; Client does not have permissions to send as this sender [\(habits.backendName)]")
        case .sendAsDenied, .rewritten:
            let codes = (0..<4).map { _ in "\(dice.hex(2)).\(dice.hex(4)):\(dice.hex(8).uppercased())" }.joined(separator: ", ")
            return Reply(
                554,
                "5.2.252 SendAsDenied; \(login) not allowed to send as \(address); STOREDRV.Submission.Exception:SendAsDeniedException."
                    + "MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message "
                    + "[BeginDiagnosticData]Cannot submit message. 0.35250:0A000000, \(codes)[EndDiagnosticData] "
                    + "[Hostname=\(habits.backendName)]")
        }
    }

    private mutating func accept(
        _ envelope: Envelope, _ delivery: Delivery, _ header: HeaderGlance, over way: Habits.Way = .smtp, now: Double
    ) -> AcceptedMessage {
        traffic.noteSent(delivery.login, now: now)
        if habits.recipientsPerDay != nil { traffic.note(recipients: envelope.recipients.count, of: delivery.login, now: now) }
        if habits.tenantRecipientsPerDay != nil {
            traffic.note(recipients: envelope.recipients.count { !tenant.hosts($0.address) }, of: nil, now: now)
        }
        let own = tenant.mailbox(login: delivery.login)?.address ?? delivery.login
        let aliases = tenant.mailbox(login: delivery.login)?.aliases.map { $0.lowercased() } ?? []
        let isReplaced =
            deniedAddress(envelope, header, login: delivery.login) != nil
            || !habits.keepsAlias.contains(way) && header.from.contains { aliases.contains($0.lowercased()) }
        let message = AcceptedMessage(
            number: record.messages.count + 1, connection: delivery.connection, login: delivery.login,
            tokenID: traffic.tokenID(delivery.connection) ?? "", sender: envelope.sender, recipients: envelope.recipients,
            content: delivery.content, size: delivery.content.count, digest: Self.digest(delivery.content[...]),
            bodyDigest: Self.digest(delivery.content[header.bodyStart...]),
            messageID: header.messageID ?? "<\(dice.hex(32))@\(habits.backendName)>", from: header.from,
            deliveredFrom: isReplaced ? [own] : header.from, headerSender: header.sender, tlsVersion: delivery.tlsVersion, time: now,
            wasAnswered: delivery.wasAnswered)
        record.accept(message, contentLimit: contentLimit)
        return message
    }

    /// A report that comes back into the mailbox.
    private mutating func returned(_ report: [UInt8], to address: String, about delivery: Delivery, now: Double) {
        let envelope = Envelope(sender: EnvelopeSender(""), recipients: [EnvelopeRecipient(address)])
        let back = Delivery(connection: delivery.connection, login: "", content: report, tlsVersion: delivery.tlsVersion)
        _ = accept(envelope, back, HeaderGlance(report), now: now)
    }

    static func digest(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let sum = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
        return String(decoding: sum.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
