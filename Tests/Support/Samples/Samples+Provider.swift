package import Relay

extension Samples {
    /// A provider that has something unusual in each of its fields, as one that was discovered may.
    package static let wholeProvider = Provider(
        id: ProviderID(trusted: "whole"), kind: .google, name: "Whole", tokenEndpoint: "https://id.example/{tenant}/token",
        authorization: AuthorizationServer(
            issuer: "https://id.example", authorizationEndpoint: "https://id.example/authorize",
            deviceEndpoint: "https://id.example/device",
            revocationEndpoint: "https://id.example/revoke", userinfoEndpoint: "https://id.example/me",
            keysEndpoint: "https://id.example/keys",
            promisesIssuer: true, wantsBasic: true, identityScopes: "openid email", parameters: ["prompt": "login"]),
        smtp: MailEndpoint(host: "smtp.example", port: 1587, security: .startTLS),
        imap: MailEndpoint(host: "imap.example", port: 1993, security: .implicit),
        pop: MailEndpoint(host: "pop.example", port: 1995, security: .implicit),
        apis: [.graph: "https://graph.example/v1.0", .gmail: "https://gmail.example"],
        scopes: [
            .smtp: Scopes(delegated: "send", appOnly: ".default"), .imap: Scopes(delegated: "read", appOnly: ""),
            .graph: Scopes(delegated: "", appOnly: "graph"), .gmail: Scopes(delegated: "gmail", appOnly: "gmail"),
        ],
        limits: ProviderLimits(
            connections: 1, messagesPerMinute: 2, recipientsPerDay: 3, recipientsPerMessage: 4, messageSize: 5, tenantRecipientsPerDay: 6,
            requestsAtOnce: 7, requestSize: 8),
        habits: ProviderHabits(
            refusesSeveralAuthors: true, replacesUnlistedFrom: true, propagation: 60, takesNullSender: true, oldRefreshTokenWorks: true,
            unusedConsentLife: 86_400, passwordEndsConsent: true, allowsDeviceFlow: false, sendsAliasAsPrimary: [.gmail]),
        mayReceiveSecrets: false, trustedCertificates: "PEM")

    /// As it is where nobody has said anything.
    package static let bareProvider = Provider(
        id: ProviderID(trusted: "bare"), kind: .custom, name: "Bare", tokenEndpoint: "https://bare.example/token", smtp: nil,
        habits: .unknown)
}
