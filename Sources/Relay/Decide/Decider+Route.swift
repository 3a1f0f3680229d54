package import Mail
internal import struct FoundationEssentials.Date

/// Steps 3 to 8: from an author to a route.
extension Decider {
    func route(for author: Author, _ routing: Routing, _ explanation: Explanation) -> Answer {
        var explanation = explanation
        // Before the mode, because "nobody may use it" has no exception: not in From, and not through Reply-To either.
        if let refusal = deniedForAll(author, explanation) { return .refused(refusal) }
        let mode = directory.settings.mode(routing.purpose)
        explanation.note(.mode(mode, routing.purpose))
        guard mode == .from else { return throughCarrier(author, routing, explanation) }
        if let usable = best(for: author, routing, &explanation) {
            explanation.note(.chosen(usable.candidate, usable.transport))
            return .decided(decision(author, usable, from: author.all, route: usable.candidate.route, routing, explanation))
        }
        let fallback = directory.settings.fallback(routing.purpose)
        explanation.note(.fallback(fallback, routing.purpose))
        switch fallback {
        case .replyTo: return throughCarrier(author, routing, explanation)
        case .hold: return .hold(author, explanation)
        case .refuse:
            let strikes = explanation.strikes
            let isUnaligned = !strikes.isEmpty && strikes.allSatisfy { if case .unaligned = $0 { true } else { false } }
            let sentence =
                isUnaligned
                ? "\(author) cannot be the sender: no tenant at hand signs for its domain"
                : "no mailbox may send as \(author): grant a delegation, or let it fall back to Reply-To"
            return .refused(
                refuse(isUnaligned ? .unaligned : .noRoute, sentence, isTemporary: explanation.hasTemporaryStrike, explanation))
        }
    }

    /// Steps 4 to 6 for all authors at once: a group goes through one mailbox that may use every one of them.
    private func best(for author: Author, _ routing: Routing, _ explanation: inout Explanation) -> Usable? {
        var usable = usable(for: author.first.address, severalAuthors: author.isSeveral, routing, &explanation)
        for other in author.others {
            let theirs = self.usable(for: other.address, severalAuthors: true, routing, &explanation)
            usable = usable.compactMap { first in
                let shared = theirs.filter {
                    $0.candidate.mailbox.login == first.candidate.mailbox.login && $0.transport == first.transport
                }
                guard let match = shared.min(by: Self.isPreferred) else {
                    explanation.note(.coAuthorWithoutRoute(first.candidate, other.address))
                    return nil
                }
                // The group travels as its weakest member does.
                return match.candidate.route.rank > first.candidate.route.rank ? match : first
            }
        }
        return usable.count == 1 ? usable[0] : usable.min(by: Self.isPreferred)
    }

    private func usable(
        for address: EmailAddress, severalAuthors: Bool, _ routing: Routing, _ explanation: inout Explanation
    ) -> [Usable] {
        let candidates = candidates(for: address)
        if candidates.isEmpty { explanation.note(.noCandidate(address)) }
        var usable: [Usable] = []
        for candidate in candidates {
            usable += judge(candidate, severalAuthors: severalAuthors, routing, &explanation)
        }
        return usable
    }

    private func deniedForAll(_ author: Author, _ explanation: Explanation) -> Refusal? {
        for named in author.all {
            guard let deny = directory.denials(for: named.address).first(where: { $0.mailbox == nil }) else { continue }
            var explanation = explanation
            explanation.note(.deniedForAll(named.address, deny))
            // The reason was written for whoever meets this.
            return refuse(.denied, "nobody may send as \(named.address)\(deny.reason.isEmpty ? "" : ": \(deny.reason)")", explanation)
        }
        return nil
    }

