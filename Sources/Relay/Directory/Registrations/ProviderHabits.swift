/// What a provider is known to do with a message. Each habit names the rule of deciding or rewriting that reads it.
package struct ProviderHabits: Sendable, Hashable {
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
    /// Seconds a refresh token lives unused: every use begins them anew (Entra: 90 days; Google: six months). nil: unknown.
    package var unusedConsentLife: Double?
    /// A user's new password ends the consents that read mail (Google), so the health of a grant says so.
    package var passwordEndsConsent: Bool
    /// Gives mail scopes to a device code; Google does not (domain.md 3.1).
    package var allowsDeviceFlow: Bool
    /// These transports send an alias from the primary address of its mailbox (Graph, Gmail API).
    package var sendsAliasAsPrimary: Set<Transport>

    package init(
        refusesSeveralAuthors: Bool, replacesUnlistedFrom: Bool, propagation: Double, takesNullSender: Bool, oldRefreshTokenWorks: Bool,
        unusedConsentLife: Double? = nil, passwordEndsConsent: Bool = false, allowsDeviceFlow: Bool = true,
        sendsAliasAsPrimary: Set<Transport> = []
    ) {
        self.unusedConsentLife = unusedConsentLife
        self.passwordEndsConsent = passwordEndsConsent
        self.allowsDeviceFlow = allowsDeviceFlow
        self.sendsAliasAsPrimary = sendsAliasAsPrimary
        self.refusesSeveralAuthors = refusesSeveralAuthors
        self.replacesUnlistedFrom = replacesUnlistedFrom
        self.propagation = propagation
        self.takesNullSender = takesNullSender
        self.oldRefreshTokenWorks = oldRefreshTokenWorks
    }
}

/// The scopes that open one resource; empty where the provider has no such grant.
package struct Scopes: Sendable, Hashable, Codable {
    /// Of a person's consent.
    package var delegated: String
    /// Of client credentials (`….default` at Entra) and of a service account.
    package var appOnly: String

    package init(delegated: String, appOnly: String) {
        self.delegated = delegated
        self.appOnly = appOnly
    }
}

/// What one account may do in a time, as the provider's pages say. nil: not known, so not held to.
package struct ProviderLimits: Sendable, Hashable, Codable {
    package var connections: Int?
    package var messagesPerMinute: Int?
    package var recipientsPerDay: Int?
    /// Of all mailboxes of a tenant together (Exchange Online's TERRL; it depends on the licences, so nobody but the administrator knows it).
    package var tenantRecipientsPerDay: Int?
    /// API requests under way at once, of one application in one mailbox (Graph: 4).
    package var requestsAtOnce: Int?
    /// Octets of a message over the provider's API.
    package var requestSize: Int?
    package var recipientsPerMessage: Int?
    /// Octets of a message over SMTP.
    package var messageSize: Int?

    package init(
        connections: Int? = nil, messagesPerMinute: Int? = nil, recipientsPerDay: Int? = nil, recipientsPerMessage: Int? = nil,
        messageSize: Int? = nil, tenantRecipientsPerDay: Int? = nil, requestsAtOnce: Int? = nil, requestSize: Int? = nil
    ) {
        self.connections = connections
        self.messagesPerMinute = messagesPerMinute
        self.recipientsPerDay = recipientsPerDay
        self.recipientsPerMessage = recipientsPerMessage
        self.messageSize = messageSize
        self.tenantRecipientsPerDay = tenantRecipientsPerDay
        self.requestsAtOnce = requestsAtOnce
        self.requestSize = requestSize
    }
}
