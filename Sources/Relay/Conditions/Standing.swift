package import Mail
package import struct FoundationEssentials.Date

/// What is known of an account using a From address over a transport. No entry means declared: an administrator said so, nobody has tried.
package enum Standing: Sendable, Hashable {
    case declared
    /// Granted, but the provider needs time (Exchange Online up to 2 h); a denial meanwhile leaves it pending, mail skips it, and so many probes have been
    /// refused since.
    case pending(until: Date, deniedAt: Date?, probes: Int = 0)
    case proven(at: Date, how: String)
    /// A message of ours was refused for it; a probe is to decide.
    case doubted(Doubt)
    case denied(at: Date, code: String)
    /// The provider accepted the message and silently changed its From.
    case rewritten(at: Date, to: String)
}

extension Standing {
    /// Minutes after a denial at which a right that is still pending is tried again, once each; denials count at the provider (domain.md 2.7), so these are
    /// all, and after the last one it is denied.
    package static let probeMinutes: [Double] = [15, 30, 60, 120]
    /// Seconds that a proof is believed: permissions are taken away without a word to us.
    package static let proofLife: Double = 90 * 86_400

    /// When it is to be tried next; nil: nobody tries it.
    package var nextProbe: Date? {
        switch self {
        case .pending(_, let denied?, let probes) where probes < Self.probeMinutes.count:
            denied.addingTimeInterval(Self.probeMinutes[probes] * 60)
        case .doubted(let doubt): doubt.nextProbe
        case .declared, .pending, .proven, .denied, .rewritten: nil
        }
    }

    /// A message of ours was refused. What was proven, pending or nothing yet is doubted; the rest is as it was. nil: that says nothing new.
    func refused(isOwn: Bool, code: String, at now: Date) -> Standing? {
        switch self {
        case .pending(let until, _, _) where now < until: .pending(until: until, deniedAt: now)
        case .declared, .pending, .proven: .doubted(Doubt(after: self, isOwn: isOwn, code: code, at: now))
        case .doubted(let doubt): doubt.mayBeTried(at: now) ? .doubted(doubt.tried(at: now)) : nil
        case .denied, .rewritten: nil
        }
    }

    /// Mail leaves it alone until the probes have had their say; if nobody makes them, mail finds out by itself.
    func isOnProbation(at now: Date) -> Bool {
        guard case .pending(_, let denied?, _) = self else { return false }
        return now < denied.addingTimeInterval((Self.probeMinutes.last ?? 0) * 60 + 600)
    }

    /// What a probe came to. `isOwn`: of the mailbox's own address.
    package func probed(_ outcome: ProbeOutcome, isOwn: Bool, at now: Date) -> Standing {
        switch (outcome, self) {
        case (.denied, .pending(let until, let denied?, let probes)) where probes + 1 < Self.probeMinutes.count:
            .pending(until: until, deniedAt: denied, probes: probes + 1)
        case (.denied, .pending(let until, nil, _)) where now < until: .pending(until: until, deniedAt: now)
        case (.denied(let code), .pending(_, .some, _)): .denied(at: now, code: code)
        case (_, .doubted(let doubt)): doubt.probed(outcome, at: now)
        case (.denied(let code), _): Doubt(after: self, isOwn: isOwn, code: code, at: now).probed(outcome, at: now)
        case (.proven(let how), _), (.listed(let how), _): .proven(at: now, how: how)
        case (.taken(isProof: true, _), _): .proven(at: now, how: "a test message was taken")
        case (.rewritten(let to), _): .rewritten(at: now, to: to)
        case (.taken(isProof: false, _), _), (.unknown, _): self
        }
    }

    package func isProven(at now: Date) -> Bool {
        guard case .proven(let at, _) = self else { return false }
        return now.timeIntervalSince(at) < Self.proofLife
    }
}

/// What asking a provider whether a login may use a From address came to.
package enum ProbeOutcome: Sendable, Hashable {
    /// A message went through, and arrived as it was sent.
    case proven(how: String)
    /// The provider has it among the addresses that the mailbox may use; nothing was sent.
    case listed(how: String)
    case denied(code: String)
    /// A message was taken, and arrived from another address.
    case rewritten(to: String)
    /// A message was taken; what it arrived with is not known, and why. A proof where the provider refuses what may not be.
    case taken(isProof: Bool, unread: String)
    /// It could not be asked, or did not say.
    case unknown(why: String)

    /// For the journal, so without what a provider said.
    package var word: String {
        switch self {
        case .proven, .listed: "proven"
        case .denied: "denied"
        case .rewritten: "rewritten"
        case .taken: "taken"
        case .unknown: "not known"
        }
    }

    /// A message left, so that nothing can stand against the way it went.
    package var hasSent: Bool {
        switch self {
        case .proven, .rewritten, .taken: true
        case .listed, .denied, .unknown: false
        }
    }
}

package struct StandingKey: Sendable, Hashable, Comparable {
    package let account: Account
    package let from: EmailAddress
    package let transport: Transport

    package init(_ account: Account, from: EmailAddress, transport: Transport) {
        self.account = account
        self.from = from
        self.transport = transport
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.account, left.from, left.transport) < (right.account, right.from, right.transport)
    }

    package var login: String { account.login }
}

/// Whether an account can be used just now. No entry means nothing is known against it.
package enum MailboxHealth: Sendable, Hashable {
    /// The breaker is open: nothing is sent through it before then.
    case stopped(until: Date, reason: String, failures: Int)
    /// Broken until a person has done something.
    case broken(since: Date, reason: String)

    package var words: String {
        switch self {
        case .stopped(let until, let reason, _): "until \(until.minute): \(reason)"
        case .broken(_, let reason): reason
        }
    }
}

/// Whether tokens can be had from a grant. No entry means healthy.
package enum GrantHealth: Sendable, Hashable {
    /// The provider ended the grant (`invalid_grant`, `interaction_required`, `consent_required`).
    case needsConsent(since: Date, reason: String)
    /// A refresh token was rotated and its successor lost before it was stored.
    case lostInCrash(at: Date)
    /// The provider was asked again and again and gave neither a token nor a reason that is the grant's: it may pass, so nothing is held against the grant, but
    /// somebody should look.
    case unanswered(since: Date, reason: String)
}

/// Whether an application may ask for tokens. Its grants are suspended with it, untouched, and resume with the first token after the repair.
package struct ApplicationHealth: Sendable, Hashable {
    package let suspendedSince: Date
    package let reason: String

    package init(suspendedSince: Date, reason: String) {
        self.suspendedSince = suspendedSince
        self.reason = reason
    }
}

extension Directory {
    /// The mailbox of a pair: one of its own, or the family's address itself.
    package func mailbox(of pair: StandingKey) -> Mailbox? {
        if let mailbox = mailbox(of: pair.account) { return mailbox }
        let families = families(with: pair.from)
        return [families.exact, families.byDomain].joined().lazy.compactMap(family).map { mailbox(pair.from, of: $0) }
            .first { account(of: $0) == pair.account }
    }
}
