internal import Mail

/// The explanation for people: one line a step. The command line, the console and the journal print the same words.
extension Explanation.Step: CustomStringConvertible {
    package var description: String {
        switch self {
        case .settingUnset(let name): "\(name.rawValue) is not set"
        case .setting(let name, let text, let meaning): "\(name.rawValue) = \(text): \(meaning)"
        case .authorFromField(let author): "no purpose: the From field says \(author)"
        case .fromReadLoosely(let named, let error):
            "! the From field is not as RFC 5322 wants it: \(error); what stands before <\(named.address)> was read as the name \"\(named.name ?? "")\""
        case .authorUnusable(let why): "the From field cannot be used: \(why)"
        case .authorOfClient(let address): "the client's author for that case is \(address)"
        case .author(let author): "the author is \(author)"
        case .clientPermits(let client, let author): "client \(client) may send as \(author)"
        case .clientForbids(let client, let why): "client \(client) may not: \(why)"
        case .mode(let mode, let purpose): "mode for \(purpose.words): \(mode.rawValue)"
        case .deniedForAll(let address, let deny): "\(address) may be used by nobody (\(deny.words))"
        case .noCandidate(let address): "no mailbox, family or delegation speaks of \(address)"
        case .struck(let candidate, let strikes): "✗ \(candidate): \(strikes.map(\.description).joined(separator: "; "))"
        case .usable(let candidate, let transport, let standing): "✓ \(candidate) over \(transport.rawValue) (\(standing.words))"
        case .alignmentUnknown(let candidate, let domain): "! \(candidate): whether the tenant signs for \(domain) is not recorded"
        case .unalignedAllowed(let candidate, let domain):
            "! \(candidate): the tenant does not sign for \(domain), allowed by the delegation"
        case .coAuthorWithoutRoute(let candidate, let address): "✗ \(candidate): it cannot carry the co-author \(address)"
        case .chosen(let candidate, let transport): "→ \(candidate) over \(transport.rawValue)"
        case .phraseShortened(let name): "the display name \"\(name)\" loses its part with @, which Graph refuses"
        case .envelopeReplaced(let wanted, let mailbox, let strikes):
            "! the envelope sender is \(mailbox.address): \(mailbox.login) may not use \(wanted) ("
                + (strikes.isEmpty ? "nobody has granted it" : strikes.map(\.description).joined(separator: "; ")) + ")"
        case .fallback(let fallback, let purpose): "no route, so for \(purpose.words): \(fallback.rawValue)"
        case .carrier(let address, let origin): "the carrier is \(address) (\(origin))"
        case .carrierUnusable(let why): "there is no carrier: \(why)"
        case .authorIsCarrier(let address): "\(address) is the carrier itself and stays in From"
        case .refused(let code): "refused: \(code.rawValue)"
        }
    }
}

extension SenderSetting: CustomStringConvertible {
    package var description: String {
        switch self {
        case .user(let id): "the user \(id)"
        case .address(let address): "the address \(address)"
        case .currentUser: "the current user"
        case .unreadable: "neither a user, an address, nor \(Self.currentUserText)"
        }
    }
}

extension Candidate: CustomStringConvertible {
    package var description: String {
        let way = delegation.map { " by \($0)" } ?? ""
        return "\(route.rawValue)\(isExact ? "" : " (domain)") through \(mailbox.login)\(way)"
    }
}

extension Strike: CustomStringConvertible {
    package var description: String {
        switch self {
        case .deniedByEntry(let deny): "denied (\(deny.words))"
        case .standingDenied(let transport, let at, let code):
            "the provider refused it over \(transport.rawValue) on \(at.day) with \(code)"
        case .standingDoubted(let transport, let doubt):
            "the provider refused a message over \(transport.rawValue) with \(doubt.code); \(doubt.prospect)"
        case .reportedByClient(let transport, let report):
            "this client has reported of \(transport.rawValue): \(report.words); it is not told to use it before \(report.until.minute)"
        case .messageRefused(let transport, let until):
            "the provider has refused this very message twice over \(transport.rawValue); not before \(until.minute)"
        case .pendingAndDenied(let transport, let until):
            "pending until \(until.minute) over \(transport.rawValue), and refused meanwhile"
        case .rewrittenByProvider(let transport, let to): "the provider sends it as \(to) over \(transport.rawValue)"
        case .notYetValid(let from): "not valid before \(from.minute)"
        case .expired(let at): "expired \(at.minute)"
        case .mailboxDisabled: "the mailbox is disabled"
        case .mailboxBroken(let why): "the mailbox is broken: \(why)"
        case .mailboxStopped(let until, let why): "the mailbox is stopped until \(until.minute): \(why)"
        case .tooLarge(let transport, let limit): "the message is larger than \(transport.rawValue) takes (\(limit) octets)"
        case .envelopeNotExpressible(let transport):
            "\(transport.rawValue) sends to everyone whom the header names: they are too many, or some of them are not to get it"
        case .transportStopped(let transport, let until, let why): "\(transport.rawValue) is stopped until \(until.minute): \(why)"
        case .tenantPaused(let tenant, let pause):
            "the tenant \(tenant) may write to nobody outside until \(pause.until.minute): \(pause.words)"
        case .grantDisabled: "its grant is disabled"
        case .grantMissing: "its grant is gone"
        case .grantNeedsConsent(let why): "its grant needs consent: \(why)"
        case .applicationMissing: "its application or provider is gone"
        case .applicationSuspended(let why): "its application is suspended: \(why)"
        case .unaligned(let domain): "unaligned: the tenant does not sign for \(domain)"
        case .severalAuthorsRefused(let transport): "the provider refuses several authors over \(transport.rawValue)"
        case .aliasSentFromPrimary(let transport): "\(transport.rawValue) sends an alias from the primary address"
        case .unlistedFromReplaced(let transport):
            "the provider silently replaces an unlisted From over \(transport.rawValue), and this one is not proven"
        case .onBehalfUnproven(let transport): "on-behalf over \(transport.rawValue) is not proven"
        case .transportMissing(let transport): "\(transport.rawValue) is not available here"
        case .noTransport: "it has no transport"
        }
    }
}

extension Purpose? {
    fileprivate var words: String { map(\.rawValue) ?? "messages without a purpose" }
}

extension Deny {
    fileprivate var words: String { reason.isEmpty ? id.text : "\(id.text): \(reason)" }
}

extension Standing? {
    package var words: String {
        switch self {
        case nil, .declared: "declared"
        case .pending(let until, _, _): "pending until \(until.minute)"
        case .proven(let at, let how): "proven \(at.day), \(how)"
        case .doubted(let doubt): "doubted since \(doubt.since.minute), \(doubt.code); \(doubt.prospect)"
        case .denied(let at, let code): "denied \(at.day), \(code)"
        case .rewritten(let at, let to): "rewritten \(at.day) to \(to)"
        }
    }
}
