/// All that a pretend provider knows and remembers, as one value: its tenant, its tokens, its faults, its record.
///
/// Every decision of the sandbox is a mutating function of this value that takes the time as an argument; doors only carry bytes.
struct ProviderState: Sendable {
    var tenant: Tenant
    var habits: Habits
    var dice: Dice
    var tokens = TokenBook()
    var authorizations = AuthorizationBook()
    var signingKey: SigningKey?
    /// `https://localhost:PORT`, once it listens: issuer and endpoints begin with it.
    var base = ""
    var faults = FaultQueue()
    var record = Record()
    var traffic = Traffic()
    /// Uploads that were announced, by their id: whose.
    var uploads: [String: String] = [:]
    let contentLimit: Int

    init(tenant: Tenant, habits: Habits, dice: Dice, contentLimit: Int = .max) {
        self.tenant = tenant
        self.habits = habits
        self.dice = dice
        self.contentLimit = contentLimit
    }

    /// What a user's consent in the browser would have ended with: the first refresh token.
    mutating func consent(login: String, clientID: String, scopes: [String], now: Double) -> String {
        let consent = tokens.open(
            TokenBook.Consent(login: login, clientID: clientID, scopes: scopes, granted: now, standing: .granted))
        let text = newRefreshText()
        tokens.issueRefresh(text, consent: consent, now: now)
        return text
    }
}
