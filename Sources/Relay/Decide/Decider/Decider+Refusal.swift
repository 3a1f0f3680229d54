internal import Mail
internal import struct FoundationEssentials.Date

/// What is said where there is no way out. It must be true, and what it advises must work.
extension Decider {
    func refuse(
        _ code: RefusalCode, _ sentence: String, _ search: Search, _ mending: Mending? = nil, author: Author? = nil, denial: Deny? = nil
    ) -> Refusal {
        var search = search
        search.note(.refused(code))
        return Refusal(
            code, sentence, mending, author: author, struck: search.struck, denial: denial, explanation: search.explanation)
    }

    /// None of the author's own, and the policy is not to fall back.
    func withoutRoute(_ author: Author, _ own: Mending, _ search: Search) -> Refusal {
        let strikes = search.struck.flatMap(\.strikes)
        let isUnaligned = !strikes.isEmpty && strikes.allSatisfy { if case .unaligned = $0 { true } else { false } }
        guard !isUnaligned else {
            return refuse(
                .unaligned, "\(author) cannot be the sender: no tenant at hand signs for its domain", search, own, author: author)
        }
        let sentence =
            leading(search.struck, own).map { "no mailbox may send as \(author) just now: \(words($0))" }
            ?? "no mailbox may send as \(author): grant a delegation, or let it fall back to Reply-To"
        return refuse(.noRoute, sentence, search, own, author: author)
    }

    func withoutCarrier(_ author: Author, _ fault: CarrierFault, _ own: Mending?, _ search: Search) -> Refusal {
        let mending = own.map { Mending.easier(fault.mending, $0) } ?? fault.mending
        return refuse(
            .noFallback, "\(introduction(author, own, search.struck)) there is no carrier: \(fault.words); \(fault.advice)", search,
            mending,
            author: author)
    }

    func withoutCarrier(_ author: Author, _ carrier: EmailAddress, _ deny: Deny, _ own: Mending?, _ search: Search) -> Refusal {
        let reason = deny.reason.isEmpty ? "" : ": \(deny.reason)"
        return refuse(
            .noFallback, "\(introduction(author, own, search.struck)) nobody may send as the carrier \(carrier)\(reason)",
            search, own.map { Mending.easier(.never(.here), $0) }, author: author)
    }

    /// `struck`: the carrier's candidates, `ownStruck` the author's.
    func withoutCarrier(
        _ author: Author, _ carrier: EmailAddress, _ struck: [Struck], _ theirs: Mending, _ own: Mending?, _ ownStruck: [Struck],
        _ search: Search
    ) -> Refusal {
        let mending = own.map { Mending.easier(theirs, $0) } ?? theirs
        let isAuthor = !author.isSeveral && author.first.address == carrier
        let before = isAuthor ? "" : introduction(author, own, ownStruck) + " "
        let sentence =
            leading(struck, theirs).map { "\(before)the carrier \(words($0, as: carrier))" }
            ?? "\(before)no mailbox may send as the carrier \(carrier): give it one, or name another carrier"
        return refuse(.noFallback, sentence, search, mending, author: author)
    }

    /// Why it needs a carrier at all.
    private func introduction(_ author: Author, _ own: Mending?, _ struck: [Struck]) -> String {
        guard let own else { return "mail of \(author) goes through the carrier, and" }
        guard own.prospect != .permanent, let leading = leading(struck, own) else { return "\(author) has no route, and" }
        return "\(author) has no route just now (\(words(leading))), and"
    }

    /// The candidate that will be back first, or needs the least.
    private func leading(_ struck: [Struck], _ mending: Mending) -> Struck? {
        struck.first { $0.mending == mending } ?? struck.first
    }

    /// "batch@example.org waits for a consent: mandate grants authorize batch".
    private func words(_ struck: Struck, as carrier: EmailAddress? = nil) -> String {
        let mailbox = struck.candidate.mailbox.address
        let name = carrier.map { $0 == mailbox ? "\($0)" : "\($0) (through \(mailbox))" } ?? "\(mailbox)"
        guard let strike = struck.leading else { return "\(name) has no way out" }
        let remedy = strike.mending.mender == .time ? "" : ": \(Remedy(of: strike, struck.candidate, self).next)"
        return "\(name) \(strike.predicate)\(remedy)"
    }
}

extension CarrierFault {
    var words: String {
        switch self {
        case .unset: "neither `carrier` nor EMAIL_FROM_USER_ID nor EMAIL_ADMINISTRATOR_USER_ID names one"
        case .addressOff(let id, let setting): "the primary address of user \(id) (\(setting)) is switched off"
        case .addressMissing(let id, let setting): "user \(id) (\(setting)) has no primary address"
        case .unreadable(let text, let setting): "\(setting) is \"\(text)\", which is neither a user nor an address"
        }
    }

    var advice: String {
        switch self {
        case .unset: "mandate settings set carrier USER-OR-ADDRESS"
        case .addressOff(let id, _), .addressMissing(let id, _):
            "mandate users set \(id.text.shellQuoted) --add-address ADDRESS --primary ADDRESS"
        case .unreadable: "mandate settings set carrier USER-OR-ADDRESS"
        }
    }
}

extension Strike {
    /// What is the matter with the mailbox, for anyone: the provider's own text, which may be long and quote addresses, is for the explanation.
    fileprivate var predicate: String {
        switch self {
        case .deniedByEntry: "is denied it by an administrator's entry"
        case .standingDenied: "was refused it by the provider, and waits for the permission"
        case .standingDoubted: "was refused it by the provider for a message, and waits for the probe that decides"
        case .messageRefused(_, let until): "was refused this very message twice by the provider, and waits until \(until.minute)"
        case .reportedByClient(_, let report): "was reported by this client, and waits until \(report.until.minute)"
        case .pendingAndDenied(_, let until): "waits until \(until.minute) for the provider to act on its permission"
        case .rewrittenByProvider(_, let to): "would be sent as \(to) by the provider, and waits for the permission"
        case .notYetValid(let from): "may do so from \(from.minute) on"
        case .expired(let at): "could do so until \(at.minute)"
        case .mailboxDisabled: "is switched off"
        case .mailboxBroken: "is broken, and waits for a repair"
        case .mailboxStopped(let until, _): "is stopped until \(until.minute)"
        case .transportStopped(let transport, let until, _): "is stopped until \(until.minute) over \(transport.rawValue)"
        case .tooLarge: "takes no message of this size"
        case .envelopeNotExpressible: "sends to everyone whom the header names"
        case .grantDisabled: "has a grant that is switched off"
        case .grantMissing: "has lost its grant"
        case .grantNeedsConsent: "waits for a consent"
        case .applicationMissing: "has lost its application"
        case .applicationSuspended: "waits for its application to be repaired"
        case .tenantPaused(_, let pause): "is of a tenant that may write to nobody outside until \(pause.until.minute)"
        case .unaligned(let domain): "is of a tenant that does not sign for \(domain)"
        case .severalAuthorsRefused: "takes only one author"
        case .aliasSentFromPrimary: "would send it from its primary address"
        case .unlistedFromReplaced, .onBehalfUnproven: "waits for a probe that proves it"
        case .transportMissing, .noTransport: "has no way out that is available here"
        }
    }
}
