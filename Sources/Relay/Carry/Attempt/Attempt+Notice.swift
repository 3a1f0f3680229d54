package import Mail
internal import struct FoundationEssentials.Date

/// Tells the sender of what is given up, and of what went to where nobody reports its delivery, in the commit that settles it.
extension Attempt {
    /// Who says so, and where its names come from.
    package struct NoticeDependencies: Sendable {
        package let domain: Domain
        package let generator: @Sendable () -> any RandomNumberGenerator

        package init(domain: Domain, generator: @escaping @Sendable () -> any RandomNumberGenerator) {
            self.domain = domain
            self.generator = generator
        }
    }

    /// nil: nobody is to be told, or there is nobody whom it could be from. What failed stays visible in the queue in any case.
    func notice(_ report: AttemptReport, givenUp why: String?) async -> Settlement.Notice? {
        guard !entry.message.isAutomatic, let address = noticeAddress else { return nil }
        let fates = failures(report, givenUp: why) + relayed(report)
        guard !fates.isEmpty, let (author, lane) = noticeAuthor(report) else { return nil }
        let dependencies = surroundings.notices
        let notice = DeliveryNotice(
            original: entry.message, body: await returnedBody(), fates: fates, waiting: why == nil ? stillTried(report) : 0,
            attempts: entry.claim.attempt, domain: dependencies.domain, at: report.at)
        var generator: any RandomNumberGenerator = dependencies.generator()
        let (message, body) = notice.message(from: author, to: address, using: &generator)
        return Settlement.Notice(message: message, body: body, lane: lane)
    }

    /// The envelope sender as submitted; none given: the client's notice address, else the author.
    private var noticeAddress: EmailAddress? {
        if entry.message.hasEnvelopeSender { return entry.message.envelope.sender.address }
        let client = entry.message.client.flatMap { snapshot.directory.client($0) }
        return client?.noticeAddress ?? entry.message.author.first.address
    }

    /// Who a notice is from, and the account that carries it: the first who can send now, else the first who may be able to later.
    private func noticeAuthor(_ report: AttemptReport) -> (Author, lane: Account?)? {
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: surroundings.transports)
        let routing = Routing(purpose: .administrator, envelopeSender: .null, at: report.at)
        var later: Author?
        for author in noticeAuthors(decider, report) {
            switch decider.decide(author, routing) {
            case .decided(let decision): return (decision.author, decision.account)
            case .later(let waiting, _), .hold(let waiting, _): later = later ?? waiting
            case .refused(let refusal): if refusal.isTemporary { later = later ?? author }
            }
        }
        return later.map { ($0, nil) }
    }

    /// The administrator; where a store names none, or none that can send: the carrier, else the mailbox that the message itself went through or was to.
    private func noticeAuthors(_ decider: Decider, _ report: AttemptReport) -> [Author] {
        var unused = Explanation()
        let named = Question(purpose: .administrator, from: .absent, envelopeSender: .null, at: report.at)
        let administrator = try? decider.author(for: named, &unused)  // why there is none is the settings' business, and `doctor` says it
        let carrier = decider.carrier(for: entry.message.purpose).named.map { Author($0) }
        let own = report.decision.map { Author(NamedAddress(address: $0.mailbox.address)) } ?? entry.message.author
        return [administrator, carrier, own].compactMap(\.self)
    }

    /// What is sent back whole stands in memory and in one commit, so it has a bound. Postfix returns 50,000 octets; this is what fits most letters with a picture.
    private static let longestReturned = 1 << 20

    /// For whoever asked for RET=FULL (RFC 3461 section 4.3); nil: its header will do, or it is too long, or cannot be read just now.
    private func returnedBody() async -> [UInt8]? {
        guard entry.message.envelope.ret == .full, entry.message.size <= Self.longestReturned else { return nil }
        var body: [UInt8] = []
        var number = 0
        while body.count < entry.message.bodySize {
            let chunk: [UInt8]?
            do throws(StoreFailure) { chunk = try await surroundings.spool.chunk(number, of: entry.message.id) } catch { return nil }
            guard let chunk, !chunk.isEmpty else { return nil }
            body += chunk
            number += 1
        }
        return body
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
            let answer = result.flatMap { Self.answer($0, report) }
            switch result?.diagnosis.verdict {
            case .sent: return nil
            case .refused:
                return result.map { .init(recipient: recipient, words: $0.diagnosis.cause, answer: answer, status: $0.status) }
            // RFC 3463: too big for the system (X.3.4), or the time was over, whatever the last answer was (X.4.7).
            case nil, .retry, .denied, .tokenRejected, .transportStopped, .mailboxStopped:
                return why.map { .init(recipient: recipient, words: $0, answer: answer, status: report.fitsNowhere ? "5.3.4" : "5.4.7") }
            }
        }
    }

    private static func answer(_ result: AttemptReport.Result, _ report: AttemptReport) -> DeliveryNotice.Answer? {
        guard !result.said.isEmpty else { return nil }
        return .init(isSMTP: report.decision?.transport == .smtp, text: result.said)
    }

    /// Who asked to hear of success, of recipients that a server took which does not know how to tell (RFC 3461 section 5.2.2, RFC 3464 section 2.3.3).
    private func relayed(_ report: AttemptReport) -> [DeliveryNotice.Fate] {
        report.recipients.compactMap { result in
            let recipient = entry.message.envelope.recipients[result.index]
            guard result.endsReports, result.diagnosis.verdict == .sent, recipient.notify?.contains(.success) == true else { return nil }
            return .init(
                action: .relayed, recipient: recipient, words: "passed on to a server that does not report deliveries",
                answer: Self.answer(result, report), status: "2.0.0")
        }
    }
}
