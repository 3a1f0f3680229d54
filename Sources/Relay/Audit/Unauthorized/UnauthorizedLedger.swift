internal import Mail
internal import struct FoundationEssentials.Date

/// What a report comes to while addresses are judged one after another: one finding for each thing that is the matter.
struct UnauthorizedLedger {
    private var findings: [String: UnauthorizedFinding] = [:]
    private var counts: [EmailAddress: Int] = [:]
    private(set) var byChoice = 0
    private(set) var misses: NearMissCollector
    private let now: Date

    init(_ decider: Decider, at now: Date) {
        misses = NearMissCollector(decider)
        self.now = now
    }

    mutating func add(_ verdict: UnauthorizedReport.Verdict, _ address: EmailAddress, _ report: UnauthorizedReport) {
        switch verdict {
        case .routed(let decision): misses.add(decision, report.uses.all[address], at: now)
        case .chosen: byChoice += 1
        case .refused(let refusal, let purpose, let usage, let leaves):
            let (cause, strike) = report.cause(of: address, refusal, purpose)
            let id = open(cause, strike, refusal.code, like: address, leaves: leaves, report)
            findings[id]?.add(address, usage)
            counts[address] = usage.count
        }
    }

    /// Of so many users of a domain that one is like another.
    mutating func add(
        _ verdict: UnauthorizedReport.Verdict, _ domain: Domain, like example: EmailAddress, count: Int, _ report: UnauthorizedReport
    ) {
        switch verdict {
        case .routed(let decision): misses.add(decision, nil, times: count, at: now)
        case .chosen: byChoice += count
        case .refused(let refusal, let purpose, _, let leaves):
            let found = report.cause(of: example, refusal, purpose)
            let cause = found.cause == .address(example) ? .users(domain) : found.cause
            let id = open(cause, found.strike, refusal.code, like: example, leaves: leaves, report)
            findings[id]?.domains.append(domain)
            findings[id]?.users += count
        }
    }

    /// So many addresses that have their way alike, of which nothing more is known.
    mutating func addRouted(_ decision: Decision, times: Int) { misses.add(decision, nil, times: times, at: now) }

    mutating func add(_ key: SettingKey, _ setting: SenderSetting, _ report: UnauthorizedReport) {
        let (text, code): (String, RefusalCode) =
            switch setting {
            case .user(let id): (id.text, .userWithoutAddress)
            case .unreadable(let text): (text, .unknownUser)
            case .address(let address): (address.description, .noRoute)
            case .currentUser: (SenderSetting.currentUserText, .currentUserMissing)
            }
        let cause = UnauthorizedCause.setting(key)
        let id = cause.id(code, nil)
        findings[id] = UnauthorizedFinding(cause: cause, id: id, code: code, belonging: .ours, isHarmless: false, text: text)
    }

    private mutating func open(
        _ cause: UnauthorizedCause, _ strike: Strike?, _ code: RefusalCode, like example: EmailAddress, leaves: Bool,
        _ report: UnauthorizedReport
    ) -> String {
        let id = cause.id(code, strike)
        if findings[id] == nil {
            let belonging = report.adviser.domains.belonging(of: example).class
            let isHarmless: Bool
            switch cause {
            case .address, .users: isHarmless = belonging == .foreign && leaves && strike == nil
            case .setting, .deny, .delegation, .grant, .application, .mailbox, .carrier: isHarmless = false
            }
            findings[id] = UnauthorizedFinding(
                cause: cause, id: id, code: code, belonging: belonging, isHarmless: isHarmless, text: nil)
        }
        return id
    }

    func finish(_ conditions: Conditions) -> [UnauthorizedFinding] {
        findings.values.map { finding in
            var finding = finding
            if let found = conditions.acknowledgement(of: finding.id), found.holds(at: now) { finding.acknowledgement = found }
            finding.addresses.sort { (counts[$1] ?? 0, $0) < (counts[$0] ?? 0, $1) }
            finding.domains.sort()
            return finding
        }.sorted(by: UnauthorizedFinding.isMorePressing)
    }
}
