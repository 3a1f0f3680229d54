/// A way for a message to leave.
package enum Transport: String, Sendable, Hashable, CaseIterable, Comparable {
    case smtp, graph, gmail

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A mail service as data: where its endpoints are, and the habits that deciding has to know.
/// Sources: domain.md sections 2 and 3. Everything here can be overridden by an administrator, because providers change.
package struct Provider: Sendable, Hashable {
    package let id: ProviderID
    package var kind: ProviderKind
    package var name: String
    /// The token endpoint; `{tenant}` stands for the application's tenant id.
    package var tokenEndpoint: String
    package var smtp: SMTPEndpoint?
    package var habits: ProviderHabits
    /// A certificate authority to trust instead of the system's (PEM), for a provider inside the house or the sandbox.
    package var trustedCertificates: String?

    package init(
        id: ProviderID, kind: ProviderKind, name: String, tokenEndpoint: String, smtp: SMTPEndpoint?, habits: ProviderHabits,
        trustedCertificates: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.tokenEndpoint = tokenEndpoint
        self.smtp = smtp
        self.habits = habits
        self.trustedCertificates = trustedCertificates
    }
}

/// Which failure table and which dialect of OAuth2 a provider speaks.
package enum ProviderKind: String, Sendable, Hashable, CaseIterable {
    case microsoft, google, custom
}

/// Where a provider takes mail by SMTP.
package struct SMTPEndpoint: Sendable, Hashable {
    package enum Security: String, Sendable, Hashable, CaseIterable {
        /// Clear text until STARTTLS (RFC 3207), which is then required.
        case startTLS = "starttls"
        /// TLS from the first byte (RFC 8314 section 3.3).
        case implicit = "tls"
    }

    package var host: String
    package var port: Int
    package var security: Security

    package init(host: String, port: Int, security: Security) {
        self.host = host
        self.port = port
        self.security = security
    }
}

/// What a provider is known to do with a message. Each habit names the rule of deciding or rewriting that reads it.
package struct ProviderHabits: Sendable, Hashable {
    /// The resource scope asked for with client credentials (`….default` at Entra), and the delegated scope, for SMTP.
    package var smtpScopes: SMTPScopes
    /// Refuses a From field with several authors (Gmail; Exchange Online answers 5.7.512 unless a Sender stands beside them).
    package var refusesSeveralAuthors: Bool
    /// Silently replaces a From that the account does not own (Gmail): a delegation counts only once it is proven.
    package var replacesUnlistedFrom: Bool
    /// How long a freshly granted right may take to act, in seconds (Exchange Online: up to 2 h).
    package var propagation: Double
    /// Takes `MAIL FROM:<>` from an authenticated client.
    package var takesNullSender: Bool
    /// A refresh token stays valid after it was used once (Entra, Google); where false, a crash between answer and commit costs a consent.
    package var oldRefreshTokenWorks: Bool

    package init(
        smtpScopes: SMTPScopes, refusesSeveralAuthors: Bool, replacesUnlistedFrom: Bool, propagation: Double, takesNullSender: Bool,
        oldRefreshTokenWorks: Bool
    ) {
        self.smtpScopes = smtpScopes
        self.refusesSeveralAuthors = refusesSeveralAuthors
        self.replacesUnlistedFrom = replacesUnlistedFrom
        self.propagation = propagation
        self.takesNullSender = takesNullSender
        self.oldRefreshTokenWorks = oldRefreshTokenWorks
    }
}

/// The scopes that open SMTP submission: no more than that is asked for (RFC 9700 section 2.3).
package struct SMTPScopes: Sendable, Hashable {
    package var delegated: String
    package var appOnly: String

    package init(delegated: String, appOnly: String) {
        self.delegated = delegated
        self.appOnly = appOnly
    }
}
