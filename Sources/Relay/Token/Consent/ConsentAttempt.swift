package import struct FoundationEssentials.Date

/// One try of a person to consent: begun by a command or the console, ended by the provider's answer, at most once (RFC 6749 section 10.12, RFC 9700).
package struct ConsentAttempt: Sendable, Hashable {
    /// A quarter of an hour: time to sign in with a second factor, and little for a stolen link.
    package static let life: Double = 900

    package enum Way: String, Sendable, Hashable, CaseIterable {
        /// The browser comes back to our redirect URI.
        case browser
        /// The person pastes the address the browser ended at.
        case pasted
        case device
    }

    package enum Progress: Sendable, Hashable {
        case waiting
        /// Its answer is being worked on: a second answer with the same state is refused.
        case taken(at: Date)
        case granted(at: Date, words: String)
        case refused(at: Date, words: String)
    }

    package let id: ConsentID
    package let grant: GrantID
    package let application: ApplicationID
    /// The credentials at its start: what was consented to for others is not kept.
    package let revision: Edition
    package let way: Way
    package let startedAt: Date
    package let expires: Date
    package let redirectURI: String
    /// Of the authorisation request.
    package let scope: String
    /// SHA-256 of the state: the state itself is a secret of the browser it was given to.
    package let stateDigest: [UInt8]
    /// SHA-256 of the cookie our start page set; nil until a browser has come by.
    package var browserDigest: [UInt8]?
    /// State, verifier and nonce, sealed and bound to this attempt.
    package let sealed: Sealed
    package let startedBy: String
    package var progress: Progress

    package init(
        id: ConsentID, grant: GrantID, application: ApplicationID, revision: Edition, way: Way, startedAt: Date, expires: Date,
        redirectURI: String, scope: String, stateDigest: [UInt8], browserDigest: [UInt8]? = nil, sealed: Sealed, startedBy: String,
        progress: Progress = .waiting
    ) {
        self.id = id
        self.grant = grant
        self.application = application
        self.revision = revision
        self.way = way
        self.startedAt = startedAt
        self.expires = expires
        self.redirectURI = redirectURI
        self.scope = scope
        self.stateDigest = stateDigest
        self.browserDigest = browserDigest
        self.sealed = sealed
        self.startedBy = startedBy
        self.progress = progress
    }
}

package typealias ConsentID = Identifier<ConsentAttempt>

/// What a consent brought, to be kept in one commit.
package struct ConsentResult: Sendable {
    package let attempt: ConsentID
    package let grant: GrantID
    /// Who consented.
    package let pin: PrincipalPin
    /// As they were when the attempt began.
    package let revision: Edition
    package let refreshToken: Sealed
    package let token: (key: TokenKey, stored: StoredToken)
    /// What was granted, as the provider said.
    package let scope: String
    package let words: String
    package let by: String
    package let at: Date

    package init(
        attempt: ConsentID, grant: GrantID, pin: PrincipalPin, revision: Edition, refreshToken: Sealed,
        token: (key: TokenKey, stored: StoredToken),
        scope: String, words: String, by: String, at: Date
    ) {
        self.attempt = attempt
        self.grant = grant
        self.pin = pin
        self.revision = revision
        self.refreshToken = refreshToken
        self.token = token
        self.scope = scope
        self.words = words
        self.by = by
        self.at = at
    }
}

/// When a grant was given, when it last brought a token, and what for: what its health is worked out from.
package struct GrantUse: Sendable, Hashable {
    /// A consent that came to nothing.
    package struct Failure: Sendable, Hashable {
        package let at: Date
        package let words: String

        package init(at: Date, words: String) {
            self.at = at
            self.words = words
        }
    }

    package var consentedAt: Date?
    package var usedAt: Date?
    package var scope: String?
    /// The last one since it was consented to, of this day.
    package var failure: Failure?

    package init(consentedAt: Date? = nil, usedAt: Date? = nil, scope: String? = nil, failure: Failure? = nil) {
        self.consentedAt = consentedAt
        self.usedAt = usedAt
        self.scope = scope
        self.failure = failure
    }

    /// A consent that failed before another succeeded is no longer of interest.
    package mutating func note(_ failure: Failure) {
        guard failure.at > consentedAt ?? failure.at.addingTimeInterval(-1),
            failure.at > self.failure?.at ?? failure.at.addingTimeInterval(-1)
        else { return }
        self.failure = failure
    }
}
