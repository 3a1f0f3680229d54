/// Why a message does not go the way that its author would have first, in words that name nobody: the journal keeps them for ever with each attempt, and `queue show`
/// reads them there. Empty where nothing stood in the way.
extension Explanation {
    package var reasons: [String] {
        steps.compactMap { step -> String? in
            switch step {
            case .struck(let candidate, let strikes):
                "\(candidate.route.rawValue)\(candidate.isExact ? "" : " (domain)"): \(strikes.map(\.reason).joined(separator: ", "))"
            case .noCandidate: "nobody may send as the author"
            case .mode(.replyTo, _): "mode is reply-to"
            case .coAuthorWithoutRoute(let candidate, _): "\(candidate.route.rawValue): it cannot carry the co-authors"
            case .carrierUnusable: "there is no carrier"
            case .settingUnset, .setting, .authorFromField, .fromReadLoosely, .authorUnusable, .authorOfClient, .author, .clientPermits,
                .clientForbids,
                .mode,
                .deniedForAll, .usable, .alignmentUnknown, .unalignedAllowed, .chosen, .phraseShortened, .envelopeReplaced, .fallback,
                .carrier,
                .authorIsCarrier,
                .refused:
                nil
            }
        }
    }
}

extension Strike {
    /// Without what a provider or a person wrote, which may quote an address.
    fileprivate var reason: String {
        switch self {
        case .deniedByEntry(let deny): "denied by \(deny.id)"
        case .standingDenied(let transport, let at, let code): "refused over \(transport.rawValue) on \(at.day) with \(code)"
        case .standingDoubted(let transport, let doubt):
            "in doubt over \(transport.rawValue) since \(doubt.since.minute), with \(doubt.code)"
        case .messageRefused(let transport, _): "this very message was refused twice over \(transport.rawValue)"
        case .reportedByClient(let transport, let report): "reported by the client over \(transport.rawValue): \(report.words)"
        case .pendingAndDenied(let transport, let until): "pending over \(transport.rawValue) until \(until.minute), and refused meanwhile"
        case .rewrittenByProvider(let transport, _): "the provider replaces the From over \(transport.rawValue)"
        case .mailboxBroken: "the mailbox is broken"
        case .mailboxStopped(let until, _): "the mailbox is stopped until \(until.minute)"
        case .transportStopped(let transport, let until, _): "\(transport.rawValue) is stopped until \(until.minute)"
        case .grantNeedsConsent: "its grant needs consent"
        case .applicationSuspended: "its application is suspended"
        case .tenantPaused(let tenant, let pause): "\(tenant) may write to nobody outside until \(pause.until.minute)"
        case .notYetValid, .expired, .mailboxDisabled, .tooLarge, .envelopeNotExpressible, .grantDisabled, .grantMissing,
            .applicationMissing,
            .unaligned, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced, .onBehalfUnproven, .transportMissing,
            .noTransport:
            description
        }
    }
}
