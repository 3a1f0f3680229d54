import Testing

@testable import Sandbox

/// Which token opens which mailbox. The client hears 535 5.7.3 for nearly everything; the record knows why.
struct SignInTests {
    private func outcome(
        _ login: String, _ state: inout ProviderState, token: String, now: Double = Contoso.start
    ) -> (SignInAttempt.Outcome?, SubmissionSession.Answer) {
        let answer = state.judge(.signIn(.token(login: login, token: token)), login: nil, connection: 1, now: now)
        return (state.record.signIns.last?.outcome, answer)
    }

    private func token(_ state: inout ProviderState, scopes: [String]) -> String {
        let refresh = state.consent(login: "ann@contoso.example", clientID: Contoso.mailClient, scopes: scopes, now: Contoso.start)
        let form = "grant_type=refresh_token&client_id=\(Contoso.mailClient)&client_secret=sesame&refresh_token=\(refresh)"
        return Contoso.accessToken(state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: Contoso.start).body)
    }

    @Test(arguments: [
        ("ann@contoso.example", SignInAttempt.Outcome.accepted(tokenID: "A1")),
        ("ANN@contoso.example", .accepted(tokenID: "A1")),
        ("bob@contoso.example", .refused(.notThisMailbox)),
        ("ann.alias@contoso.example", .refused(.unknownMailbox)),
        ("shared-login@contoso.example", .refused(.notThisMailbox)),
        ("nobody@contoso.example", .refused(.unknownMailbox)),
    ])
    func delegatedTokenOpensItsOwnMailboxOnly(login: String, expected: SignInAttempt.Outcome) {
        var state = Contoso.state()
        let token = Contoso.token("ann@contoso.example", &state)
        #expect(outcome(login, &state, token: token).0 == expected)
    }

    @Test(arguments: [
        ("ann@contoso.example", SignInAttempt.Outcome.accepted(tokenID: "A1")), ("bob@contoso.example", .refused(.notThisMailbox)),
    ])
    func applicationTokenOpensItsScope(login: String, expected: SignInAttempt.Outcome) {
        var state = Contoso.state()
        let form =
            "grant_type=client_credentials&client_id=\(Contoso.serviceClient)&client_secret=open&scope=https://outlook.office365.com/.default"
        let token = Contoso.accessToken(state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: Contoso.start).body)
        #expect(outcome(login, &state, token: token).0 == expected)
    }

    @Test func tokensExpireToTheSecond() {
        var state = Contoso.state()
        let token = Contoso.token("ann@contoso.example", &state)
        #expect(outcome("ann@contoso.example", &state, token: token, now: Contoso.start + 3_598).0 == .accepted(tokenID: "A1"))
        let (late, answer) = outcome("ann@contoso.example", &state, token: token, now: Contoso.start + 3_599)
        #expect(late == .refused(.expiredToken))
        #expect(answer == .reply(Reply(535, "5.7.3 Authentication unsuccessful [\(state.habits.serverName)]")))
    }

    @Test func otherResourcesAndScopesDoNotOpenSubmission() {
        var state = Contoso.state()
        let graph = token(&state, scopes: ["https://graph.microsoft.com/Mail.Send"])
        let imap = token(&state, scopes: ["https://outlook.office.com/IMAP.AccessAsUser.All"])
        #expect(outcome("ann@contoso.example", &state, token: graph).0 == .refused(.wrongResource))
        #expect(outcome("ann@contoso.example", &state, token: imap).0 == .refused(.missingScope))
        #expect(outcome("ann@contoso.example", &state, token: "made up").0 == .refused(.unknownToken))
    }

    @Test func disabledSubmissionSaysSo() {
        var state = Contoso.state()
        let token = Contoso.token("off@contoso.example", &state)
        guard case .reply(let reply) = outcome("off@contoso.example", &state, token: token).1 else {
            Issue.record("accepted")
            return
        }
        #expect(reply.wire.hasPrefix("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."))
    }

    @Test func passwordsAreRefused() {
        var state = Contoso.state()
        let answer = state.judge(.signIn(.password(login: "ann@contoso.example")), login: nil, connection: 1, now: Contoso.start)
        #expect(state.record.signIns.map(\.outcome) == [.refused(.passwordNotSupported)])
        #expect(answer != .proceed)
    }
}
