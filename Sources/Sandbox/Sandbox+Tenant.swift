extension Sandbox {
    /// The organisation as it is now.
    package var tenant: Tenant { provider.with { state, _ in state.tenant } }

    /// Adds, removes or changes applications, mailboxes, grants; acts on the next command of every connection.
    package func changeTenant(_ change: @Sendable (inout Tenant) -> Void) {
        provider.with { state, _ in change(&state.tenant) }
    }

    /// Lifetimes, limits, denials. Connections that are open keep the dialogue habits they began with.
    package func changeHabits(_ change: @Sendable (inout Habits) -> Void) {
        provider.with { state, _ in change(&state.habits) }
    }

    /// All that a mail program asks a person for here: to send, to read, and to go on.
    package var mailScopes: [String] {
        switch provider.with({ state, _ in state.habits.flavour }) {
        case .google: ["https://mail.google.com/"]
        case .microsoft:
            ["SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"].map { "https://outlook.office.com/" + $0 } + ["offline_access"]
        }
    }

    /// What a consent in the browser would end with: a refresh token for this mailbox's login and this application.
    package func consent(
        login: String, clientID: String,
        scopes: [String]? = nil
    ) throws(SandboxError) -> String {
        let tenant = self.tenant
        let scopes = scopes ?? mailScopes
        guard let mailbox = tenant.mailbox(login: login) else { throw .unknownLogin(login) }
        guard let application = tenant.application(clientID) else { throw .unknownApplication(clientID) }
        return provider.with { state, now in
            state.consent(login: mailbox.login, clientID: application.clientID, scopes: scopes, now: now)
        }
    }

    /// What a person does at the page for device codes; nil denies. Whether the code was known.
    @discardableResult
    package func enter(userCode: String, login: String?) -> Bool {
        let form = "user_code=\(userCode)&login=\(login ?? "")&action=\(login == nil ? "deny" : "allow")"
        return provider.with { state, now in if case .page(200, _) = state.enter(form, now: now) { true } else { false } }
    }

    /// From now on this login's refresh tokens (all, or one application's) are answered like that. Access tokens live on, as at Entra.
    package func setConsent(_ standing: TokenBook.Consent.Standing, login: String, clientID: String? = nil) {
        provider.with { state, _ in state.tokens.setStanding(standing, login: login, clientID: clientID) }
    }

    /// Makes access tokens unusable before their time: all of them, or those of one login or client id.
    package func revokeAccessTokens(of subject: String? = nil) {
        provider.with { state, _ in
            state.tokens.revokeAccess { token in
                guard let subject else { return true }
                return switch token.principal {
                case .user(let login): login.lowercased() == subject.lowercased()
                case .application(let clientID): clientID.lowercased() == subject.lowercased()
                }
            }
        }
    }

    /// Lifts the block that repeated denials brought.
    package func unblock(login: String) {
        provider.with { state, _ in state.traffic.unblock(login) }
    }

    /// Scripts a fault; the number removes it again.
    @discardableResult
    package func add(_ fault: Fault) -> Int { provider.with { state, _ in state.faults.add(fault) } }

    package func removeFault(_ id: Int) { provider.with { state, _ in state.faults.remove(id) } }

    package func removeFaults() { provider.with { state, _ in state.faults.removeAll() } }

    /// Lets go everyone whom a `stall` keeps waiting.
    package func release() { provider.holds.release() }

    /// How many clients a `stall` keeps waiting now.
    package var held: Int { provider.holds.count }
}
