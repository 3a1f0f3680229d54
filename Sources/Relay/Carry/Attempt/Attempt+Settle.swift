internal import Mail
internal import struct FoundationEssentials.Date

/// From what happened to what becomes of the message: outcomes per recipient, the next state, what was observed, the journal's line.
extension Attempt {
    /// No route just now: an administrator may mend it, so the message waits as long as any other.
    func settle(later why: String, word: String, _ report: AttemptReport) async -> Settlement {
        await settle(report, outcome: word, state: later(why, notBefore: nil, report))
    }

    /// No route, which somebody or time will mend: its time stands still, and whatever mends it makes it due. The journal hears of it once.
    func settle(withoutRoute refusal: Refusal, _ report: AttemptReport) async -> Settlement {
        // A tenant's limit ends by itself, however long that takes: no message is given up for it.
        let acceptedAt = report.isOutside ? surroundings.now() : entry.message.acceptedAt
        let next = surroundings.schedule.nextLook(
            acceptedAt: acceptedAt, at: surroundings.now(), comesBack: refusal.comesBack, spread: surroundings.draw())
        guard let next else {
            return await settle(
                report, outcome: refusal.code.rawValue, state: .failed(why: "given up after fourteen days: \(refusal.sentence)"))
        }
        let state = Settlement.Next.waiting(until: next, why: refusal.sentence)
        var settlement =
            entry.lacksRoute
            ? Settlement(claim: entry.claim, at: report.at, state: state)
            : await settle(report, outcome: refusal.code.rawValue, state: state)
        settlement.isPostponed = true
        settlement.routeWait = RouteWait(
            until: next, why: refusal.sentence, code: refusal.code, edition: snapshot.directory.edition,
            revision: snapshot.conditions.revision, isOutside: report.isOutside)
        return settlement
    }

    /// No way out will ever take this message: everyone left is refused, now and not in five days.
    func settle(impossible why: String, _ report: AttemptReport) async -> Settlement {
        var report = report
        report.fitsNowhere = true
        var settlement = await settle(report, outcome: Verdict.refused.word, state: .failed(why: why))
        for index in entry.remaining { settlement.outcomes[index] = .refused(reply: why) }
        return settlement
    }

    func hold(_ why: String, word: String, _ report: AttemptReport) async -> Settlement {
        await settle(report, outcome: word, state: .held(why: why))
    }

    /// Every recipient had its last word before: nothing is sent.
    func settleNobodyLeft(_ report: AttemptReport) async -> Settlement {
        await settle(report, outcome: "nobody left", state: closing(report, nil))
    }

    func settle(_ failure: TokenFailure, _ report: AttemptReport) async -> Settlement {
        switch failure {
        case .temporary(_, let seconds):
            return await settle(report, outcome: failure.word, state: later(failure.description, notBefore: seconds, report))
        case .grant, .mailbox, .application:
            // The broker has recorded it; deciding anew finds the next route, or waits.
            return await settle(report, outcome: failure.word, state: again(failure.description, report))
        case .missing:
            return await settle(report, outcome: failure.word, state: later(failure.description, notBefore: nil, report))
        }
    }

    /// The account's limits are used up for now. No line in the journal: nothing was tried.
    func postpone(until: Date, _ why: String, _ decision: Decision, _ report: AttemptReport) -> Settlement {
        var settlement = Settlement(
            claim: entry.claim, at: report.at, state: .waiting(until: until, why: why), lane: decision.account)
        settlement.isPostponed = true
        return settlement
    }

    /// The directory moves faster than it can be read, or cannot be read at all. Half a minute is soon enough for either.
    func postpone() -> Settlement {
        let now = surroundings.now()
        var settlement = Settlement(
            claim: entry.claim, at: now,
            state: .waiting(until: now.addingTimeInterval(30), why: "the directory was changed, and the change could not be read"))
        settlement.isPostponed = true
        return settlement
    }

    /// What ended the dialogue for all of them.
    func settle(
        _ failure: TransmitFailure, _ claims: TokenClaims? = nil, to tried: [Int], _ decision: Decision, _ report: AttemptReport
    ) async -> Settlement {
        let diagnosis = diagnose(failure, decision, report.envelopeSender, claims)
        var report = report
        report.recipients = tried.map { index in
            AttemptReport.Result(
                index: index, address: entry.message.envelope.recipients[index].address, diagnosis: diagnosis, reply: failure.description,
                code: failure.codes, said: failure.reply?.description ?? "",
                status: failure.status)
        }
        return await settle(report, by: diagnosis, decision)
    }

