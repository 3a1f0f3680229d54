import Foundation
import Testing

@testable import Sandbox

struct TokenEndpointTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var tenant = Contoso.tenantID
        var form: String
        var refusal: TokenRefusal
        var error: String
        var status = 400
        var testDescription: String { name }
    }

    private static let app = "grant_type=client_credentials&client_id=\(Contoso.serviceClient)&client_secret=open"
    private static let standard = "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
    private static let user = "grant_type=refresh_token&client_id=\(Contoso.mailClient)&client_secret=sesame"

    static let cases = [
        Case(name: "empty", form: "", refusal: .missingParameter("grant_type"), error: "invalid_request"),
        Case(name: "empty value", form: "grant_type=", refusal: .missingParameter("grant_type"), error: "invalid_request"),
        Case(name: "JSON", form: #"{"grant_type":"x"}"#, refusal: .missingParameter("grant_type"), error: "invalid_request"),
        Case(name: "twice", form: app + "&client_id=x", refusal: .repeatedParameter("client_id"), error: "invalid_request"),
        Case(
            name: "other grant", form: "grant_type=password&client_id=\(Contoso.mailClient)&client_secret=sesame",
            refusal: .unsupportedGrant("password"), error: "unsupported_grant_type"),
        Case(name: "no client", form: "grant_type=refresh_token", refusal: .missingParameter("client_id"), error: "invalid_request"),
        Case(name: "tenant", tenant: "other.example", form: app, refusal: .tenantNotFound("other.example"), error: "invalid_request"),
        Case(name: "tenant word", tenant: "x", form: app, refusal: .tenantMalformed("x"), error: "invalid_request"),
        Case(name: "common without user", tenant: "common", form: app + standard, refusal: .tenantNotNamed, error: "invalid_request"),
        Case(
            name: "unknown app", form: "grant_type=client_credentials&client_id=x&client_secret=y",
            refusal: .unknownApplication("x", tenant: Contoso.tenantID), error: "unauthorized_client"),
        Case(
            name: "no secret", form: "grant_type=client_credentials&client_id=\(Contoso.mailClient)", refusal: .secretMissing,
            error: "invalid_client", status: 401),
        Case(
            name: "wrong secret", form: "grant_type=client_credentials&client_id=\(Contoso.mailClient)&client_secret=x",
            refusal: .wrongSecret(clientID: Contoso.mailClient), error: "invalid_client", status: 401),
        Case(
            name: "expired secret", form: "grant_type=client_credentials&client_id=\(Contoso.mailClient)&client_secret=stale",
            refusal: .expiredSecret(clientID: Contoso.mailClient), error: "invalid_client", status: 401),
        Case(name: "no scope", form: app, refusal: .missingParameter("scope"), error: "invalid_request"),
        Case(
            name: "delegated scope for an app", form: app + "&scope=https://outlook.office.com/SMTP.Send",
            refusal: .scopeNotDefault("https://outlook.office.com/SMTP.Send"), error: "invalid_scope"),
        Case(
            name: "unknown resource", form: app + "&scope=https://mail.example/.default",
            refusal: .unknownResource("https://mail.example", tenant: Contoso.tenantID), error: "invalid_resource"),
        Case(name: "no refresh token", form: user, refusal: .missingParameter("refresh_token"), error: "invalid_request"),
        Case(name: "unknown refresh token", form: user + "&refresh_token=x", refusal: .refreshMalformed, error: "invalid_grant"),
    ]

    @Test(arguments: cases)
    func refusalsAreEntras(_ one: Case) throws {
        var state = Contoso.state()
        let answer = state.token(TokenRequest(tenant: one.tenant, form: one.form), now: Contoso.start)
        #expect(state.record.tokenRequests.map(\.outcome) == [.refused(one.refusal)])
        #expect(answer.status == one.status)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
        #expect(body["error"] as? String == one.error)
        #expect(body["error_codes"] as? [Int] == [one.refusal.number])
        #expect((body["error_description"] as? String)?.hasPrefix("AADSTS\(one.refusal.number): ") == true)
        #expect(body["timestamp"] as? String == "2026-09-01 10:00:00Z")
        #expect(Set(body.keys).isSuperset(of: ["trace_id", "correlation_id", "error_uri"]))
    }

    @Test(arguments: [
        (TokenBook.Consent.Standing.revoked, 50_173, "invalid_grant"), (.inactive, 700_082, "invalid_grant"),
        (.expired, 70_008, "invalid_grant"), (.needsMultiFactor, 50_076, "interaction_required"),
        (.blockedByPolicy, 53_003, "invalid_grant"), (.withdrawn, 65_001, "invalid_grant"),
    ])
    func consentsCanEnd(standing: TokenBook.Consent.Standing, number: Int, error: String) {
        var state = Contoso.state()
        let refresh = state.consent(
            login: "ann@contoso.example", clientID: Contoso.mailClient, scopes: [Contoso.mailScope], now: Contoso.start)
        state.tokens.setStanding(standing, login: "ANN@contoso.example", clientID: nil)
        let answer = state.token(
            TokenRequest(tenant: Contoso.tenantID, form: Self.user + "&refresh_token=\(refresh)"), now: Contoso.start)
        #expect(answer.status == 400)
        #expect(answer.body.contains(#""error_codes":[\#(number)]"#))
        #expect(Contoso.field("error", answer.body) == error)
    }

    @Test func applicationsGetNoScopeAndNoRefreshToken() throws {
        var state = Contoso.state()
        let answer = state.token(TokenRequest(tenant: "contoso.example", form: Self.app + Self.standard), now: Contoso.start)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
        #expect(answer.status == 200)
        #expect(Set(body.keys) == ["token_type", "expires_in", "ext_expires_in", "access_token"])
        #expect(body["expires_in"] as? Int == 3_599)
        #expect((body["access_token"] as? String)?.utf8.count == Habits.microsoft.accessTokenLength)
        #expect(state.record.tokensIssued == 1)
    }
}
