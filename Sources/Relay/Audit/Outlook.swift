package import Mail
package import struct FoundationEssentials.Date

/// How a right, a mailbox or a setting stands: does mail leave that way now, later, or never. Asked from the decider by everyone who reports, so that no report has a
/// rule of its own, and none says that all is well while a message would be told something else.
package struct Outlook: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// A message would leave now.
        case usable
        /// It would be tried; nobody has tried yet whether the provider agrees.
        case untried
        /// It waits for what can be mended.
        case later
        /// A person switched it off.
        case off
        case never
    }

    package let state: State
    /// In words; empty where mail leaves.
    package let reason: String
    /// nil: nobody needs to.
    package let mender: Mending.Mender?
    package let remedy: Remedy?
    /// What it is about, where it is a candidate.
    package let strike: Strike?

    package init(
        _ state: State, _ reason: String = "", _ mender: Mending.Mender? = nil, remedy: Remedy? = nil, strike: Strike? = nil
    ) {
        self.state = state
        self.reason = reason
        self.mender = mender
        self.remedy = remedy
        self.strike = strike
    }

    /// Mail goes that way, or tries to.
    package var isOpen: Bool { state == .usable || state == .untried }
    /// What to do, in order.
    package var steps: [String] { remedy?.lines ?? [] }
    package var words: String { reason.isEmpty ? state.rawValue : "\(state.rawValue): \(reason)" }
}

extension Outlook.State {
    init(_ prospect: Mending.Prospect) {
        switch prospect {
        case .mendable: self = .later
        case .switchedOff: self = .off
        case .permanent: self = .never
        }
    }
}

extension Decider {
    /// Mail of this purpose; nil: no setting says whose it is, or the policy leaves each user's mail to itself.
    package func outlook(_ purpose: Purpose, at now: Date) -> Outlook? {
        guard let name = purpose.settings.first(where: { directory.settings[SettingKey($0)] != nil }) else { return nil }
        let key = SettingKey(name)
        let answer = decide(Question(purpose: purpose, at: now))
        guard case .refused(let refusal) = answer, refusal.code == .currentUserMissing else {
            return outlook(answer, of: purpose, by: key)
        }
        // Whose it is depends on who is signed in; whoever has no route of his own goes through the carrier.
        guard directory.settings.mode(purpose) == .replyTo || directory.settings.fallback(purpose) == .replyTo else { return nil }
        switch carrier(for: purpose) {
        case .success((let carrier, _)):
            return outlook(decide(Author(carrier), Routing(purpose: purpose, envelopeSender: nil, at: now)), of: purpose)
        case .failure(let fault):
            return Outlook(
                Outlook.State(fault.mending.prospect), "there is no carrier: \(fault.words)", fault.mending.mender,
                remedy: Remedy(.command(fault.advice)))
        }
    }

    /// Of every purpose that has a setting.
    package func outlooks(at now: Date) -> [(purpose: Purpose, outlook: Outlook)] {
        Purpose.allCases.compactMap { purpose in outlook(purpose, at: now).map { (purpose, $0) } }
    }

    /// What an answer says of all that get the same. `key`: the setting that names their author.
    package func outlook(_ answer: Answer, of purpose: Purpose? = nil, by key: SettingKey? = nil) -> Outlook {
        guard let refusal = answer.obstacle else { return Outlook(.usable) }
        if case .hold = answer { return Outlook(.later, refusal.wordsOfHold, .here, remedy: remedy(refusal, of: purpose, by: key)) }
        return Outlook(
            Outlook.State(refusal.mending.prospect), refusal.sentence, refusal.mending.mender, remedy: remedy(refusal, of: purpose, by: key)
        )
    }

    private func remedy(_ refusal: Refusal, of purpose: Purpose?, by key: SettingKey?) -> Remedy? {
        let adviser = Adviser(self)
        if let author = refusal.author {
            return adviser.remedy(for: author.first.address, refusal, purpose: purpose, AddressUsage(key.map { .setting($0) }))
        }
        guard let key, let text = directory.settings[key] else { return nil }
        return adviser.remedy(of: key, SenderSetting(text) { directory.hasUser($0) })
    }

