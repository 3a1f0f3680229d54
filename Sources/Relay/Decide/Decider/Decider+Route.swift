package import Mail
internal import struct FoundationEssentials.Date

/// A search for a route as it goes on: words for people, and for programs what was struck out.
struct Search {
    var explanation: Explanation
    var struck: [Struck] = []

    init(_ explanation: Explanation = Explanation()) { self.explanation = explanation }

    mutating func note(_ step: Explanation.Step) { explanation.note(step) }

    mutating func strike(_ candidate: Candidate, _ strikes: [Strike]) {
        note(.struck(candidate, strikes))
        struck.append(Struck(candidate: candidate, strikes: strikes))
    }
}

/// Steps 3 to 8: from an author to a route.
extension Decider {
    func route(for author: Author, _ routing: Routing, _ explanation: Explanation) -> Answer {
        var search = Search(explanation)
        // Before the mode, because "nobody may use it" has no exception: not in From, and not through Reply-To either.
        if let refusal = deniedForAll(author, search) { return .refused(refusal) }
        let mode = directory.settings.mode(routing.purpose)
        search.note(.mode(mode, routing.purpose))
        guard mode == .from else { return throughCarrier(author, routing, own: nil, search) }
        let own: Mending
        switch best(for: author, routing, &search) {
        case .way(let usable):
            search.note(.chosen(usable.candidate, usable.transport))
            return .decided(decision(author, usable, from: author.all, route: usable.candidate.route, routing, search.explanation))
        case .none(let mending): own = mending
        }
        let fallback = directory.settings.fallback(routing.purpose)
        search.note(.fallback(fallback, routing.purpose))
        switch fallback {
        case .replyTo: return throughCarrier(author, routing, own: own, search)
        case .hold: return .hold(author, withoutRoute(author, own, search))
        case .refuse: return answer(author, withoutRoute(author, own, search))
        }
    }

    /// What can be mended is waited for.
    private func answer(_ author: Author, _ refusal: Refusal) -> Answer {
        switch refusal.mending.prospect {
        case .mendable: .later(author, refusal)
        case .switchedOff, .permanent: .refused(refusal)
        }
    }

    private enum Best {
        case way(Usable)
        case none(Mending)
    }

    /// Steps 4 to 6 for all authors at once: a group goes through one mailbox that may use every one of them.
    private func best(for author: Author, _ routing: Routing, _ search: inout Search) -> Best {
        var usable = usable(for: author.first.address, severalAuthors: author.isSeveral, routing, &search)
        guard author.isSeveral else {
            let best = usable.count == 1 ? usable[0] : usable.min(by: Self.isPreferred)
            return best.map { .way($0) } ?? .none(Self.mending(search.struck))
        }
        var members = [Ways(usable: usable, struck: search.struck)]
        for other in author.others {
            let before = search.struck.count
            let theirs = self.usable(for: other.address, severalAuthors: true, routing, &search)
            members.append(Ways(usable: theirs, struck: Array(search.struck[before...])))
            usable = usable.compactMap { first in
                let shared = theirs.filter {
                    $0.candidate.mailbox.login == first.candidate.mailbox.login && $0.transport == first.transport
                }
                guard let match = shared.min(by: Self.isPreferred) else {
                    search.note(.coAuthorWithoutRoute(first.candidate, other.address))
                    return nil
                }
                return first.joined(by: match)
            }
        }
        return usable.min(by: Self.isPreferred).map { .way($0) } ?? .none(Self.mending(ofGroup: members))
    }

    /// One of several authors, with every way out for it.
    private struct Ways {
        let usable: [Usable]
        let struck: [Struck]

        var logins: Set<String> { Set(usable.map(\.candidate.mailbox.login) + struck.map(\.candidate.mailbox.login)) }

        func mending(through login: String) -> Mending {
            if usable.contains(where: { $0.candidate.mailbox.login == login }) { return .byTime }
            return Decider.mending(struck.filter { $0.candidate.mailbox.login == login })
        }
    }

    /// One candidate is enough.
    private static func mending(_ struck: [Struck]) -> Mending { Mending.easiest(struck.map(\.mending)) }

    /// One mailbox is enough, and all of the group need it.
    private static func mending(ofGroup members: [Ways]) -> Mending {
        let logins = members.first?.logins ?? []
        // Where each may use it already, it is a transport that they do not share, and no waiting gives them one.
        let ways = logins.filter { login in
            !members.allSatisfy { $0.usable.contains { $0.candidate.mailbox.login == login } }
        }.map { login in members.map { $0.mending(through: login) }.reduce(.byTime, Mending.harder) }
        return Mending.easiest(ways)
    }

