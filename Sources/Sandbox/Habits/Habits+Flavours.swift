extension Habits {
    /// Exchange Online and Entra, with their documented limits.
    package static let microsoft = Habits(
        serverName: "AM0PR02CA0042.outlook.office365.com",
        backendName: "AM0PR02MB6001.eurprd02.prod.outlook.com",
        accessTokenLifetime: 3599,
        accessTokenLength: 1_620,
        refreshTokenLength: 1_180,
        refreshInactivity: 90 * 86_400,
        rotation: .replaces,
        mechanisms: ["LOGIN", "XOAUTH2"],
        signInRefusal: .plain,
        commandLineLimit: 1_024,
        overlongCommand: Reply(500, "5.5.2 Command line too long"),
        messageSize: 157_286_400,
        recipientsPerMessage: 500,
        connectionsPerMailbox: 3,
        messagesPerMinute: nil,
        recipientsPerDay: 10_000,
        // 500 for one licence, to the power of 0.7, and 9,500.
        tenantRecipientsPerDay: 10_000,
        graphRequestsAtOnce: 4,
        graphRequestsPerTenMinutes: 10_000,
        allowsNullSender: true,
        refusesUnknownRecipients: false,
        sendAsDenial: .sendAsDenied,
        keepsAlias: [.smtp],
        denialsBeforeThrottle: 10,
        throttleSeconds: 3_600)

    /// Gmail and Google's accounts: refresh tokens stay, a bad token is told by a 334 first, a From that is not listed is replaced in silence.
    package static let google: Habits = {
        var habits = Habits.microsoft
        habits.flavour = .google
        habits.serverName = "smtp.gmail.com"
        habits.backendName = "smtp.gmail.com"
        habits.accessTokenLength = 220
        habits.refreshTokenLength = 103
        habits.refreshInactivity = 180 * 86_400
        habits.rotation = .keeps
        habits.mechanisms = ["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"]
        habits.signInRefusal = .challenge
        habits.recipientsPerMessage = 100
        habits.messageSize = 35_882_577
        habits.sendAsDenial = .rewritten
        habits.keepsAlias = [.smtp, .gmail]
        habits.tenantRecipientsPerDay = nil
        habits.denialsBeforeThrottle = nil
        return habits
    }()
}
