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
        let fates = failures(report, givenUp: why) + relayed(report)
        guard !fates.isEmpty, let (author, lane) = noticeAuthor(report) else { return nil }
        let office = surroundings.notices
        let notice = DeliveryNotice(
            original: entry.message, fates: fates, waiting: why == nil ? stillTried(report) : 0, attempts: entry.claim.attempt,
            domain: office.domain, at: report.at)
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

    /// Who a notice is from, and the login that carries it: the first who can send now, else the first who may be able to later.
    private func noticeAuthor(_ report: AttemptReport) -> (Author, lane: String)? {
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: surroundings.transports)
        let routing = Routing(purpose: .administrator, envelopeSender: .null, at: report.at)
        var later: Author?
        for author in noticeAuthors(decider, report) {
            switch decider.decide(author, routing) {
            case .decided(let decision): return (decision.author, decision.mailbox.login)
            case .hold(let held, _): later = later ?? held
            case .refused(let refusal): if refusal.isTemporary { later = later ?? author }
            }
        }
        return later.map { ($0, "") }
    }

    /// The administrator; where a store names none, or none that can send: the carrier, else the mailbox that the message itself went through or was to.
    private func noticeAuthors(_ decider: Decider, _ report: AttemptReport) -> [Author] {
        var unused = Explanation()
        let named = Question(purpose: .administrator, from: .absent, envelopeSender: .null, at: report.at)
        let administrator = try? decider.author(for: named, &unused)  // why there is none is the settings' business, and `doctor` says it
        let carrier = decider.carrier(for: entry.message.purpose, &unused).map { Author($0) }
        let own = report.decision.map { Author(NamedAddress(address: $0.mailbox.address)) } ?? entry.message.author
        return [administrator, carrier, own].compactMap(\.self)
    }

    /// How many others have no last word yet.
    private func stillTried(_ report: AttemptReport) -> Int {
        entry.remaining.count - report.recipients.count { $0.diagnosis.verdict == .sent || $0.diagnosis.verdict == .refused }
    }

    /// Everyone who is certain not to get it since this attempt, unless they were not to be told of (RFC 3461 section 4.1): each is told of once, when it is
    /// known, also while others are still tried. Whoever was refused before has been told of.
    private func failures(_ report: AttemptReport, givenUp why: String?) -> [DeliveryNotice.Fate] {
        let now = Dictionary(uniqueKeysWithValues: report.recipients.map { ($0.index, $0) })
        return entry.remaining.compactMap { index in
            let recipient = entry.message.envelope.recipients[index]
            if let notify = recipient.notify, !notify.contains(.failure) { return nil }
            let result = now[index]
            switch result?.diagnosis.verdict {
            case .sent: return nil
            case .refused:
                return result.map { .init(recipient: recipient, words: $0.diagnosis.cause, reply: $0.reply, status: Self.status($0.code)) }
            // The time was over, whatever the last answer was (RFC 3463 section 3.5).
            case nil, .retry, .denied, .tokenRejected, .transportStopped, .mailboxStopped:
                return why.map { .init(recipient: recipient, words: $0, reply: result?.reply ?? "", status: "5.4.7") }
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
