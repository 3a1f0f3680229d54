/// The providers every store starts with. Numbers and hosts: domain.md 2.1, 2.2, 2.4 (Microsoft), 3.1, 3.2 (Google).
extension Provider {
    package static let builtIn: [Provider] = [.microsoft, .google]

    package static let microsoft = Provider(
        id: ProviderID(trusted: "microsoft"), kind: .microsoft, name: "Microsoft 365",
        tokenEndpoint: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        smtp: SMTPEndpoint(host: "smtp.office365.com", port: 587, security: .startTLS),
        habits: ProviderHabits(
            smtpScopes: SMTPScopes(
                delegated: "https://outlook.office.com/SMTP.Send offline_access", appOnly: "https://outlook.office365.com/.default"),
            refusesSeveralAuthors: false, replacesUnlistedFrom: false, propagation: 2 * 3600, takesNullSender: false,
            oldRefreshTokenWorks: true))

    package static let google = Provider(
        id: ProviderID(trusted: "google"), kind: .google, name: "Google",
        tokenEndpoint: "https://oauth2.googleapis.com/token",
        smtp: SMTPEndpoint(host: "smtp.gmail.com", port: 587, security: .startTLS),
        habits: ProviderHabits(
            smtpScopes: SMTPScopes(delegated: "https://mail.google.com/", appOnly: "https://mail.google.com/"),
            refusesSeveralAuthors: true, replacesUnlistedFrom: true, propagation: 0, takesNullSender: false,
            oldRefreshTokenWorks: true))
}