    private func usable(
        for address: EmailAddress, severalAuthors: Bool, _ routing: Routing, _ search: inout Search
    ) -> [Usable] {
        let candidates = candidates(for: address)
        if candidates.isEmpty { search.note(.noCandidate(address)) }
        var usable: [Usable] = []
        for candidate in candidates {
            usable += judge(candidate, severalAuthors: severalAuthors, routing, &search)
        }
        return usable
    }

    private func deniedForAll(_ author: Author, _ search: Search) -> Refusal? {
        for named in author.all {
            guard let deny = directory.denials(for: named.address).first(where: { $0.mailbox == nil }) else { continue }
            var search = search
            search.note(.deniedForAll(named.address, deny))
            // The reason was written for whoever meets this.
            let sentence = "nobody may send as \(named.address)\(deny.reason.isEmpty ? "" : ": \(deny.reason)")"
            return refuse(.denied, sentence, search, author: author, denial: deny)
        }
        return nil
    }

    /// Step 7: the author goes to Reply-To, the message is from the carrier. `own`: what the author's own ways out wait for; nil: nobody looked.
    private func throughCarrier(_ author: Author, _ routing: Routing, own: Mending?, _ search: Search) -> Answer {
        var search = search
        let carrier: NamedAddress
        switch self.carrier(for: routing.purpose) {
        case .success((let found, let origin)):
            carrier = found
            search.note(.carrier(found.address, from: origin))
        case .failure(let fault):
            search.note(.carrierUnusable(fault.words))
            return answer(author, withoutCarrier(author, fault, own, search))
        }
        if let deny = directory.denials(for: carrier.address).first(where: { $0.mailbox == nil }) {
            search.note(.carrierUnusable("nobody may use \(carrier.address)"))
            return answer(author, withoutCarrier(author, carrier.address, deny, own, search))
        }
        let ownStruck = search.struck
        // On behalf is no way for a carrier: the message would show three people.
        let ways = usable(for: carrier.address, severalAuthors: false, routing, &search).filter {
            $0.candidate.route != .onBehalf
        }
        guard let best = ways.min(by: Self.isPreferred) else {
            let theirs = search.struck[ownStruck.count...].filter { $0.candidate.route != .onBehalf }
            return answer(author, withoutCarrier(author, carrier.address, theirs, Self.mending(theirs), own, ownStruck, search))
        }
        search.note(.chosen(best.candidate, best.transport))
        if !author.isSeveral, author.first.address == carrier.address {
            search.note(.authorIsCarrier(carrier.address))
            return .decided(decision(author, best, from: author.all, route: best.candidate.route, routing, search.explanation))
        }
        let from = NamedAddress(name: viaPhrase(for: author, carrier), address: carrier.address)
        return .decided(decision(author, best, from: [from], route: .replyTo, routing, search.explanation))
    }
}

/// Who carries what has no route of its own.
extension Decider {
    /// A carrier and the setting that names it, or why there is none.
    package enum Carrier: Sendable {
        case success((NamedAddress, from: String))
        case failure(CarrierFault)

        package var named: NamedAddress? { if case .success((let named, _)) = self { named } else { nil } }
    }

    /// The purpose's carrier; unset: EMAIL_FROM_USER_ID unless that is the current-user value, then EMAIL_ADMINISTRATOR_USER_ID.
    package func carrier(for purpose: Purpose?) -> Carrier {
        if let sender = directory.settings.carrier(purpose) { return carrier(sender, "carrier") }
        for name in [SettingKey.Name.emailFromUserID, .emailAdministratorUserID] {
            guard let sender = directory.settings.sender(name) else { continue }
            if meaning(of: sender) != .currentUser { return carrier(sender, name.rawValue) }
        }
        return .failure(.unset)
    }

    private func carrier(_ sender: SenderText, _ origin: String) -> Carrier {
        switch meaning(of: sender) {
        case .user(let id):
            guard let byline = directory.byline(of: id), byline.primary != nil else {
                return .failure(.addressMissing(id, setting: origin))
            }
            return byline.author.map { .success(($0, from: origin)) } ?? .failure(.addressOff(id, setting: origin))
        case .address(let address):
            return .success((NamedAddress(name: directory.name(ofOwner: address), address: address), from: origin))
        case .currentUser, .unreadable: return .failure(.unreadable(sender.text, setting: origin))
        }
    }

    func meaning(of sender: SenderText) -> SenderSetting { sender.meaning { directory.hasUser($0) } }
}
