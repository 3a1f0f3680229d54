/// A way for a message to leave.
package enum Transport: String, Sendable, Hashable, CaseIterable, Comparable {
    case smtp, graph, gmail

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The first of these that a provider has, where nobody says which.
    static let usual: [Transport] = [.smtp, .graph, .gmail]
}

/// A mail service as data: where its endpoints are, and the habits that deciding has to know.
/// Sources: domain.md sections 2 and 3. Everything here can be overridden by an administrator, because providers change.
package struct Provider: Sendable, Hashable {
    package let id: ProviderID
    package var kind: ProviderKind
    package var name: String
    /// The token endpoint; `{tenant}` stands for the application's tenant id.
    package var tokenEndpoint: String
    /// What else its authorisation server answers: consent, devices, revocation, keys.
    package var authorization: AuthorizationServer
    package var smtp: MailEndpoint?
    package var imap: MailEndpoint?
    package var pop: MailEndpoint?
    /// Where its APIs begin, with their version: `https://graph.microsoft.com/v1.0`. A transport without one here cannot be used.
    package var apis: [Transport: String]
    /// What to ask for, by what the token is to open. No more than that is asked for (RFC 9700 section 2.3).
    package var scopes: [TokenResource: Scopes]
    package var limits: ProviderLimits
    package var habits: ProviderHabits
    /// False for endpoints that came from a file somebody else wrote: no secret goes there until an administrator has said so.
    package var mayReceiveSecrets: Bool
    /// A certificate authority to trust instead of the system's (PEM), for a provider inside the house or the sandbox.
    package var trustedCertificates: String?

    package init(
        id: ProviderID, kind: ProviderKind, name: String, tokenEndpoint: String, authorization: AuthorizationServer = AuthorizationServer(),
        smtp: MailEndpoint?, imap: MailEndpoint? = nil, pop: MailEndpoint? = nil, apis: [Transport: String] = [:],
        scopes: [TokenResource: Scopes] = [:],
        limits: ProviderLimits = ProviderLimits(), habits: ProviderHabits, mayReceiveSecrets: Bool = true,
        trustedCertificates: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.tokenEndpoint = tokenEndpoint
        self.authorization = authorization
        self.smtp = smtp
        self.imap = imap
        self.pop = pop
        self.apis = apis
        self.scopes = scopes
        self.limits = limits
        self.habits = habits
        self.mayReceiveSecrets = mayReceiveSecrets
        self.trustedCertificates = trustedCertificates
    }

    /// An endpoint of this provider for one tenant of it.
    package func address(_ endpoint: String, tenant: String) -> String {
        endpoint.split(separator: "{tenant}", omittingEmptySubsequences: false).joined(separator: tenant)
    }

    /// Whether it can be reached that way at all.
    package func takes(_ transport: Transport) -> Bool { transport == .smtp ? smtp != nil : apis[transport] != nil }

    /// Its endpoints name a tenant, so an application there must have one.
    package var wantsTenant: Bool { tokenEndpoint.contains("{tenant}") }
}

/// Which failure table and which dialect of OAuth2 a provider speaks.
package enum ProviderKind: String, Sendable, Hashable, CaseIterable {
    case microsoft, google, custom
}

/// Where a provider takes mail by SMTP, or gives it by IMAP or POP3.
package struct MailEndpoint: Sendable, Hashable {
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
