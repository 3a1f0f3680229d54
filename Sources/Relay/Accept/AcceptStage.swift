internal import Crypto
internal import Mail
internal import struct FoundationEssentials.Date

/// Takes a message in, as it arrives: who is asking, is it well formed, whose is it, may it leave – and only then is it kept. Until `finish` returns,
/// nothing is promised and the client still has the message; once it has, the message is durable.
///
/// Order: header → author → decision (a refusal is heard before the body is read) → body pieces, each durable on its own → acceptance.
package struct AcceptStage: Sendable {
    /// What every submission is held to.
    package struct Limits: Sendable, Hashable {
        /// Octets of the accepted form. Exchange Online takes 150 MB at most, and no provider more.
        package var size: Int
        /// Exchange Online's largest settable value (domain.md 2.8).
        package var recipients: Int
        /// Received fields. RFC 5321 section 6.3 wants at least a hundred.
        package var hops: Int

        package init(size: Int = 157_286_400, recipients: Int = 1000, hops: Int = 100) {
            self.size = size
            self.recipients = recipients
            self.hops = hops
        }
    }

    private var submission: Submission
    private let surroundings: Surroundings
    private var form = AcceptedForm()
    private var splitter = HeaderSplitter()
    private var opened: Opened?
    private var size = 0
    /// Grows with what is known of the message.
    private var report: AcceptReport

    /// What is known once the header is complete.
    private struct Opened: Sendable {
        let id: SpoolID
        let at: Date
        let header: SettledHeader
        let envelope: Envelope
        let question: Question
        let author: Author
        let answer: Answer
        let beginning: Beginning
        var hash: SHA256
        var pending: [UInt8] = []
        var bodySize = 0
        var chunks = 0

        /// The account that would carry it now.
        var lane: Account? { if case .decided(let decision) = answer { decision.account } else { nil } }
    }

    package init(_ submission: Submission, _ surroundings: Surroundings) {
        self.submission = submission
        self.surroundings = surroundings
        report = AcceptReport(submission, .refused(why: "", nil))
    }

    /// Any piece of the message, in order. Who gets no further than this, because the client went away, says `discard`.
    package mutating func consume(_ piece: [UInt8]) async throws(AcceptFailure) {
        do throws(AcceptFailure) {
            let bytes: [UInt8]
            do throws(AcceptedFormError) { bytes = try form.consume(piece) } catch { throw .form(error) }
            try await take(bytes[...])
        } catch {
            tell(.init(error))
            await discard()
            throw error
        }
    }

    /// The message is complete: makes it durable, or throws and has kept nothing. `request`: what it was asked with, for who may ask again.
    package mutating func finish(request: RepeatableRequest? = nil) async throws(AcceptFailure) -> Receipt {
        do throws(AcceptFailure) {
            let receipt = try await complete(request)
            tell(.accepted(receipt.id, receipt.beginning))
            return receipt
        } catch {
            tell(.init(error))
            await discard()
            throw error
        }
    }

    private mutating func tell(_ outcome: AcceptReport.Outcome) {
        report.size = size
        report.outcome = outcome
        surroundings.report(report)
    }

    /// The message was cut off: what was kept of it would fill the disk of whoever is cut off again and again.
    package mutating func discard() async {
        guard let opened, opened.chunks > 0 else { return }
        self.opened?.chunks = 0
        // What cannot be discarded now is swept after a day, like that of a process that died.
        do throws(StoreFailure) { try await surroundings.store.discard(opened.id) } catch { return }
    }

    private mutating func complete(_ request: RepeatableRequest?) async throws(AcceptFailure) -> Receipt {
        do throws(AcceptedFormError) { _ = try form.finish() } catch { throw .form(error) }
        if opened == nil {
            let header: [UInt8]
            do throws(HeaderError) { header = try splitter.finish() } catch { throw .header(error) }
            try await open(header)
        }
        guard let opened else { preconditionFailure("a header that was opened is there") }
        return try await keep(opened, request)
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) async throws(AcceptFailure) {
        size += bytes.count
        guard size <= surroundings.limits.size else { throw .tooLarge(limit: surroundings.limits.size) }
        guard opened == nil else { return try await takeBody(bytes) }
        let split: HeaderSplitter.Split?
        do throws(HeaderError) { split = try splitter.consume(bytes) } catch { throw .header(error) }
        guard let split else { return }
        try await open(split.header)
        try await takeBody(bytes.dropFirst(split.bytesOfChunk))
    }

    private mutating func takeBody(_ bytes: ArraySlice<UInt8>) async throws(AcceptFailure) {
        guard !bytes.isEmpty else { return }
        opened?.hash.update(data: bytes)
        opened?.bodySize += bytes.count
        var rest = bytes
        while let pending = opened?.pending.count, pending + rest.count > AcceptedMessage.chunkSize {
            let room = AcceptedMessage.chunkSize - pending
            opened?.pending.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            try await writeChunk()
        }
        opened?.pending.append(contentsOf: rest)
    }

    private mutating func writeChunk() async throws(AcceptFailure) {
        guard let current = opened else { return }
        do throws(StoreFailure) {
            try await surroundings.store.write(chunk: current.pending, number: current.chunks, of: current.id, at: current.at)
        } catch { throw .store(error) }
        opened?.chunks += 1
        opened?.pending = []
    }
}

