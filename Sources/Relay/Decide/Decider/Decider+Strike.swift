internal import Mail
internal import struct FoundationEssentials.Date

/// Step 5: what speaks against a candidate. All reasons are collected, because an administrator who mends one wants to know the next.
extension Decider {
    /// The transport that will honour the candidate, or why none will. Several authors must agree on one, so for them it is all that will.
    /// `only`: no other transport is of interest.
    func judge(
        _ candidate: Candidate, severalAuthors: Bool, only: Transport? = nil, _ routing: Routing, _ search: inout Search
    ) -> [Usable] {
        let now = routing.at
        var strikes: [Strike] = []
        let delegation = candidate.delegation.flatMap { directory.delegation($0) }
        strikeByEntry(candidate, delegation, at: now, &strikes)
        let source = directory.source(of: candidate.mailbox.grant)
        let row = state(of: candidate.mailbox.row)
        if !row.isEnabled { strikes.append(.mailboxDisabled) }
        strikeByHealth(candidate, source, at: now, &strikes)
        if routing.isOutside, let source, let pause = conditions.tenant(source.tenantLane), pause.holds(at: now) {
            strikes.append(.tenantPaused(source.tenantName, pause))
        }
        guard let source else {
            if !strikes.contains(.grantMissing) { strikes.append(.applicationMissing) }
            search.strike(candidate, strikes)
            return []
        }
        let isAligned = strikeByAlignment(candidate, delegation, source.application, &strikes, &search)
        guard strikes.isEmpty else {
            search.strike(candidate, strikes)
            return []
        }
        var usable: [Usable] = []
        for transport in row.transports where only == nil || transport == only {
            let key = StandingKey(source.account(candidate.mailbox.login), from: candidate.author, transport: transport)
            let standing = conditions.standing(key) ?? delegation?.derivedStanding(source.provider, at: now)
            if let strike = strike(candidate, key, standing, source.provider, severalAuthors: severalAuthors, routing) {
                strikes.append(strike)
            } else {
                search.note(.usable(candidate, transport, standing))
                usable.append(
                    Usable(
                        candidate: candidate, transport: transport, confidence: Confidence(standing, at: now), isAligned: isAligned,
                        standings: standing.map { [key: $0] } ?? [:], source: source))
                if !severalAuthors { break }
            }
        }
        if usable.isEmpty { search.strike(candidate, strikes.isEmpty ? [.noTransport] : strikes) }
        return usable
    }

    private func state(of row: ConcreteMailbox.Row) -> (isEnabled: Bool, transports: [Transport]) {
        switch row {
        case .mailbox(let id): directory.mailbox(id).map { ($0.isEnabled, $0.transports) } ?? (false, [])
        case .family(let id): directory.family(id).map { ($0.isEnabled, $0.transports) } ?? (false, [])
        }
    }

    private func strikeByEntry(_ candidate: Candidate, _ delegation: Delegation?, at now: Date, _ strikes: inout [Strike]) {
        if case .mailbox(let id) = candidate.mailbox.row {
            for deny in directory.denials(for: candidate.author) where deny.mailbox == id { strikes.append(.deniedByEntry(deny)) }
        }
        guard let delegation else { return }
        if let from = delegation.validFrom, now < from { strikes.append(.notYetValid(from: from)) }
        if let until = delegation.validUntil, now >= until { strikes.append(.expired(at: until)) }
    }

    private func strikeByHealth(_ candidate: Candidate, _ source: GrantSource?, at now: Date, _ strikes: inout [Strike]) {
        switch source.flatMap({ conditions.mailbox($0.account(candidate.mailbox.login)) }) {
        case .stopped(let until, let why, _)? where now < until: strikes.append(.mailboxStopped(until: until, why))
        case .broken(_, let why)?: strikes.append(.mailboxBroken(why))
        case .stopped, nil: break
        }
        guard let grant = source?.grant ?? directory.grant(candidate.mailbox.grant) else { return strikes.append(.grantMissing) }
        if !grant.isEnabled { strikes.append(.grantDisabled) }
        switch conditions.grant(grant.id) {
        case .needsConsent(_, let why)?: strikes.append(.grantNeedsConsent(why))
        case .lostInCrash(let at)?: strikes.append(.grantNeedsConsent("its token was lost in a crash at \(at.minute)"))
        case .unanswered?, nil: break
        }
        if let health = conditions.application(grant.application) { strikes.append(.applicationSuspended(health.reason)) }
    }

