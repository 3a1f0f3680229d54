package import Mail
internal import struct FoundationEssentials.Date

/// Tells the sender of what is given up, and of what went to where nobody reports its delivery, in the commit that settles it.
extension Attempt {
    /// Who says so, and where its names come from.
    package struct NoticeOffice: Sendable {
        package let domain: Domain
        package let generator: @Sendable () -> any RandomNumberGenerator

        package init(domain: Domain, generator: @escaping @Sendable () -> any RandomNumberGenerator) {
            self.domain = domain
            self.generator = generator
        }
    }

    /// nil: nobody is to be told, or there is nobody whom it could be from. What failed stays visible in the queue in any case.
    func notice(_ report: AttemptReport, givenUp why: String?) -> Settlement.Notice? {
        guard !entry.message.isAutomatic, let address = noticeAddress else { return nil }
        let fates = (why.map { failures(report, givenUp: $0) } ?? []) + relayed(report)
        guard !fates.isEmpty else { return nil }
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: surroundings.transports)
        let question = Question(
            purpose: .administrator, user: nil, from: .absent, envelopeSender: .null, client: nil, at: report.at)
        let answer = decider.decide(question)
        let author: Author
        var lane = ""
        switch answer {
        case .decided(let decision): (author, lane) = (decision.author, decision.mailbox.login)
        case .hold(let held, _): author = held
        case .refused: return nil
        }
        let office = surroundings.notices
        let notice = DeliveryNotice(
            original: entry.message, fates: fates, attempts: entry.claim.attempt, domain: office.domain, at: report.at)
        var generator: any RandomNumberGenerator = office.generator()
        let (message, body) = notice.message(from: author, to: address, using: &generator)
        return Settlement.Notice(message: message, body: body, lane: lane)
    }

    /// The envelope sender as submitted; none given: the client's notice address, else the author.
    private var noticeAddress: EmailAddress? {
        if entry.message.hasEnvelopeSender { return entry.message.envelope.sender.address }
        let client = entry.message.client.flatMap { snapshot.directory.client($0) }
        return client?.noticeAddress ?? entry.message.author.first.address
    }

    /// Everyone without the message, unless they were not to be told of (RFC 3461 section 4.1).
    private func failures(_ report: AttemptReport, givenUp why: String) -> [DeliveryNotice.Fate] {
        let now = Dictionary(uniqueKeysWithValues: report.recipients.map { ($0.index, $0) })
        let remaining = Set(entry.remaining)
        return entry.message.envelope.recipients.enumerated().compactMap { index, recipient in
            if let notify = recipient.notify, !notify.contains(.failure) { return nil }
            if let reply = entry.refusals[index] {
                return DeliveryNotice.Fate(
                    recipient: recipient, words: "the recipient was refused", reply: reply, status: Self.status(reply))
            }
            guard remaining.contains(index) else { return nil }
            guard let result = now[index] else { return .init(recipient: recipient, words: why, reply: "", status: "5.4.7") }
            switch result.diagnosis.verdict {
            case .sent: return nil
            case .refused:
                return .init(recipient: recipient, words: result.diagnosis.cause, reply: result.reply, status: Self.status(result.code))
            // The time was over, whatever the last answer was (RFC 3463 section 3.5).
            case .retry, .denied, .tokenRejected, .transportStopped, .mailboxStopped:
                return .init(recipient: recipient, words: why, reply: result.reply, status: "5.4.7")
            }
        }
    }

    /// Who asked to hear of success, of recipients that a server took which does not know how to tell (RFC 3461 section 5.2.2, RFC 3464 section 2.3.3).
    private func relayed(_ report: AttemptReport) -> [DeliveryNotice.Fate] {
        report.recipients.compactMap { result in
            let recipient = entry.message.envelope.recipients[result.index]
            guard result.endsReports, result.diagnosis.verdict == .sent, recipient.notify?.contains(.success) == true else { return nil }
            return .init(
                action: .relayed, recipient: recipient, words: "passed on to a server that does not report deliveries", reply: result.reply,
                status: "2.0.0")
        }
    }

    /// RFC 3463: the enhanced code of `550 5.1.1 …`, or that it is permanent and no more.
    private static func status(_ reply: String) -> String {
        let words = reply.split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[1].hasPrefix("5."), words[1].allSatisfy({ $0.isNumber || $0 == "." }) else { return "5.0.0" }
        return String(words[1])
    }
}
