package import Mail
package import struct FoundationEssentials.Date

/// One try at a claimed message: decided anew, rewritten, given a token, transmitted, and put into a settlement. It changes nothing itself:
/// what it learned is committed whole by whoever settles.
package struct Attempt: Sendable {
    /// What every attempt works with.
    package struct Surroundings: Sendable {
        package let shelf: Shelf
        package let broker: TokenBroker
        package let spool: any Spool
        package let transmit: Transmit
        /// What this process can send over.
        package let transports: Set<Transport>
        package let schedule: RetrySchedule
        package let now: @Sendable () -> Date
        package let draw: @Sendable () -> Double
        package let notices: NoticeOffice
        package let pace: Pace
        /// Brings the shelf up to the store.
        package let catchUp: @Sendable () async -> Void

        package init(
            shelf: Shelf, broker: TokenBroker, spool: any Spool, transmit: @escaping Transmit, transports: Set<Transport>,
            schedule: RetrySchedule, now: @escaping @Sendable () -> Date, draw: @escaping @Sendable () -> Double, notices: NoticeOffice,
            pace: Pace, catchUp: @escaping @Sendable () async -> Void
        ) {
            self.shelf = shelf
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
        }
    }

    let entry: SpoolEntry
    let surroundings: Surroundings
    let snapshot: Snapshot

    package init(_ entry: SpoolEntry, _ surroundings: Surroundings) {
        self.entry = entry
        self.surroundings = surroundings
        self.snapshot = surroundings.shelf.current
    }

    private var message: AcceptedMessage { entry.message }

    /// How the sending itself went.
    private enum Transmission {
        case replies([RecipientReply])
        case failed(TransmitFailure)
        case noToken(TokenFailure)
    }

    package func run() async -> Settlement {
        var report = AttemptReport(entry: entry, edition: snapshot.directory.edition, at: surroundings.now())
        guard !entry.remaining.isEmpty else { return await settleNobodyLeft(report) }
        let header: HeaderBlock
        do throws(HeaderError) { header = try HeaderBlock(message.header) } catch {
            return await hold("its header cannot be read any more, the store is damaged: \(error)", word: "damaged", report)
        }
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: surroundings.transports)
        let routing = Routing(
            purpose: message.purpose, envelopeSender: message.hasEnvelopeSender ? message.envelope.sender : nil, at: report.at,
            size: message.size, needsEnvelope: needsEnvelope(header), recipients: entry.remaining.count)
        switch decider.decide(message.author, routing) {
        case .refused(let refusal) where refusal.explanation.saysItFitsNowhere:
            return await settle(impossible: "\(refusal.sentence); \(refusal.explanation.misfits.joined(separator: "; "))", report)
        case .refused(let refusal): return await settle(later: refusal.sentence, word: refusal.code.rawValue, report)
        case .hold:
            return await hold("\(message.author) has no route, and the policy is to hold", word: RefusalCode.noRoute.rawValue, report)
        case .decided(let decision):
            report.decision = decision
            let rewritten: Rewritten
            do throws(Refusal) { rewritten = try rewrite(header, decision) } catch {
                return await settle(later: error.sentence, word: error.code.rawValue, report)
            }
            report.envelopeSender = rewritten.envelopeSender
            guard let source = source(decision) else {
                return await settle(.missing("the mailbox \(decision.mailbox.login) has no grant any more"), report)
            }
            return await send(rewritten, decision, source, report)
        }
    }

    /// Within what the login may do just now; a message that has to wait for longer goes back into the queue, untried.
    private func send(
        _ rewritten: Rewritten, _ decision: Decision, _ source: GrantSource, _ report: AttemptReport
    ) async -> Settlement {
        let tried = Array(entry.remaining.prefix(source.provider.limits.recipientsPerMessage ?? .max))
        let limits = source.provider.limits
        let wish = Pace.Wish(
            login: decision.mailbox.login, transport: decision.transport, limits: limits,
            tenant: limits.tenantRecipientsPerDay == nil ? nil : source.tenantLane, recipients: tried.count)
        if case .later(let until, let why) = await surroundings.pace.enter(wish) { return postpone(until: until, why, decision, report) }
        let transmission = await transmit(rewritten, decision, source, to: tried)
        let settlement =
            switch transmission {
            case .replies(let replies): await settle(replies, to: tried, decision, report)
            case .failed(let failure): await settle(failure, to: tried, decision, report)
            case .noToken(let failure): await settle(failure, report)
            }
        await surroundings.pace.leave(wish, asksForLess: settlement.asksForLess)
        await surroundings.pace.count(settlement.usages)
        return settlement
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
                providerTakesNullSender: source(decision)?.provider.habits.takesNullSender ?? false))
    }

    func source(_ decision: Decision) -> GrantSource? { GrantSource(decision.mailbox.grant, in: snapshot.directory) }

    private func transmit(
        _ rewritten: Rewritten, _ decision: Decision, _ source: GrantSource, to tried: [Int]
    ) async -> Transmission {
        let key = source.key(decision.transport.resource, login: decision.mailbox.login)
        let token: AccessToken
        do throws(TokenFailure) { token = try await surroundings.broker.token(for: key) } catch { return .noToken(error) }
        let outgoing = outgoing(rewritten, decision, source, to: tried)
        do throws(TransmitFailure) {
            return .replies(try await surroundings.transmit(outgoing(token.secret)))
        } catch {
            // A token can die before its time (revoked, clock, sessions): a fresh one is worth exactly one try.
            guard diagnose(error, decision).verdict == .tokenRejected, !error.contentHadLeft else { return .failed(error) }
            let fresh: AccessToken
            do throws(TokenFailure) { fresh = try await surroundings.broker.replacement(for: key, rejected: token) } catch {
                return .noToken(error)
    /// After each wait, for a place or for a token, the world may have moved: a right that was revoked meanwhile is not used, and a token that was had with
    /// newer credentials does not go to the server of before.
    private func holds(_ plan: Plan, with token: AccessToken) async -> Bool {
        if token.revision > surroundings.shelf.current.directory.edition { await surroundings.catchUp() }
        let now = Attempt(entry, surroundings)
        guard token.revision <= now.snapshot.directory.edition else { return false }
        if now.snapshot.isSame(as: snapshot) { return true }
        var report = AttemptReport(entry: entry, edition: now.snapshot.directory.edition, at: surroundings.now())
        guard case .plan(let anew) = now.plan(&report) else { return false }
        return anew.isSame(as: plan)
    }

            }
            do throws(TransmitFailure) {
                return .replies(try await surroundings.transmit(outgoing(fresh.secret)))
            } catch { return .failed(error) }
        }
    }

    private func outgoing(
        _ rewritten: Rewritten, _ decision: Decision, _ source: GrantSource, to tried: [Int]
    ) -> (Secret) -> OutgoingMessage {
        var envelope = message.envelope
        envelope.sender = rewritten.envelopeSender
        envelope.recipients = tried.map { message.envelope.recipients[$0] }
        let spool = surroundings.spool
        let id = message.id
        return { [envelope] token in
            OutgoingMessage(
                transport: decision.transport, provider: source.provider, isDelegated: source.grant.kind == .consent,
                principal: source.grant.principal, login: decision.mailbox.login, token: token, envelope: envelope,
                header: rewritten.header.bytes, bodySize: message.bodySize,
                body: { number throws(StoreFailure) in try await spool.chunk(number, of: id) })
        }
    }

    func diagnose(_ failure: TransmitFailure, _ decision: Decision) -> Diagnosis {
        FailureTable.diagnose(failure, subject(of: decision))
    }

    func subject(of decision: Decision) -> FailureSubject {
        FailureSubject(
            kind: source(decision)?.provider.kind ?? .custom, login: decision.mailbox.login,
            from: decision.fields.from[0].address.description)
    }
}