extension AcceptStage {
    /// The header is complete: settle it, find the author, decide.
    private mutating func open(_ bytes: [UInt8]) async throws(AcceptFailure) {
        var block: HeaderBlock
        do throws(HeaderError) { block = try HeaderBlock(bytes) } catch { throw .header(error) }
        try submission.takeInstructions(from: &block)
        let hops = block.fields(named: .received).count
        guard hops <= surroundings.limits.hops else { throw .circling(hops: hops) }
        let at = surroundings.now()
        var generator = surroundings.generator()
        let id = submission.id ?? SpoolID(prefix: "m", at: at, using: &generator)
        let header = SettledHeader(
            block, at: at, domain: surroundings.domain, trace: submission.origin?.received(by: surroundings.domain, as: id, at: at),
            using: &generator)
        if submission.speaksForTheMachine(header.from) { submission.purpose = .administrator }
        report.name(header.from.author(isStrict: submission.client?.isStrict == true))
        let recipients = submission.recipients.isEmpty ? try header.recipients() : submission.recipients
        report.name(recipients)
        guard !recipients.isEmpty else { throw .noRecipients }
        guard recipients.count <= surroundings.limits.recipients else { throw .tooManyRecipients(limit: surroundings.limits.recipients) }
        let question = Question(
            purpose: submission.purpose, user: submission.user, from: header.from, envelopeSender: submission.envelopeSender,
            client: submission.client, at: at,
            needsEnvelope: Attempt.needsEnvelope(header.header, for: Set(recipients.map(\.address))), recipients: recipients.count)
        report.purpose = question.purpose
        let (answer, author, beginning) = try await decide(question, header)
        report.name(author)
        try await checkQuota(recipients.count, octets: header.header.bytes.count, at: at)
        let envelope = Envelope(
            sender: submission.envelopeSender ?? .address(author.first.address), recipients: recipients, ret: submission.ret,
            envelopeID: submission.envelopeID)
        var hash = SHA256()
        hash.update(data: header.header.bytes)
        hash.update(data: [0x0D, 0x0A] as [UInt8])
        opened = Opened(
            id: id, at: at, header: header, envelope: envelope, question: question, author: author, answer: answer, beginning: beginning,
            hash: hash)
    }

    /// Before its body is read, too: most of those who come again at once are over it still.
    private func checkQuota(_ recipients: Int, octets: Int, at now: Date) async throws(AcceptFailure) {
        guard let client = submission.client, !client.quota.isEmpty else { return }
        do throws(StoreFailure) {
            let use = try await surroundings.store.use(of: client.id, at: now)
            if let excess = client.quota.excess(over: use, recipients: recipients, octets: octets, at: now) { throw .overQuota(excess) }
        } catch { throw AcceptFailure(error) }
    }