    /// Step 7: the author goes to Reply-To, the message is from the carrier.
    private func throughCarrier(_ author: Author, _ routing: Routing, _ explanation: Explanation) -> Answer {
        var explanation = explanation
        guard let carrier = carrier(for: routing.purpose, &explanation) else {
            return .refused(
                refuse(.noFallback, "\(author) has no route and there is no carrier: set `carrier` or EMAIL_FROM_USER_ID", explanation))
        }
        guard !directory.denials(for: carrier.address).contains(where: { $0.mailbox == nil }) else {
            explanation.note(.carrierUnusable("nobody may use \(carrier.address)"))
            return .refused(refuse(.noFallback, "\(author) has no route, and nobody may send as the carrier", explanation))
        }
        // On behalf is no way for a carrier: the message would show three people.
        let ways = usable(for: carrier.address, severalAuthors: false, routing, &explanation).filter {
            $0.candidate.route != .onBehalf
        }
        guard let best = ways.min(by: Self.isPreferred) else {
            return .refused(
                refuse(
                    .noFallback, "\(author) has no route, and the carrier has none either: give the carrier a mailbox",
                    isTemporary: explanation.hasTemporaryStrike, explanation))
        }
        explanation.note(.chosen(best.candidate, best.transport))
        if !author.isSeveral, author.first.address == carrier.address {
            explanation.note(.authorIsCarrier(carrier.address))
            return .decided(decision(author, best, from: author.all, route: best.candidate.route, routing, explanation))
        }
        let from = NamedAddress(name: viaPhrase(for: author, carrier), address: carrier.address)
        return .decided(decision(author, best, from: [from], route: .replyTo, routing, explanation))
    }

    /// The purpose's carrier; unset: EMAIL_FROM_USER_ID unless that is the current-user value, then EMAIL_ADMINISTRATOR_USER_ID.
    package func carrier(for purpose: Purpose?, _ explanation: inout Explanation) -> NamedAddress? {
        if let text = directory.settings.carrier(purpose) { return carrier(text, "carrier", &explanation) }
        for name in [SettingKey.Name.emailFromUserID, .emailAdministratorUserID] {
            guard let text = directory.settings[SettingKey(name)] else { continue }
            let setting = SenderSetting(text) { directory.user($0) != nil }
            if setting != .currentUser { return carrier(text, name.rawValue, &explanation) }
        }
        explanation.note(.carrierUnusable("neither `carrier` nor EMAIL_FROM_USER_ID nor EMAIL_ADMINISTRATOR_USER_ID names one"))
        return nil
    }

    private func carrier(_ text: String, _ origin: String, _ explanation: inout Explanation) -> NamedAddress? {
        switch SenderSetting(text, isUser: { directory.user($0) != nil }) {
        case .user(let id):
            guard let user = directory.user(id), let primary = user.primaryAddress, primary.isOn else {
                explanation.note(.carrierUnusable("user \(id) (\(origin)) has no primary address that is switched on"))
                return nil
            }
            explanation.note(.carrier(primary.address, from: origin))
            return NamedAddress(name: user.name.isEmpty ? nil : user.name, address: primary.address)
        case .address(let address):
            explanation.note(.carrier(address, from: origin))
            let name = directory.users(with: address).first { !$0.name.isEmpty }?.name
            return NamedAddress(name: name, address: address)
        case .currentUser, .unreadable:
            explanation.note(.carrierUnusable("\(origin) is \"\(text)\", which names no address"))
            return nil
        }
    }
}

extension Explanation {
    var strikes: [Strike] {
        steps.flatMap { step in
            if case .struck(_, let strikes) = step { strikes } else { [Strike]() }
        }
    }

    /// Every candidate is struck out for this very message's size or recipients, which no time will mend.
    var saysItFitsNowhere: Bool {
        let struck = steps.compactMap { step in
            if case .struck(_, let strikes) = step { strikes } else { nil }
        }
        return !struck.isEmpty && struck.allSatisfy { $0.contains(where: \.isMisfit) }
    }

    var misfits: [String] { strikes.filter(\.isMisfit).map(\.description) }

    /// Whether a candidate could come back by itself: one for which nothing but time is missing.
    var hasTemporaryStrike: Bool {
        steps.contains { step in
            guard case .struck(_, let strikes) = step else { return false }
            return strikes.allSatisfy(\.isTemporary) || strikes.contains { if case .pendingAndDenied = $0 { true } else { false } }
        }
    }
}

extension Strike {
    fileprivate var isMisfit: Bool {
        switch self {
        case .tooLarge, .envelopeNotExpressible: true
        default: false
        }
    }
}
