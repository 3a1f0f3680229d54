/// The catalogue: the providers every store starts with. An administrator can change each of them and `providers reset` brings it back.
/// Endpoints, scopes, hosts: domain.md 2.1, 2.2, 2.4 (Microsoft), 3.1, 3.2 (Google). Limits: 2.8, 3.7. Habits: 2.2, 2.6, 3.3, 3.5.
extension Provider {
    package static let builtIn: [Provider] = [microsoft, microsoftUSGov, microsoftUSDoD, microsoftChina, google]

    package static let microsoft = cloud(
        "microsoft", "Microsoft 365", login: "login.microsoftonline.com", mail: "outlook.office.com", appOnly: "outlook.office365.com",
        graph: "graph.microsoft.com", smtp: "smtp.office365.com", incoming: "outlook.office365.com")

    package static let microsoftUSGov = cloud(
        "microsoft-us-gov", "Microsoft 365 US Government", login: "login.microsoftonline.us", mail: "outlook.office365.us",
        appOnly: "outlook.office365.us", graph: "graph.microsoft.us", smtp: "smtp.office365.us", incoming: "outlook.office365.us")

    package static let microsoftUSDoD = cloud(
        "microsoft-us-dod", "Microsoft 365 US DoD", login: "login.microsoftonline.us", mail: "outlook-dod.office365.us",
        appOnly: "outlook-dod.office365.us", graph: "dod-graph.microsoft.us", smtp: "smtp-dod.office365.us",
        incoming: "outlook-dod.office365.us")

    package static let microsoftChina = cloud(
        "microsoft-china", "Microsoft 365 operated by 21Vianet", login: "login.partner.microsoftonline.cn", mail: "partner.outlook.cn",
        appOnly: "partner.outlook.cn", graph: "microsoftgraph.chinacloudapi.cn", smtp: "smtp.partner.outlook.cn",
        incoming: "partner.outlook.cn")

    package static let google = Provider(
        id: ProviderID(trusted: "google"), kind: .google, name: "Google", tokenEndpoint: "https://oauth2.googleapis.com/token",
        authorization: AuthorizationServer(
            issuer: "https://accounts.google.com", authorizationEndpoint: "https://accounts.google.com/o/oauth2/v2/auth",
            deviceEndpoint: "https://oauth2.googleapis.com/device/code", revocationEndpoint: "https://oauth2.googleapis.com/revoke",
            userinfoEndpoint: "https://openidconnect.googleapis.com/v1/userinfo",
            keysEndpoint: "https://www.googleapis.com/oauth2/v3/certs", identityScopes: "openid email",
            // Without both, Google gives a refresh token on the very first consent only.
            parameters: ["access_type": "offline", "prompt": "consent"]),
        smtp: MailEndpoint(host: "smtp.gmail.com", port: 587, security: .startTLS),
        imap: MailEndpoint(host: "imap.gmail.com", port: 993, security: .implicit),
        pop: MailEndpoint(host: "pop.gmail.com", port: 995, security: .implicit),
        apis: [.gmail: "https://gmail.googleapis.com"],
        scopes: [
            .smtp: Scopes(delegated: "https://mail.google.com/", appOnly: "https://mail.google.com/"),
            .imap: Scopes(delegated: "https://mail.google.com/", appOnly: "https://mail.google.com/"),
            .gmail: Scopes(
                delegated: "https://www.googleapis.com/auth/gmail.send", appOnly: "https://www.googleapis.com/auth/gmail.send"),
        ],
        limits: ProviderLimits(
            recipientsPerDay: 10_000, recipientsPerMessage: 100, messageSize: 25 << 20, requestsAtOnce: 4, requestSize: 36_700_160),
        habits: ProviderHabits(
            refusesSeveralAuthors: true, replacesUnlistedFrom: true, propagation: 0, takesNullSender: false, oldRefreshTokenWorks: true,
            unusedConsentLife: 180 * 86_400, passwordEndsConsent: true, allowsDeviceFlow: false, sendsAliasAsPrimary: []))

    private static func cloud(
        _ id: String, _ name: String, login: String, mail: String, appOnly: String, graph: String, smtp: String, incoming: String
    ) -> Provider {
        let base = "https://\(login)/{tenant}"
        let everything = "https://\(appOnly)/.default"
        return Provider(
            id: ProviderID(trusted: id), kind: .microsoft, name: name, tokenEndpoint: base + "/oauth2/v2.0/token",
            authorization: AuthorizationServer(
                issuer: base + "/v2.0", authorizationEndpoint: base + "/oauth2/v2.0/authorize",
                deviceEndpoint: base + "/oauth2/v2.0/devicecode", userinfoEndpoint: "https://\(graph)/oidc/userinfo",
                keysEndpoint: base + "/discovery/v2.0/keys", identityScopes: "openid profile email offline_access",
                // Without it a browser that is signed in as someone else consents as that person.
                parameters: ["prompt": "select_account"]),
            smtp: MailEndpoint(host: smtp, port: 587, security: .startTLS),
            imap: MailEndpoint(host: incoming, port: 993, security: .implicit),
            pop: MailEndpoint(host: incoming, port: 995, security: .implicit),
            apis: [.graph: "https://\(graph)/v1.0"],
            scopes: [
                .smtp: Scopes(delegated: "https://\(mail)/SMTP.Send offline_access", appOnly: everything),
                .imap: Scopes(delegated: "https://\(mail)/IMAP.AccessAsUser.All offline_access", appOnly: everything),
                .graph: Scopes(
                    delegated: "https://\(graph)/Mail.Send https://\(graph)/Mail.Send.Shared offline_access",
                    appOnly: "https://\(graph)/.default"),
            ],
            // A request of 4 MB holds a message of three quarters of that: it is sent in base64.
            limits: ProviderLimits(
                connections: 3, messagesPerMinute: 30, recipientsPerDay: 10_000, recipientsPerMessage: 500, messageSize: 35 << 20,
                requestsAtOnce: 4, requestSize: 3_000_000),
            habits: ProviderHabits(
                refusesSeveralAuthors: false, replacesUnlistedFrom: false, propagation: 2 * 3600, takesNullSender: false,
                oldRefreshTokenWorks: true, unusedConsentLife: 90 * 86_400, allowsDeviceFlow: true, sendsAliasAsPrimary: [.graph]))
    }
}
