internal import Mail
internal import struct FoundationEssentials.Date

/// Step 4: every way out that the directory knows for an address. A handful of look-ups, however many addresses there are.
extension Decider {
    func candidates(for author: EmailAddress) -> [Candidate] {
        var found: [Candidate] = []
        for mailbox in directory.mailboxes(with: author) {
            found.append(candidate(author, mailbox.concrete, .own, isExact: true))
        }
        let families = directory.families(with: author)
        for id in families.exact { appendFamily(id, author, isExact: true, to: &found) }
        for id in families.byDomain { appendFamily(id, author, isExact: false, to: &found) }
        let delegations = directory.delegations(for: author)
        for id in delegations.exact { appendDelegation(id, author, isExact: true, to: &found) }
        for id in delegations.byDomain { appendDelegation(id, author, isExact: false, to: &found) }
        return found
    }

    /// Step 6. The order is total: what is equal in all else differs in address, login or id.
    static func isPreferred(_ left: Usable, _ right: Usable) -> Bool {
        let (a, b) = (left.candidate, right.candidate)
        // A message that fails DMARC may not arrive at all.
        if left.isAligned != right.isAligned { return left.isAligned }
        if a.isExact != b.isExact { return a.isExact }
        if a.route.rank != b.route.rank { return a.route.rank < b.route.rank }
        if left.confidence != right.confidence { return left.confidence < right.confidence }
        if a.priority != b.priority { return a.priority < b.priority }
        if a.mailbox.address != b.mailbox.address { return a.mailbox.address < b.mailbox.address }
        if a.mailbox.login != b.mailbox.login { return a.mailbox.login < b.mailbox.login }
        return a.tieBreak < b.tieBreak
    }

    private func appendFamily(_ id: FamilyID, _ author: EmailAddress, isExact: Bool, to found: inout [Candidate]) {
        guard let family = directory.family(id) else { return }
        found.append(candidate(author, member(author, of: family), .family, isExact: isExact))
    }

    private func member(_ address: EmailAddress, of family: Family) -> ConcreteMailbox {
        ConcreteMailbox(row: .family(family.id), address: address, login: directory.login(ofMember: address), grant: family.grant)
    }

    private func appendDelegation(_ id: DelegationID, _ author: EmailAddress, isExact: Bool, to found: inout [Candidate]) {
        guard let delegation = directory.delegation(id), let mailbox = directory.mailbox(delegation.mailbox) else { return }
        found.append(
            Candidate(
                author: author, mailbox: mailbox.concrete, route: delegation.route, isExact: isExact, priority: delegation.priority,
                delegation: id))
    }

    private func candidate(_ author: EmailAddress, _ mailbox: ConcreteMailbox, _ route: Route, isExact: Bool) -> Candidate {
        Candidate(author: author, mailbox: mailbox, route: route, isExact: isExact, priority: 0, delegation: nil)
    }
}

/// A candidate that survived, with the transport that will honour it.
struct Usable: Sendable {
    let candidate: Candidate
    let transport: Transport
    let confidence: Confidence
    /// False: the tenant does not sign for the domain, and the delegation allows that.
    let isAligned: Bool
    /// What is known of the author's pair, and in a group of the others'.
    let standings: [StandingKey: Standing]
    let source: GrantSource

    /// A group travels as its weakest member does.
    func joined(by other: Usable) -> Usable {
        let weakest = other.candidate.route.rank > candidate.route.rank ? other : self
        return Usable(
            candidate: weakest.candidate, transport: weakest.transport, confidence: weakest.confidence,
            isAligned: isAligned && other.isAligned, standings: standings.merging(other.standings) { mine, _ in mine }, source: source)
    }
}

/// How sure it is that the provider will agree, the surest first.
enum Confidence: Int, Sendable, Hashable, Comparable {
    case proven, declared
    /// Granted so recently that it may still be refused.
    case pending
    /// Refused, and about to be probed or tried again.
    case doubted

    init(_ standing: Standing?, at now: Date) {
        switch standing {
        case .proven?: self = standing?.isProven(at: now) == true ? .proven : .declared
        case .pending?: self = .pending
        case .doubted?: self = .doubted
        // The last two never survive.
        case .declared?, nil, .denied?, .rewritten?: self = .declared
        }
    }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Delegation {
    var route: Route {
        switch kind {
        case .alias: .alias
        case .sendAs: .sendAs
        case .onBehalf: .onBehalf
        }
    }
}

extension Candidate {
    fileprivate var tieBreak: String {
        if let delegation { return delegation.text }
        switch mailbox.row {
        case .mailbox(let id): return id.text
        case .family(let id): return id.text
        }
    }
}
