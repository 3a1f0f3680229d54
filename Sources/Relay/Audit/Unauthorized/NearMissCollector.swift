internal import Mail
internal import struct FoundationEssentials.Date

/// Collects near misses from decisions, one entry for each cause rather than for each of perhaps a million addresses.
struct NearMissCollector: Sendable {
    /// Above this many, one revoked permission or one stolen token is a matter of the whole house; a team's shared mailbox stays below.
    private static let many = 20
    /// Seconds ahead at which the end of a right is told of, as that of a secret is.
    private static let soon = 28 * 86_400.0

    private let decider: Decider
    private var directory: Directory { decider.directory }

    /// A domain that nobody recorded, and one way out for it.
    private struct Alignment: Hashable {
        let application: ApplicationID
        let domain: Domain
    }

    /// What is one entry for all that depends on it.
    private struct Group: Hashable {
        let kind: NearMiss.Kind
        let subject: String
    }

    private struct Sum {
        /// Of those that it is about, the one whose reason is told: the first by name, whatever the order they came in.
        let example: Candidate
        let reason: String
        let remedy: Remedy
        var count = 0
    }

    private var groups: [Group: Sum] = [:]
    private var alignments: [Alignment: (count: Int, example: Candidate)] = [:]
    private var applications: [ApplicationID: Int] = [:]
    /// For how many there is no other.
    private var delegates: [MailboxID: Int] = [:]

    /// `times`: so many addresses are like this one.
    mutating func add(_ decision: Decision, _ usage: AddressUsage?, times: Int = 1, at now: Date) {
        let chosen = decision.candidate
        let application = decision.source.application
        applications[application.id, default: 0] += times
        if application.domains.isEmpty {
            let alignment = Alignment(application: application.id, domain: chosen.author.domain)
            let known = alignments[alignment] ?? (0, chosen)
            let isBetter = (chosen.isOfItsDomain ? 0 : 1, chosen.author) < (known.example.isOfItsDomain ? 0 : 1, known.example.author)
            alignments[alignment] = (known.count + times, isBetter ? chosen : known.example)
        }
        addStanding(decision, times, at: now)
        var isOnlyWay = true
        for step in decision.explanation.steps {
            switch step {
            case .struck(let candidate, let strikes): addClosed(candidate, strikes, times)
            case .usable(let other, _, _) where other.mailbox != chosen.mailbox: isOnlyWay = false
            default: break  // What else was looked at is no way out.
            }
        }
        if case .mailbox(let id) = chosen.mailbox.row, let right = chosen.delegation {
            if isOnlyWay { delegates[id, default: 0] += times }
            addRight(right, chosen, usage, times, at: now)
        }
    }

    private mutating func add(
        _ kind: NearMiss.Kind, _ subject: String, like candidate: Candidate, _ times: Int, _ reason: @autoclosure () -> String,
        _ remedy: @autoclosure () -> Remedy
    ) {
        let group = Group(kind: kind, subject: subject)
        let known = groups[group]
        if known.map({ candidate.author < $0.example.author }) ?? true {
            groups[group] = Sum(example: candidate, reason: reason(), remedy: remedy(), count: known?.count ?? 0)
        }
        groups[group]?.count += times
    }

    private mutating func addRight(
        _ right: DelegationID, _ chosen: Candidate, _ usage: AddressUsage?, _ times: Int, at now: Date
    ) {
        guard let delegation = directory.delegation(right) else { return }
        let covers = delegation.covers
        if let until = delegation.validUntil, until.timeIntervalSince(now) < Self.soon {
            let allow = "\(chosen.allowing(covers, delegation.kind)) --until DATE"
            add(
                .rightExpiring, covers.description, like: chosen, times, "\(chosen): the right ends \(until.minute)",
                Remedy(.look(delegation), .command(allow, "for longer; without --until for ever")))
        }
        guard !chosen.isExact, usage?.places.contains(.traffic) == true else { return }
        add(
            .domainRule, covers.description, like: chosen, times,
            "addresses such as \(chosen.author) are in use, and nothing but the rule for \(covers) lets \(chosen.mailbox.address) send as them",
            Remedy(
                .look(delegation),
                .command(chosen.allowing(.address(chosen.author), delegation.kind), "each that may; then revoke the rule")))
    }

    private mutating func addStanding(_ decision: Decision, _ times: Int, at now: Date) {
        let (chosen, transport) = (decision.candidate, decision.transport)
        switch decision.standing {
        // Every right is pending at first; that is no near miss before its time is over.
        case .pending(let until, _, _)? where until <= now:
            add(
                .pending, chosen.author.description, like: chosen, times,
                "\(chosen): the provider had until \(until.minute), and whether it lets it is not known", chosen.probing(over: transport))
        case .proven(let at, _)? where decision.standing?.isProven(at: now) == false && chosen.delegation != nil:
            add(
                .proofAged, chosen.mailbox.address.description, like: chosen, times,
                "that it may send as \(chosen.author) was last seen \(at.day), and permissions are taken away without a word",
                chosen.probing(over: transport))
        case .doubted(let doubt)?:
            add(
                .doubted, chosen.author.description, like: chosen, times,
                "\(chosen): a message was refused (\(doubt.code)); \(doubt.prospect)",
                chosen.probing(over: transport))
        case .pending?, .proven?, .declared?, .denied?, .rewritten?, nil: break
        }
    }