    /// From must be of a domain the tenant signs for, or DMARC fails at the recipient (domain.md 4.2). What nobody recorded is allowed, but said; false
    /// where DMARC fails and a delegation says "all the same".
    private func strikeByAlignment(
        _ candidate: Candidate, _ delegation: Delegation?, _ application: Application, _ strikes: inout [Strike], _ search: inout Search
    ) -> Bool {
        let domain = candidate.author.domain
        if application.domains.isEmpty {
            search.note(.alignmentUnknown(candidate, domain))
        } else if !application.domains.contains(domain) {
            if delegation?.allowsUnaligned == true {
                search.note(.unalignedAllowed(candidate, domain))
                return false
            }
            strikes.append(.unaligned(domain))
        }
        return true
    }

    /// This very message cannot go that way, whoever it is from.
    private func misfit(_ transport: Transport, _ provider: Provider, _ routing: Routing) -> Strike? {
        let limit = transport == .smtp ? provider.limits.messageSize : provider.limits.requestSize
        if let size = routing.size, let limit, size > limit { return .tooLarge(transport, limit: limit) }
        guard transport != .smtp else { return nil }
        let isTooMany = provider.limits.recipientsPerMessage.map { routing.recipients > $0 } ?? false
        return routing.needsEnvelope || isTooMany ? .envelopeNotExpressible(transport) : nil
    }

    private func strike(
        _ candidate: Candidate, _ key: StandingKey, _ standing: Standing?, _ provider: Provider, severalAuthors: Bool, _ routing: Routing
    ) -> Strike? {
        let (now, transport) = (routing.at, key.transport)
        guard transports.contains(transport), provider.takes(transport) else { return .transportMissing(transport) }
        if case .stopped(let until, let why, _)? = conditions.mailbox(key.account, over: transport), now < until {
            return .transportStopped(transport, until: until, why)
        }
        if let misfit = misfit(transport, provider, routing) { return misfit }
        if let client = routing.client, let report = conditions.report(by: client, of: key, at: now) {
            return .reportedByClient(transport, report)
        }
        let refusal = routing.refusals.first { $0.key == key }
        if let until = refusal?.keepsAway, now < until { return .messageRefused(transport, until: until) }
        switch standing {
        // The first probe is under way, or a message may find out: not this one, if it was what the provider refused.
        case .doubted(let doubt)? where refusal != nil || doubt.awaited(at: now) == nil && !doubt.mayBeTried(at: now):
            return .standingDoubted(transport, doubt)
        case .denied(let at, let code)?: return .standingDenied(transport, at: at, code: code)
        case .rewritten(_, let to)?: return .rewrittenByProvider(transport, to: to)
        case .pending(let until, .some, _)? where standing?.isOnProbation(at: now) == true:
            return .pendingAndDenied(transport, until: standing?.nextProbe ?? until)
        case .doubted?, .pending?, .declared?, .proven?, nil: break
        }
        if severalAuthors, provider.habits.refusesSeveralAuthors { return .severalAuthorsRefused(transport) }
        let isProven = standing?.isProven(at: now) ?? false
        switch candidate.route {
        case .own, .family, .replyTo: return nil
        case .alias where provider.habits.sendsAliasAsPrimary.contains(transport): return .aliasSentFromPrimary(transport)
        case .alias, .sendAs: break
        case .onBehalf where transport == .smtp && !isProven: return .onBehalfUnproven(transport)
        case .onBehalf: break
        }
        return provider.habits.replacesUnlistedFrom && !isProven ? .unlistedFromReplaced(transport) : nil
    }
}

extension Delegation {
    /// A right granted a moment ago is pending until the provider has had its time.
    func derivedStanding(_ provider: Provider, at now: Date) -> Standing? {
        guard provider.habits.propagation > 0 else { return nil }
        let until = grantedAt.addingTimeInterval(provider.habits.propagation)
        return now < until ? .pending(until: until, deniedAt: nil) : nil
    }
}
