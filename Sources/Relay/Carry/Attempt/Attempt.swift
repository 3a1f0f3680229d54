package import Mail
package import struct FoundationEssentials.Date

/// One try at a claimed message: decided anew, rewritten, given a token, transmitted, and put into a settlement. It changes nothing itself:
/// what it learned is committed whole by whoever settles.
package struct Attempt: Sendable {
    /// What every attempt works with; one for all of them.
    package final class Surroundings: Sendable {
        package let snapshots: Snapshots
        package let broker: TokenBroker
        package let spool: any Spool
        package let transmit: Transmit
        /// What this process can send over.
        package let transports: Set<Transport>
        package let schedule: RetrySchedule
        package let now: @Sendable () -> Date
        package let draw: @Sendable () -> Double
        package let notices: NoticeDependencies
        package let pace: Pace
        /// Brings the snapshot up to the store.
        package let catchUp: @Sendable () async -> Void
        package let trials: Trials

        package init(
            snapshots: Snapshots, broker: TokenBroker, spool: any Spool, transmit: @escaping Transmit, transports: Set<Transport>,
            schedule: RetrySchedule, now: @escaping @Sendable () -> Date, draw: @escaping @Sendable () -> Double,
            notices: NoticeDependencies,
            pace: Pace, catchUp: @escaping @Sendable () async -> Void, trials: Trials = Trials()
        ) {
            self.snapshots = snapshots
            self.broker = broker
            self.spool = spool
            self.transmit = transmit
            self.transports = transports
            self.schedule = schedule
            self.now = now
            self.draw = draw
            self.notices = notices
            self.pace = pace
            self.catchUp = catchUp
            self.trials = trials
        }
    }

    let entry: SpoolEntry
    let surroundings: Surroundings
    let snapshot: Snapshot

    package init(_ entry: SpoolEntry, _ surroundings: Surroundings) {
        self.entry = entry
        self.surroundings = surroundings
        self.snapshot = surroundings.snapshots.current
    }

    private var message: AcceptedMessage { entry.message }

    /// What was decided, as far as it shows in what leaves.
    private struct Plan: Sendable {
        let decision: Decision
        let rewritten: Rewritten
        /// Who may get it that way now, among those who remain.
        let reach: [Int]

        var source: GrantSource { decision.source }

        /// Whether the same would leave, from the same mailbox to the same servers.
        func isSame(as other: Plan) -> Bool {
            reach == other.reach && decision.route == other.decision.route && decision.mailbox == other.decision.mailbox
                && decision.transport == other.decision.transport && source == other.source
                && rewritten.envelopeSender == other.rewritten.envelopeSender && rewritten.header.bytes == other.rewritten.header.bytes
        }
    }

    private enum Planned {
        case plan(Plan)
        /// Its pair is being probed, and it waits for that.
        case wait(Decision, until: Date, why: String)
        /// Why nothing is sent now, and the journal's word for it.
        case later(why: String, word: String)
        case hold(why: String, word: String)
        case withoutRoute(Refusal)
        case impossible(why: String)
    }

    /// How the sending itself went.
    private enum Transmission {
        case replies([RecipientReply])
        /// With what the token said that it permits.
        case failed(TransmitFailure, TokenClaims?)
        case noToken(TokenFailure)
        /// Nothing was sent: what was decided is not what would be decided by now.
        case moved
    }

    /// Decisions of one attempt: a directory that moves under each of them is being imported, and mail waits for the end of that.
    private static let mostDecisions = 3

    package func run() async -> Settlement {
        var attempt = self
        for _ in 0..<Self.mostDecisions {
            if let settlement = await attempt.once() { return settlement }
            attempt = Attempt(entry, surroundings)
        }
        return attempt.postpone()
    }

    /// nil: the world has moved meanwhile, and nothing was sent.
    private func once() async -> Settlement? {
        var report = AttemptReport(entry: entry, edition: snapshot.directory.edition, at: surroundings.now())
        guard !entry.remaining.isEmpty else { return await settleNobodyLeft(report) }
        switch plan(&report) {
        case .plan(let plan): return await send(plan, report)
        case .wait(let decision, let until, let why): return postpone(until: until, why, decision, report)
        case .later(let why, let word): return await settle(later: why, word: word, report)
        case .hold(let why, let word): return await hold(why, word: word, report)
        case .withoutRoute(let refusal): return await settle(withoutRoute: refusal, report)
        case .impossible(let why): return await settle(impossible: why, report)
        }
    }

    private func plan(_ report: inout AttemptReport) -> Planned {
        let (delivery, key) = snapshot.directory.delivery(of: message.client)
        report.delivery = delivery
        if delivery == .hold, let key { return .hold(why: key.holdWords, word: delivery.word) }
        let header: HeaderBlock
        do throws(HeaderError) { header = try HeaderBlock(message.header) } catch {
            return .hold(why: "its header cannot be read any more, the store is damaged: \(error)", word: "damaged")
        }
        let routing = Routing(
            purpose: message.purpose, envelopeSender: message.hasEnvelopeSender ? message.envelope.sender : nil, at: report.at,
            size: message.size, needsEnvelope: redirection == nil && needsEnvelope(header),
            recipients: redirection == nil ? entry.remaining.count : 1, refusals: entry.pairRefusals)
        let (answer, wait, reach) = decideWithinTenants(routing)
        report.isOutside = reach.isOutside
        if let wait, case .decided(let decision) = answer { return .wait(decision, until: wait.until, why: wait.why) }
        switch answer {
        case .refused(let refusal) where refusal.fitsNowhere:
            return .impossible(why: "\(refusal.sentence); \(refusal.misfits.joined(separator: "; "))")
        case .refused(let refusal) where !refusal.isTemporary: return .later(why: refusal.sentence, word: refusal.code.rawValue)
        case .later(_, let refusal), .refused(let refusal): return .withoutRoute(refusal)
        case .hold(_, let refusal): return .hold(why: refusal.wordsOfHold, word: refusal.code.rawValue)
        case .decided(let decision):
            report.decision = decision
            let rewritten: Rewritten
            do throws(Refusal) { rewritten = try rewrite(header, decision) } catch {
                return .later(why: error.sentence, word: error.code.rawValue)
            }
            report.envelopeSender = rewritten.envelopeSender
            return .plan(Plan(decision: decision, rewritten: rewritten, reach: reach.recipients))
        }
    }

    /// Within what the account may do just now; a message that has to wait for longer goes back into the queue, untried.
    private func send(_ plan: Plan, _ report: AttemptReport) async -> Settlement? {
        let (decision, source) = (plan.decision, plan.source)
        let limits = source.provider.limits
        let tried = Array(plan.reach.prefix(redirection == nil ? limits.recipientsPerMessage ?? .max : .max))
        if let full = await tenantIsFull(for: tried, source) { return postpone(full, decision, report) }
        let wish = Pace.Wish(
            account: decision.account, transport: decision.transport, limits: limits, recipients: redirection == nil ? tried.count : 1)
        if case .later(let until, let why) = await surroundings.pace.enter(wish) { return postpone(until: until, why, decision, report) }
        let settlement: Settlement? =
            switch await transmit(plan, to: tried) {
            case .replies(let replies): await settle(shared(replies, by: tried), to: tried, decision, report)
            case .failed(let failure, let claims): await settle(failure, claims, to: tried, decision, report)
            case .noToken(let failure): await settle(failure, report)
            case .moved: nil
            }
        surroundings.pace.leave(wish, asksForLess: settlement?.asksForLess ?? false)
        if let settlement { surroundings.pace.count(settlement.usages) }
        return settlement
    }

    /// After each wait, for a place or for a token, the world may have moved: a right that was revoked meanwhile is not used, and a token that was had with
    /// newer credentials does not go to the server of before.
    private func holds(_ plan: Plan, with token: AccessToken) async -> Bool {
        if token.revision > surroundings.snapshots.current.directory.edition { await surroundings.catchUp() }
        let now = Attempt(entry, surroundings)
        guard token.revision <= now.snapshot.directory.edition else { return false }
        if now.snapshot.isSame(as: snapshot) { return true }
        var report = AttemptReport(entry: entry, edition: now.snapshot.directory.edition, at: surroundings.now())
        guard case .plan(let anew) = now.plan(&report) else { return false }
        return anew.isSame(as: plan)
    }

    private func needsEnvelope(_ header: HeaderBlock) -> Bool {
        Self.needsEnvelope(header, for: Set(entry.remaining.map { message.envelope.recipients[$0].address }))
    }

    /// Whether the header names someone who is not among the recipients that remain. What cannot be read is left to SMTP, which asks nobody whom it names.
    package static func needsEnvelope(_ header: HeaderBlock, for remaining: Set<EmailAddress>) -> Bool {
        for name in [FieldName.to, .cc] {
            for field in header.fields(named: name) {
                do throws(AddressError) {
                    guard try AddressList(parsing: field.value).addresses.allSatisfy({ remaining.contains($0.address) }) else {
                        return true
                    }
                } catch { return true }
            }
        }
        return false
    }

    private func rewrite(_ header: HeaderBlock, _ decision: Decision) throws(Refusal) -> Rewritten {
        try Rewriter.rewrite(
            header, decision,
            Rewriter.Circumstances(
                isAutomatic: message.isAutomatic, envelopeSender: message.hasEnvelopeSender ? message.envelope.sender : nil,
                providerTakesNullSender: decision.source.provider.habits.takesNullSender, redirection: redirection))
    }

    private func transmit(_ plan: Plan, to tried: [Int]) async -> Transmission {
        let key = plan.source.key(plan.decision.transport.resource, login: plan.decision.mailbox.login)
        let token: AccessToken
        do throws(TokenFailure) { token = try await surroundings.broker.token(for: key) } catch { return .noToken(error) }
        guard await holds(plan, with: token) else { return .moved }
        let outgoing = outgoing(plan, to: tried)
        do throws(TransmitFailure) {
            return .replies(try await surroundings.transmit(outgoing(token.secret)))
        } catch {
            // A token can die before its time (revoked, clock, sessions): a fresh one is worth exactly one try.
            let diagnosis = diagnose(error, plan.decision, plan.rewritten.envelopeSender)
            guard diagnosis.meaning.mayBeOfAnOldToken, !error.contentHadLeft else { return .failed(error, nil) }
            let fresh: AccessToken
            do throws(TokenFailure) { fresh = try await surroundings.broker.replacement(for: key, rejected: token) } catch {
                return .noToken(error)
            }
            guard await holds(plan, with: fresh) else { return .moved }
            do throws(TransmitFailure) {
                return .replies(try await surroundings.transmit(outgoing(fresh.secret)))
            } catch { return .failed(error, TokenClaims(fresh.secret)) }
        }
    }

    private func outgoing(_ plan: Plan, to tried: [Int]) -> (Secret) -> OutgoingMessage {
        let (decision, rewritten, source) = (plan.decision, plan.rewritten, plan.source)
        var envelope = redirectedEnvelope ?? message.envelope
        envelope.sender = rewritten.envelopeSender
        if redirection == nil { envelope.recipients = tried.map { message.envelope.recipients[$0] } }
        let spool = surroundings.spool
        let isOwnersToken = decision.transport == .graph && snapshot.directory.isOwner(decision.mailbox.login, of: source.grant)
        return { [envelope, message, entry] token in
            OutgoingMessage(
                transport: decision.transport, provider: source.provider, isOwnersToken: isOwnersToken, login: decision.mailbox.login,
                token: token, envelope: envelope,
                header: rewritten.header.bytes, bodySize: message.bodySize, wholeBody: entry.body,
                body: OutgoingBody(message.id, size: message.bodySize, in: spool, atHand: entry.body).piece)
        }
    }

    func diagnose(
        _ failure: TransmitFailure, _ decision: Decision, _ envelopeSender: ReversePath?, _ claims: TokenClaims? = nil
    ) -> Diagnosis {
        var subject = subject(of: decision, envelopeSender)
        subject.token = claims
        return FailureTable.diagnose(failure, subject)
    }

    func subject(of decision: Decision, _ envelopeSender: ReversePath?) -> FailureSubject {
        FailureSubject(
            kind: decision.source.provider.kind, login: decision.mailbox.login, from: decision.fields.from.map(\.address),
            envelopeSender: envelopeSender?.address, transport: decision.transport,
            isAppOnly: decision.source.grant.kind == .appOnly)
    }
}
