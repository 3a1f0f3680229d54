import Testing

@testable import Sandbox

struct RefreshTests {
    private var state = Contoso.state()
    private let first: String

    init() { first = state.consent(login: "ann@contoso.example", clientID: Contoso.mailClient, scopes: Self.scopes, now: Contoso.start) }

    private static let scopes = [
        Contoso.mailScope, "https://outlook.office.com/IMAP.AccessAsUser.All", "https://graph.microsoft.com/Mail.Send",
    ]

    private func answer(_ state: inout ProviderState, _ token: String, scope: String? = Contoso.mailScope, after seconds: Double = 0)
        -> TokenAnswer
    {
        var form = "grant_type=refresh_token&client_id=\(Contoso.mailClient)&client_secret=sesame&refresh_token=\(token)"
        if let scope { form += "&scope=" + scope.split(separator: " ").joined(separator: "+") }
        return state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: Contoso.start + seconds)
    }

    @Test func theOldRefreshTokenGoesOnWorkingAtEntra() {
        var state = state
        let second = Contoso.field("refresh_token", answer(&state, first).body)
        #expect(!second.isEmpty && second != first)
        #expect(answer(&state, first).status == 200)
        #expect(answer(&state, second).status == 200)
    }

    @Test func theOldRefreshTokenDiesAtStrictProviders() {
        var state = state
        state.habits.rotation = .revokesOldOnUse
        let second = Contoso.field("refresh_token", answer(&state, first).body)
        let third = Contoso.field("refresh_token", answer(&state, second).body)
        #expect(!third.isEmpty)
        #expect(answer(&state, first).body.contains("AADSTS70000"))
        #expect(answer(&state, third).body.contains("AADSTS50173"), "a copy was seen: what came of the first ends too")
    }

    @Test func aProviderCanKeepTheRefreshToken() {
        var state = state
        state.habits.rotation = .keeps
        #expect(!answer(&state, first).body.contains("refresh_token"))
        #expect(answer(&state, first).status == 200)
    }

    @Test func disuseKillsARefreshTokenAndUseKeepsItAlive() {
        var state = state
        let day = 86_400.0
        #expect(answer(&state, first, after: 80 * day).status == 200)
        #expect(answer(&state, first, after: 160 * day).status == 200)
        #expect(answer(&state, first, after: 250 * day).body.contains("AADSTS700082"))
    }

    @Test func theAnswerNamesAllThatWasConsentedToAtThatResource() {
        var state = state
        let scope = Contoso.field("scope", answer(&state, first).body)
        #expect(scope == "\(Contoso.mailScope) https://outlook.office.com/IMAP.AccessAsUser.All")
    }

    @Test(arguments: [
        ("\(Contoso.mailScope) https://graph.microsoft.com/Mail.Send", 28_000),
        ("https://outlook.office.com/POP.AccessAsUser.All", 65_001),
        ("SMTP.Send", 70_011),
        ("offline_access", 70_011),
        ("https://mail.example/Send", 500_011),
    ])
    func wrongScopesAreRefused(scope: String, number: Int) {
        var state = state
        #expect(answer(&state, first, scope: scope).body.contains("AADSTS\(number):"))
    }

    @Test func oneRefreshTokenServesSeveralResourcesOneAtATime() {
        var state = state
        #expect(answer(&state, first, scope: "https://graph.microsoft.com/Mail.Send offline_access").status == 200)
        #expect(answer(&state, first, scope: "https://outlook.office365.com/SMTP.Send openid").status == 200)
    }

    @Test func anotherApplicationCannotUseIt() {
        var state = state
        let form = "grant_type=refresh_token&client_id=\(Contoso.serviceClient)&client_secret=open&refresh_token=\(first)"
        let answer = state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: Contoso.start)
        #expect(Contoso.field("error", answer.body) == "invalid_grant")
    }

    @Test(arguments: [("a+b%20c", "a b c"), ("%C3%A9", "é"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%+1", "% 1")])
    func formsAreDecoded(text: String, decoded: String) {
        #expect(TokenRequest.decoded(text[...]) == decoded)
    }
}