    /// Each recipient for itself; the worst of those left over says what comes next.
    func settle(_ replies: [RecipientReply], to tried: [Int], _ decision: Decision, _ report: AttemptReport) async -> Settlement {
        guard replies.count == tried.count else {
            let why = "\(replies.count) replies came for \(tried.count) recipients"
            return await settle(TransmitFailure(stage: .content, cause: .ours(why), contentHadLeft: true), to: tried, decision, report)
        }
        var report = report
        let subject = subject(of: decision, report.envelopeSender)
        report.recipients = zip(tried, replies).map { index, reply in
            AttemptReport.Result(
                index: index, address: entry.message.envelope.recipients[index].address,
                diagnosis: FailureTable.diagnose(reply.reply, at: reply.stage, subject),
                reply: reply.reply.description, code: reply.reply.codes, said: reply.reply.description, status: reply.reply.status,
                endsReports: !reply.takesReports)
        }
        let heaviest = report.recipients.map(\.diagnosis).max { $0.verdict.weight < $1.verdict.weight }
        return await settle(report, by: heaviest ?? Diagnosis(.accepted, "no recipients", subject), decision)
    }

    private func settle(_ report: AttemptReport, by diagnosis: Diagnosis, _ decision: Decision) async -> Settlement {
        var outcomes: [Int: RecipientOutcome] = [:]
        for result in report.recipients {
            switch result.diagnosis.verdict {
            case .sent: outcomes[result.index] = .sent(reply: result.reply)
            case .refused: outcomes[result.index] = .refused(reply: result.reply)
            case .retry, .denied, .tokenRejected, .transportStopped, .mailboxStopped: break
            }
        }
        let words = diagnosis.fix.isEmpty ? diagnosis.cause : "\(diagnosis.cause); to mend it: \(diagnosis.fix)"
        let state: Settlement.Next
        switch diagnosis.verdict {
        // More than a message may have at once, or than may be reached now: the others are next.
        case .sent, .refused:
            state =
                report.recipients.count < entry.remaining.count
                ? .waiting(until: surroundings.now(), why: "those who remain are next")
                : closing(report, diagnosis.verdict == .refused ? words : nil)
        // Decided anew, for those within and those outside.
        case .retry where diagnosis.meaning.pausesTenant: state = again(words, report, forEver: true)
        case .retry(let seconds): state = later(words, notBefore: seconds, report)
        case .denied, .tokenRejected, .transportStopped, .mailboxStopped: state = again(words, report)
        }
        let reached = outcomes.keys.filter { if case .sent? = outcomes[$0] { true } else { false } }
        let sent = reached.count
        var settlement = await settle(report, outcome: word(diagnosis.verdict, state), state: state)
        settlement.outcomes = outcomes
        settlement.asksForLess = report.recipients.contains { $0.diagnosis.meaning.asksForLess }
        settlement.observations =
            observations(diagnosis, decision, report, isHealthy: sent > 0) + tenantObservations(decision, report)
        if diagnosis.verdict == .denied, let refused = diagnosis.refusedSender {
            let key = StandingKey(decision.account, from: refused, transport: decision.transport)
            settlement.pairRefusals = entry.pairRefusals.adding(key, at: report.at)
        }
        if sent > 0 { settlement.usages = usages(decision, sent: reached) }
        settlement.traffic = traffic(report, decision)
        settlement.sightings = sightings(decision, outcome: sent > 0 ? Verdict.sent.word : diagnosis.verdict.word, at: report.at)
        return settlement
    }

    private func sightings(_ decision: Decision, outcome: String, at now: Date) -> [Sighting] {
        let authors = decision.route == .replyTo ? decision.author.all : []
        return decision.fields.from.map { Sighting(address: $0.address, role: .from, at: now, outcome: outcome) }
            + authors.map { Sighting(address: $0.address, role: .replyTo, at: now, outcome: outcome) }
    }

    private func traffic(_ report: AttemptReport, _ decision: Decision) -> [Traffic] {
        Traffic.Outcome.allCases.compactMap { outcome in
            let count = report.recipients.count { Traffic.Outcome($0.diagnosis.verdict) == outcome }
            return count == 0 ? nil : Traffic(route: decision.route.rawValue, outcome: outcome, recipients: count)
        }
    }

    /// Every recipient has its last word: done, or failed if any of the message's recipients, now or earlier, was refused. `words`: why, where it was now.
    private func closing(_ report: AttemptReport, _ words: String?) -> Settlement.Next {
        if let words { return .failed(why: words) }
        guard let earlier = entry.refusals.min(by: { $0.key < $1.key })?.value else { return .done }
        return .failed(why: "the recipient was refused: \(earlier)")
    }

    /// Nobody shall read "sent" of a message that did not reach all.
    private func word(_ verdict: Verdict, _ state: Settlement.Next) -> String {
        verdict == .sent && state != .done ? "sent in part" : verdict.word
    }