    /// Mail takes another way than this one.
    private mutating func addClosed(_ candidate: Candidate, _ strikes: [Strike], _ times: Int) {
        let (account, decider) = (candidate.mailbox.address.description, decider)
        for strike in strikes {
            switch strike {
            case .standingDoubted:
                add(
                    .doubted, candidate.author.description, like: candidate, times, "\(candidate): \(strike)",
                    Remedy(of: strike, candidate, decider))
            case .rewrittenByProvider:
                add(
                    .rewritten, candidate.author.description, like: candidate, times, "\(candidate): \(strike)",
                    Remedy(of: strike, candidate, decider))
            case .mailboxBroken, .mailboxStopped, .transportStopped, .grantNeedsConsent, .applicationSuspended, .tenantPaused:
                add(
                    .stopped, account, like: candidate, times, "\(strike); its mail takes another way",
                    Remedy(of: strike, candidate, decider))
            case .deniedByEntry, .standingDenied, .reportedByClient, .messageRefused, .pendingAndDenied, .notYetValid, .expired,
                .mailboxDisabled, .tooLarge, .envelopeNotExpressible, .grantDisabled, .grantMissing, .applicationMissing, .unaligned,
                .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced, .onBehalfUnproven, .transportMissing, .noTransport:
                break
            }
        }
    }

    init(_ decider: Decider) { self.decider = decider }

    func finish(_ health: HealthReport) -> [NearMiss] {
        var found = groups.map { group, sum in
            NearMiss(kind: group.kind, subject: group.subject, reason: sum.reason, count: sum.count, remedy: sum.remedy)
        }
        var plain: [ApplicationID: Set<Domain>] = [:]
        for (alignment, use) in alignments where use.example.isOfItsDomain {
            plain[alignment.application, default: []].insert(alignment.domain)
        }
        for (alignment, use) in alignments {
            // The list is replaced by the command, so that it says all of it.
            let domains = plain[alignment.application, default: []].union([alignment.domain]).sorted()
            found.append(nearMiss(alignment, use.count, use.example, domains))
        }
        for (id, count) in applications {
            if let application = directory.application(id), let miss = secret(of: application, count, health.health(of: application)) {
                found.append(miss)
            }
        }
        for (id, count) in delegates where count > Self.many {
            guard let mailbox = directory.mailbox(id) else { continue }
            found.append(
                NearMiss(
                    kind: .oneForMany, subject: mailbox.address.description,
                    reason: "it is the only way out for \(count) addresses of others",
                    count: count,
                    remedy: Remedy(.command("mandate mailboxes add --family @\(mailbox.address.domain.ascii) --grant GRANT"))))
        }
        return found.sorted()
    }

    /// The domain of a mailbox is the tenant's; that of a delegation may be anybody's.
    private func nearMiss(
        _ alignment: Alignment, _ count: Int, _ example: Candidate, _ domains: [Domain]
    ) -> NearMiss {
        let name = directory.application(alignment.application)?.name ?? alignment.application.text
        let record = "mandate applications set \(name.shellQuoted)" + domains.map { " --domain \($0.ascii)" }.joined()
        let steps: [Remedy.Step] =
            example.isOfItsDomain
            ? [
                .provider("check that \(alignment.domain.text) is an accepted domain of the tenant and that DKIM is on for it"),
                .command(record),
            ]
            : [
                .look("mandate delegations list --address \(example.author.description.shellQuoted)", "who let it, and why"),
                .command(record, "if it is a domain of the tenant, with DKIM on"),
            ]
        return NearMiss(
            kind: .alignmentUnknown, subject: alignment.domain.text,
            reason: "whether the tenant of \(name) signs for \(alignment.domain.text) is not recorded", count: count,
            remedy: Remedy(steps))
    }

    /// What is known of its end is health's to say.
    private func secret(of application: Application, _ count: Int, _ health: Health) -> NearMiss? {
        let steps = health.steps.map { Remedy.Step.command($0) }
        switch health.state {
        case .endUnknown:
            return NearMiss(
                kind: .secretEndUnknown, subject: application.name, reason: health.reason, count: count,
                remedy: Remedy([.provider("look up when the secret of \(application.clientID) ends")] + steps))
        case .expiring, .broken:
            return NearMiss(
                kind: .secretExpiring, subject: application.name, reason: health.reason, count: count,
                remedy: Remedy([.provider("make a new client secret for \(application.clientID)")] + steps))
        case .healthy, .untried, .needsConsent, .suspended, .stopped, .impaired, .disabled: return nil
        }
    }
}

extension Remedy.Step {
    fileprivate static func look(_ delegation: Delegation) -> Self {
        .look("mandate delegations show \(delegation.id.text.shellQuoted)", "who let it, and why")
    }
}

extension Candidate {
    /// The command that lets the mailbox do so.
    fileprivate func allowing(_ covers: AddressPattern, _ kind: Delegation.Kind) -> String {
        "mandate delegations allow \(mailbox.address.description.shellQuoted) \(covers.description.shellQuoted) --kind \(kind.rawValue)"
    }

    fileprivate func probing(over transport: Transport) -> Remedy {
        let over = transport == .smtp ? "" : " --over \(transport.rawValue)"
        return Remedy(
            .command("mandate standings probe \(mailbox.address.description.shellQuoted) \(author.description.shellQuoted)\(over)"))
    }

    fileprivate var isOfItsDomain: Bool { mailbox.address.domain == author.domain }
}