    /// A mailbox or family member sending as an address; nil: nothing speaks of that pair.
    package func outlook(of row: ConcreteMailbox.Row, as address: EmailAddress, at now: Date) -> Outlook? {
        let outlooks = candidates(for: address).filter { $0.mailbox.row == row }.map { outlook(of: $0, at: now) }
        return outlooks.min { $0.state.rank < $1.state.rank }
    }

    /// A mailbox sending as itself.
    package func outlook(of mailbox: Mailbox, at now: Date) -> Outlook {
        outlook(
            of: Candidate(author: mailbox.address, mailbox: mailbox.concrete, route: .own, isExact: true, priority: 0, delegation: nil),
            at: now)
    }

    /// A family sending as one of its members; nil: as any that nothing is known of.
    package func outlook(of family: Family, as member: EmailAddress? = nil, at now: Date) -> Outlook {
        guard let address = member ?? family.members.lazy.compactMap(\.sample).first else {
            return Outlook(.never, "it has no members", .here)
        }
        let mailbox = ConcreteMailbox(
            row: .family(family.id), address: address, login: directory.login(ofMember: address), grant: family.grant)
        return outlook(
            of: Candidate(author: address, mailbox: mailbox, route: .family, isExact: true, priority: 0, delegation: nil), at: now)
    }

    /// `address`: as this one of those that it covers; nil: as any that nothing is known of.
    package func outlook(of delegation: Delegation, as address: EmailAddress? = nil, at now: Date) -> Outlook {
        guard let mailbox = directory.mailbox(delegation.mailbox) else { return Outlook(.never, "its mailbox is gone", .here) }
        let author = address ?? delegation.covers.sample ?? mailbox.address
        return outlook(
            of: Candidate(
                author: author, mailbox: mailbox.concrete, route: delegation.route, isExact: true, priority: delegation.priority,
                delegation: delegation.id), at: now)
    }

    package func outlook(of candidate: Candidate, at now: Date) -> Outlook {
        if let deny = directory.denials(for: candidate.author).first(where: { $0.mailbox == nil }) {
            let strike = Strike.deniedByEntry(deny)
            return Outlook(
                .never, deny.reason.isEmpty ? "nobody may use it" : "nobody may use it: \(deny.reason)", .here,
                remedy: Remedy(of: strike, candidate, self), strike: strike)
        }
        var search = Search()
        let routing = Routing(purpose: nil, envelopeSender: nil, at: now)
        if let usable = judge(candidate, severalAuthors: false, routing, &search).first { return outlook(usable, at: now) }
        guard let struck = search.struck.first, let strike = struck.leading else { return Outlook(.never) }
        return Outlook(
            Outlook.State(struck.mending.prospect), struck.strikes.map(\.description).joined(separator: "; "), struck.mending.mender,
            remedy: Remedy(of: strike, candidate, self), strike: strike)
    }

    private func outlook(_ usable: Usable, at now: Date) -> Outlook {
        let standing = usable.standings[
            StandingKey(usable.source.account(usable.candidate.mailbox.login), from: usable.candidate.author, transport: usable.transport)]
        if case .doubted(let doubt)? = standing {
            return Outlook(.untried, "a message was refused (\(doubt.code)); \(doubt.prospect)", .time)
        }
        if case .pending(let until, _, _)? = standing { return Outlook(.untried, "the provider may need until \(until.minute)", .time) }
        switch usable.candidate.route {
        // That a mailbox may send as itself needs no proof.
        case .own, .family, .replyTo: return Outlook(.usable)
        case .alias, .sendAs, .onBehalf: return Outlook(standing?.isProven(at: now) == true ? .usable : .untried)
        }
    }
}

extension AddressPattern {
    /// One that it covers, of which nobody will have known anything; nil: any will do.
    var sample: EmailAddress? {
        switch self {
        case .address(let address): address
        case .domain(let domain): try? EmailAddress(localPart: "anyone", domain: domain)  // it is a local part that every domain can have
        case .any: nil
        }
    }
}

extension Outlook.State {
    /// The best first.
    fileprivate var rank: Int {
        switch self {
        case .usable: 0
        case .untried: 1
        case .later: 2
        case .off: 3
        case .never: 4
        }
    }
}
