internal import struct FoundationEssentials.Date

/// Whether what stands in the way of a message will go away, and who sees to it. The one table that decides between "accepted, and waits", "come again"
/// and "refused"; written out case by case, so that a new obstacle does not compile until someone has thought of both.
package struct Mending: Sendable, Hashable {
    package enum Prospect: Int, Sendable, Hashable, Comparable {
        /// A person decided so, or it is of the message itself: no waiting helps.
        case permanent
        /// A person switched it off and may switch it on again: nothing is queued for that, the client keeps the message.
        case switchedOff
        /// Time, a consent, a repair or a probe: the message waits for it.
        case mendable

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Mender: String, Sendable, Hashable, CaseIterable {
        /// It passes by itself.
        case time
        /// An administrator of ours, or who consents.
        case here
        case provider
        /// Who sends: the message must be another.
        case sender
    }

    package let prospect: Prospect
    package let mender: Mender

    package static let byTime = Self(prospect: .mendable, mender: .time)
    package static let here = Self(prospect: .mendable, mender: .here)
    package static let atProvider = Self(prospect: .mendable, mender: .provider)
    package static let switchedOff = Self(prospect: .switchedOff, mender: .here)
    package static func never(_ mender: Mender) -> Self { Self(prospect: .permanent, mender: mender) }
}

extension Strike {
    package var mending: Mending {
        switch self {
        case .mailboxStopped, .transportStopped, .notYetValid, .pendingAndDenied, .reportedByClient, .messageRefused, .tenantPaused: .byTime
        // The probe decides, without anyone doing anything.
        case .standingDoubted: .byTime
        case .grantNeedsConsent, .mailboxBroken: .here
        // The provider must permit it; a probe, or an administrator who knows, then says that it has.
        case .standingDenied, .rewrittenByProvider, .unlistedFromReplaced, .onBehalfUnproven: .atProvider
        // A secret is made there, and then stored here.
        case .applicationSuspended: .atProvider
        case .mailboxDisabled, .grantDisabled, .grantMissing, .applicationMissing: .switchedOff
        case .deniedByEntry, .expired, .aliasSentFromPrimary, .transportMissing, .noTransport: .never(.here)
        case .unaligned: .never(.provider)
        case .severalAuthorsRefused, .tooLarge, .envelopeNotExpressible: .never(.sender)
        }
    }

    /// When it is over without anyone doing anything.
    var passes: Date? {
        switch self {
        case .mailboxStopped(let until, _), .transportStopped(_, let until, _), .pendingAndDenied(_, let until): until
        case .notYetValid(let from): from
        case .standingDoubted(_, let doubt): doubt.nextProbe
        case .reportedByClient(_, let report): report.until
        case .messageRefused(_, let until): until
        case .tenantPaused(_, let pause): pause.until
        case .deniedByEntry, .standingDenied, .rewrittenByProvider, .expired, .mailboxDisabled, .mailboxBroken, .tooLarge,
            .envelopeNotExpressible, .grantDisabled, .grantMissing, .grantNeedsConsent, .applicationMissing, .applicationSuspended,
            .unaligned, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced, .onBehalfUnproven, .transportMissing,
            .noTransport:
            nil
        }
    }

    /// It closes one way out of the mailbox; another may do.
    var isOfOneTransport: Bool {
        switch self {
        case .standingDenied, .standingDoubted, .messageRefused, .reportedByClient, .pendingAndDenied, .rewrittenByProvider,
            .transportStopped, .tooLarge, .envelopeNotExpressible, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced,
            .onBehalfUnproven, .transportMissing:
            true
        case .deniedByEntry, .notYetValid, .expired, .mailboxDisabled, .mailboxBroken, .mailboxStopped, .grantDisabled, .grantMissing,
            .grantNeedsConsent, .applicationMissing, .applicationSuspended, .tenantPaused, .unaligned, .noTransport:
            false
        }
    }

    /// This very message cannot go that way, whoever it is from.
    var isMisfit: Bool {
        switch self {
        case .tooLarge, .envelopeNotExpressible: true
        case .deniedByEntry, .standingDenied, .standingDoubted, .messageRefused, .reportedByClient, .pendingAndDenied,
            .rewrittenByProvider, .notYetValid, .expired, .mailboxDisabled, .mailboxBroken, .mailboxStopped, .transportStopped,
            .grantDisabled, .grantMissing, .grantNeedsConsent, .applicationMissing,
            .applicationSuspended, .tenantPaused, .unaligned, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced,
            .onBehalfUnproven, .transportMissing, .noTransport:
            false
        }
    }
}

extension RefusalCode {
    /// Of a refusal that no candidate has a part in.
    package var mending: Mending {
        switch self {
        case .noRoute, .noFallback, .denied, .clientNotPermitted, .unknownUser, .userWithoutAddress: .never(.here)
        case .unaligned: .never(.provider)
        case .currentUserMissing, .authorMissing, .signatureBreaks: .never(.sender)
        }
    }
}

/// Why there is no carrier to ask about.
package enum CarrierFault: Sendable, Hashable {
    /// None of the settings says.
    case unset
    /// The user's primary address is switched off, or there is none.
    case addressOff(UserID, setting: String)
    case addressMissing(UserID, setting: String)
    case unreadable(String, setting: String)

    package var mending: Mending {
        switch self {
        case .addressOff: .switchedOff
        case .unset, .addressMissing, .unreadable: .never(.here)
        }
    }
}

/// A candidate that will not do, and why.
package struct Struck: Sendable, Hashable {
    package let candidate: Candidate
    package let strikes: [Strike]

    /// What speaks against the candidate as a whole must all go; of what closes single transports, one is enough.
    package var mending: Mending {
        let menders = strikes.map(\.mending)
        guard let first = menders.first else { return .never(.here) }
        let areAlternatives = strikes.allSatisfy(\.isOfOneTransport)
        return menders.dropFirst().reduce(first) { areAlternatives ? .easier($0, $1) : .harder($0, $1) }
    }

    /// The one that `mending` is about: what to say first.
    package var leading: Strike? { strikes.first { $0.mending == mending } }

    /// When time alone brings it back; nil: somebody must do something.
    var comesBack: Date? {
        let dates = strikes.map(\.passes)
        if strikes.allSatisfy(\.isOfOneTransport) { return dates.compactMap(\.self).min() }
        return dates.contains(nil) ? nil : dates.compactMap(\.self).max()
    }

    var isMisfit: Bool { mending.prospect == .permanent && strikes.contains(where: \.isMisfit) }
}

extension Mending {
    /// Time needs nobody, so among equals it is the easier.
    private var ease: (Int, Int) { (prospect.rawValue, mender == .time ? 1 : 0) }

    /// Nothing at all has a way back that somebody here must first make.
    static func easiest(_ all: [Self]) -> Self {
        guard let first = all.first else { return .never(.here) }
        return all.dropFirst().reduce(first, easier)
    }

    static func easier(_ left: Self, _ right: Self) -> Self { right.ease > left.ease ? right : left }
    static func harder(_ left: Self, _ right: Self) -> Self { right.ease < left.ease ? right : left }
}
