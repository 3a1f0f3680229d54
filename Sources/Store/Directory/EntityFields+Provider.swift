internal import Relay

extension EntityField {
    static func fields(of provider: Provider) -> [EntityField] {
        let habits = provider.habits
        let server = provider.authorization
        return [
            EntityField("kind", provider.kind.rawValue), EntityField("name", provider.name),
            EntityField("token-endpoint", provider.tokenEndpoint), EntityField("issuer", server.issuer ?? ""),
            EntityField("authorization-endpoint", server.authorizationEndpoint ?? ""),
            EntityField("device-endpoint", server.deviceEndpoint ?? ""),
            EntityField("revocation-endpoint", server.revocationEndpoint ?? ""),
            EntityField("userinfo-endpoint", server.userinfoEndpoint ?? ""), EntityField("keys-endpoint", server.keysEndpoint ?? ""),
            EntityField("promises-issuer", server.promisesIssuer), EntityField("wants-basic", server.wantsBasic),
            EntityField("identity-scopes", server.identityScopes),
            EntityField("parameters", server.parameters.map { "\($0)=\($1)" }.sorted().joined(separator: " ")),
            EntityField("smtp", words(provider.smtp)), EntityField("imap", words(provider.imap)), EntityField("pop", words(provider.pop)),
            EntityField("graph-api", provider.apis[.graph] ?? ""), EntityField("gmail-api", provider.apis[.gmail] ?? ""),
            EntityField("may-receive-secrets", provider.mayReceiveSecrets),
        ]
            + provider.scopes.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { resource, scopes in
                [
                    EntityField("\(resource.rawValue)-delegated-scope", scopes.delegated),
                    EntityField("\(resource.rawValue)-app-only-scope", scopes.appOnly),
                ]
            } + fields(of: provider.limits) + [
                EntityField("refuses-several-authors", habits.refusesSeveralAuthors),
                EntityField("replaces-unlisted-from", habits.replacesUnlistedFrom), EntityField("propagation", String(habits.propagation)),
                EntityField("takes-null-sender", habits.takesNullSender),
                EntityField("old-refresh-token-works", habits.oldRefreshTokenWorks),
                EntityField("unused-consent-life", habits.unusedConsentLife.map { String($0) } ?? ""),
                EntityField("password-ends-consent", habits.passwordEndsConsent),
                EntityField("allows-device-flow", habits.allowsDeviceFlow),
                EntityField("sends-alias-as-primary", habits.sendsAliasAsPrimary.map(\.rawValue).sorted().joined(separator: " ")),
                EntityField("trusted-certificates", provider.trustedCertificates ?? ""),
            ]
    }

    private static func fields(of limits: ProviderLimits) -> [EntityField] {
        [
            ("connections", limits.connections), ("messages-per-minute", limits.messagesPerMinute),
            ("recipients-per-day", limits.recipientsPerDay), ("recipients-per-message", limits.recipientsPerMessage),
            ("message-size", limits.messageSize), ("tenant-recipients-per-day", limits.tenantRecipientsPerDay),
            ("requests-at-once", limits.requestsAtOnce), ("request-size", limits.requestSize),
        ].map { EntityField($0.0, $0.1.map { String($0) } ?? "") }
    }

    private static func words(_ endpoint: MailEndpoint?) -> String {
        endpoint.map { "\($0.host):\($0.port) \($0.security.rawValue)" } ?? ""
    }
}