    /// What became of each, where that is not the same for all: "1 refused, 1 sent, 1 waits".
    private func tally(_ report: AttemptReport, _ state: Settlement.Next) -> String? {
        let now = report.recipients.map(\.diagnosis.verdict)
        let (refusedNow, sentNow) = (now.count { $0 == .refused }, now.count { $0 == .sent })
        let left = entry.remaining.count - refusedNow - sentNow
        let refused = entry.refusals.count + refusedNow
        let sent = entry.message.envelope.recipients.count - left - refused
        let rest = if case .failed = state { "not reached" } else { left == 1 ? "waits" : "wait" }
        let parts = [(refused, "refused"), (sent, "sent"), (left, rest)].filter { $0.0 > 0 }
        return parts.count > 1 ? parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ") : nil
    }

    private func observations(_ diagnosis: Diagnosis, _ decision: Decision, _ report: AttemptReport, isHealthy: Bool) -> [Observation] {
        let code = report.recipients.first { $0.diagnosis.verdict == .denied }?.code ?? ""
        return standings(diagnosis, code, decision, isTaken: isHealthy, at: report.at)
            + Consequences(decision.account, transport: decision.transport)
            .observations(of: diagnosis, isHealthy: isHealthy, in: snapshot.conditions, at: report.at)
    }

    /// At once, by another route: deciding will not choose this one again. After many tries in a row it waits like any other, so that nothing circles.
    private func again(_ why: String, _ report: AttemptReport, forEver: Bool = false) -> Settlement.Next {
        failures(report) < 10 ? .waiting(until: surroundings.now(), why: why) : later(why, notBefore: nil, forEver: forEver, report)
    }

    /// `forEver`: what is in the way ends by itself, so that the message is not given up however old it is.
    private func later(
        _ why: String, notBefore seconds: Double?, forEver: Bool = false, _ report: AttemptReport
    ) -> Settlement.Next {
        let now = surroundings.now()
        let next = surroundings.schedule.nextAttempt(
            after: failures(report), acceptedAt: forEver ? now : entry.message.acceptedAt, withoutRoute: entry.withoutRoute, at: now,
            notBefore: seconds, spread: surroundings.draw())
        return next.map { .waiting(until: $0, why: why) }
            ?? .failed(why: "given up after \(entry.withoutRoute > 0 ? "five days with a route, or fourteen in all" : "five days"): \(why)")
    }

    /// Attempts that brought the message no further, this one included. More recipients than a message may have leave in batches, and one that was taken is
    /// no reason to wait longer with the next.
    private func failures(_ report: AttemptReport) -> Int {
        let batch = report.decision?.source.provider.limits.recipientsPerMessage ?? .max
        let settled = entry.message.envelope.recipients.count - entry.remaining.count
        return max(1, entry.claim.attempt - settled / max(1, batch))
    }

    private func settle(_ report: AttemptReport, outcome: String, state: Settlement.Next) async -> Settlement {
        var report = report
        var givenUp: String?
        if case .failed(let why) = state { givenUp = why }
        let state = tally(report, state).map { state.led(by: $0) } ?? state
        report.outcome = outcome
        report.next = state.words
        var settlement = Settlement(claim: entry.claim, at: report.at, state: state, journal: [.attempted(report)])
        settlement.lane = report.decision?.account
        settlement.tried = report.decision.map {
            Settlement.Tried(login: $0.mailbox.login, route: $0.route, transport: $0.transport, verdict: outcome)
        }
        settlement.told = told(report)
        if let notice = await notice(report, givenUp: givenUp) {
            settlement.notice = notice
            settlement.journal.append(.accepted(notice.message, noticeOf: entry.message.id))
        }
        return settlement
    }
}

extension Attempt {
    private func told(_ report: AttemptReport) -> Settlement.Told {
        let all = entry.message.envelope.recipients
        let tried = report.recipients.isEmpty ? entry.remaining : report.recipients.map(\.index)
        let heaviest = report.recipients.max { $0.diagnosis.verdict.weight < $1.diagnosis.verdict.weight }
        return Settlement.Told(
            from: (report.decision?.fields.from ?? entry.message.author.all).map(\.address), recipients: tried.count,
            firstRecipient: tried.first.map { all[$0].address }, reply: heaviest?.reply ?? "")
    }
}

extension Traffic.Outcome {
    fileprivate init(_ verdict: Verdict) {
        switch verdict {
        case .sent: self = .sent
        case .refused: self = .refused
        case .retry, .denied, .tokenRejected, .transportStopped, .mailboxStopped: self = .retry
        }
    }
}

extension Settlement.Next {
    fileprivate func led(by tally: String) -> Self {
        switch self {
        case .waiting(let until, let why): .waiting(until: until, why: "\(tally): \(why)")
        case .held(let why): .held(why: "\(tally): \(why)")
        case .failed(let why): .failed(why: "\(tally): \(why)")
        case .done: .done
        }
    }

    fileprivate var words: String {
        switch self {
        case .waiting(let until, _): "waits until \(until.second)"
        case .held: "held"
        case .failed: "failed"
        case .done: "done"
        }
    }
}