    /// What can be mended is taken and waits; what a person switched off, or nothing will mend, is heard now.
    private mutating func decide(
        _ question: Question, _ header: SettledHeader
    ) async throws(AcceptFailure) -> (Answer, Author, Beginning) {
        let decider: Decider
        do throws(StoreFailure) { decider = try await surroundings.decider(question) } catch { throw .store(error) }
        let answer = decide(question, header, decider)
        switch answer {
        case .decided(let decision): return (answer, decision.author, .due)
        case .later(let author, let refusal):
            var generator = surroundings.generator()
            let next = RetrySchedule().nextLook(
                acceptedAt: question.at, at: question.at, comesBack: refusal.comesBack,
                spread: Double(generator.next(upperBound: 1000 as UInt64)) / 1000)
            let wait = RouteWait(
                until: next ?? question.at, why: refusal.sentence, code: refusal.code, edition: decider.directory.edition,
                revision: decider.conditions.revision)
            return (answer, author, .waiting(wait))
        case .hold(let author, let refusal): return (answer, author, .held(why: refusal.wordsOfHold))
        case .refused(let refusal):
            report.name(refusal.author)
            try await record(refusal, question)
            throw .refused(refusal)
        }
    }

    /// A rewrite that would be refused must be heard now too, not after 250.
    private func decide(_ question: Question, _ header: SettledHeader, _ decider: Decider) -> Answer {
        let answer = decider.decide(question)
        guard case .decided(let decision) = answer, decision.fields.signatures == .refuse else { return answer }
        do throws(Refusal) {
            _ = try Rewriter.rewrite(
                header.header, decision,
                Rewriter.Circumstances(
                    isAutomatic: header.isAutoSubmitted || question.envelopeSender == .null, envelopeSender: question.envelopeSender,
                    providerTakesNullSender: false))
            return answer
        } catch {
            return .refused(error)
        }
    }

    private func record(_ refusal: Refusal, _ question: Question) async throws(AcceptFailure) {
        do throws(StoreFailure) {
            try await surroundings.store.append(
                [.refused(refusal, question)],
                sightings: refusal.authors(question).flatMap { address in
                    [Sighting.Role.author, .refused].map {
                        Sighting(address: address, role: $0, at: question.at, outcome: refusal.code.rawValue)
                    }
                })
        } catch { throw .store(error) }
    }

    private func keep(_ opened: Opened, _ request: RepeatableRequest?) async throws(AcceptFailure) -> Receipt {
        let message = AcceptedMessage(
            id: opened.id, acceptedAt: opened.at, client: submission.client?.id, purpose: opened.question.purpose,
            user: opened.question.user,
            author: opened.author, envelope: opened.envelope, hasEnvelopeSender: submission.envelopeSender != nil,
            isAutomatic: opened.header.isAutoSubmitted || submission.envelopeSender == .null, header: opened.header.header.bytes,
            bodySize: opened.bodySize, digest: Array(opened.hash.finalize()), messageID: opened.header.messageID
        ).kept(at: surroundings.now())
        let departure = departure(opened)
        do throws(StoreFailure) {
            let moment = try await surroundings.store.accept(
                message, lastChunk: opened.pending, number: opened.chunks,
                departure.map { .claimed($0.claimant, until: $0.until) } ?? opened.beginning, lane: opened.lane,
                quota: submission.client?.quota ?? Quota(), request: request, journal: [.accepted(message, opened.beginning)],
                sightings: opened.author.all.map { Sighting(address: $0.address, role: .author, at: opened.at, outcome: "accepted") })
            if let departure {
                surroundings.departures?.begin(departure, message, body: opened.pending, at: moment)
            } else if opened.beginning == .due {
                surroundings.departures?.arrived(in: opened.lane)
            }
        } catch {
            if let departure { surroundings.departures?.giveBack(departure) }
            throw AcceptFailure(error)
        }
        return Receipt(id: message.id, messageID: message.messageID, beginning: opened.beginning, answer: opened.answer)
    }

    /// A body in pieces is not in hand any more, and such a message is in no hurry.
    private func departure(_ opened: Opened) -> Departure? {
        guard opened.beginning == .due, opened.chunks == 0, let lane = opened.lane else { return nil }
        return surroundings.departures?.reserve(opened.id, lane: lane)
    }
}
