package import Mail
package import struct FoundationEssentials.Date

/// What is known of a login using a From address over a transport. No entry means declared: an administrator said so, nobody has tried.
package enum Standing: Sendable, Hashable {
    case declared
    /// Granted, but the provider needs time (Exchange Online up to 2 h); a denial meanwhile leaves it pending and mail skips it.
    case pending(until: Date, deniedAt: Date?)
    case proven(at: Date, how: String)
    case denied(at: Date, code: String)
    /// The provider accepted the message and silently changed its From.
    case rewritten(at: Date, to: String)
}

package struct StandingKey: Sendable, Hashable, Comparable {
    package let login: String
    package let from: EmailAddress
    package let transport: Transport

    package init(login: String, from: EmailAddress, transport: Transport) {
        self.login = login
        self.from = from
        self.transport = transport
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.login, left.from, left.transport) < (right.login, right.from, right.transport)
    }
}

/// Whether an account can be used just now, by login. No entry means nothing is known against it.
package enum MailboxHealth: Sendable, Hashable {
    /// The breaker is open: nothing is sent through it before then.
    case stopped(until: Date, reason: String, failures: Int)
    /// Broken until a person has done something.
    case broken(since: Date, reason: String)
}

/// Whether tokens can be had from a grant. No entry means healthy.
package enum GrantHealth: Sendable, Hashable {
    /// The provider ended the grant (`invalid_grant`, `interaction_required`, `consent_required`).
    case needsConsent(since: Date, reason: String)
    /// A refresh token was rotated and its successor lost before it was stored.
    case lostInCrash(at: Date)
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
