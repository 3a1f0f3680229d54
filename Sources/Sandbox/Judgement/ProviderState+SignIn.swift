/// Which token opens which mailbox, the same at every door but for the scope and the mailbox's own switch.
extension ProviderState {
    struct Denial: Error { var reason: SignInAttempt.Reason }

    /// Judged and recorded.
    mutating func signIn(
        _ signIn: SignIn, at door: MailDoor, connection: Int, now: Double
    ) -> Result<TokenBook.AccessToken, Denial> {
        let result: Result<TokenBook.AccessToken, Denial>
        do throws(Denial) { result = .success(try check(signIn, at: door, now: now)) } catch { result = .failure(error) }
        let outcome: SignInAttempt.Outcome =
            switch result {
            case .success(let token): .accepted(tokenID: token.id)
            case .failure(let denial): .refused(denial.reason)
            }
        record.signIns.append(
            SignInAttempt(login: signIn.login ?? "", door: door, connection: connection, outcome: outcome, time: now))
        return result
    }

    private func check(_ signIn: SignIn, at door: MailDoor, now: Double) throws(Denial) -> TokenBook.AccessToken {
        let (login, text): (String, String)
        switch signIn {
        case .unreadable: throw Denial(reason: .unreadable)
        case .password: throw Denial(reason: .passwordNotSupported)
        case .token(let name, let token): (login, text) = (name, token)
        }
        guard let mailbox = tenant.mailbox(login: login) else { throw Denial(reason: .unknownMailbox) }
        guard let token = tokens.accessToken(text) else { throw Denial(reason: .unknownToken) }
        guard !token.isRevoked else { throw Denial(reason: .revokedToken) }
        guard token.expires > now else { throw Denial(reason: .expiredToken) }
        guard token.resource == .outlook else { throw Denial(reason: .wrongResource) }
        switch token.principal {
        case .user(let owner):
            guard token.scopes.contains(where: door.isOpened) else { throw Denial(reason: .missingScope) }
            guard mailbox.isOpened(by: owner) else { throw Denial(reason: .notThisMailbox) }
        case .application(let clientID):
            guard token.roles.contains(door.role) else { throw Denial(reason: .missingScope) }
            guard tenant.application(clientID)?.appOnly.contains(mailbox.login) == true else { throw Denial(reason: .notThisMailbox) }
        }
        guard mailbox.isEnabled(at: door) else { throw Denial(reason: .doorDisabled) }
        return token
    }
}
