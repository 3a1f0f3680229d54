/// How one pretend provider behaves where the real ones differ: lifetimes, limits, and which of several true answers it gives.
///
/// A value, so that a second provider is a second value and not a second server.
package struct Habits: Sendable, Hashable {
    /// Whose paths, errors and id tokens.
    package enum Flavour: Sendable, Hashable { case microsoft, google }

    package var flavour = Flavour.microsoft
    /// A wrong id token, on demand.
    package var idTokenDefect: IDTokenDefect?
    /// `iss` in authorisation responses (RFC 9207): nil for none, `own` for its own, or another's.
    package var responseIssuer: String?
    /// Scopes a person leaves unticked, whatever is asked for.
    package var withheldScopes: Set<String> = []
    /// Seconds between two questions for a device code.
    package var deviceInterval = 5

    /// What becomes of the old refresh token when a new one is handed out.
    package enum Rotation: Sendable, Hashable {
        /// Entra: each use yields a new one, and the old one goes on working.
        case replaces
        /// Strict providers: each use yields a new one, and the old one is refused from then on.
        case revokesOldOnUse
        /// The same token for ever; the answer carries none.
        case keeps
    }

    /// How a bad XOAUTH2 token is refused.
    package enum SignInRefusal: Sendable, Hashable {
        /// Microsoft: the 535 comes at once.
        case plain
        /// Google and RFC 7628: 334 with a base64 JSON document first, the 535 after the client's next line.
        case challenge
    }

    /// What happens to a message from an address its login may not use.
    package enum SendAsDenial: Sendable, Hashable {
        /// `554 5.2.252 SendAsDenied`, which names both addresses.
        case sendAsDenied
        /// The older `550 5.7.60`, also seen at the end of the data.
        case noPermission
        /// Accepted, and delivered from the login's own address: a 250 that proves nothing.
        case rewritten
    }

    /// The ways by which a message can come in.
    package enum Way: String, Sendable, Hashable, CaseIterable { case smtp, graph, gmail }

    package var serverName: String
    /// The mailbox server behind the front door, named in the answers to the end of the data.
    package var backendName: String

    package var accessTokenLifetime: Int
    /// Characters. Entra's are never shorter than some 1,500, and that is what breaks clients that put them on the AUTH line.
    package var accessTokenLength: Int
    package var refreshTokenLength: Int
    /// Seconds without use after which a refresh token is dead.
    package var refreshInactivity: Double
    package var rotation: Rotation

    /// The SASL mechanisms offered; of those that it has no use for it knows the name only.
    package var mechanisms: [String]
    package var signInRefusal: SignInRefusal
    /// Octets of a command line with its CRLF, the AUTH command and its initial response included.
    package var commandLineLimit: Int
    package var overlongCommand: Reply
    package var messageSize: Int
    package var recipientsPerMessage: Int
    package var connectionsPerMailbox: Int
    package var messagesPerMinute: Int?
    /// Of one mailbox, within 24 hours; nil: nobody counts.
    package var recipientsPerDay: Int?
    /// Of the whole organisation, those outside it, within 24 hours; nil: nobody counts.
    package var tenantRecipientsPerDay: Int?
    package var tenantLimit = TenantLimit.external
    package var tenantLimitAt = TenantLimitPlace.content
    /// Graph, for each application and mailbox; beyond them 429 with Retry-After. nil: nobody counts.
    package var graphRequestsAtOnce: Int?
    package var graphRequestsPerTenMinutes: Int?
    package var allowsNullSender: Bool
    package var refusesUnknownRecipients: Bool

    package var sendAsDenial: SendAsDenial
    /// Where an alias stays in From; elsewhere the primary address takes its place in silence (domain.md 2.6).
    package var keepsAlias: Set<Way>
    /// After so many denials in a row the login is blocked for every sender; nil: never.
    package var denialsBeforeThrottle: Int?
    package var throttleSeconds: Double
}

/// What a wrong id token has wrong, on demand.
package enum IDTokenDefect: Sendable, Hashable, CaseIterable {
    case signature, audience, noAudience, issuer, nonce, expired, algorithmNone
    /// Numbers that are no seconds of anybody's.
    case absurdEnd, absurdBeginning
}
