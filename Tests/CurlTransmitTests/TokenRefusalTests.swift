import Relay
import Testing

import struct FoundationEssentials.Date

@testable import CurlTransmit

/// What an unwelcome answer means for the grant and its application.
@Suite struct TokenRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var status = 400
        let body: String
        var fields: [HTTPField] = []
        let failure: TokenFailure
        var testDescription: String { name }
    }

    private static func coded(_ status: Int, _ error: String, _ failure: TokenFailure) -> Case {
        Case(name: "\(status) \(error)", status: status, body: #"{"error":"\#(error)","error_description":"Because."}"#, failure: failure)
    }

    private static func grant(_ error: String) -> Case { coded(400, error, .grant(error: error, detail: "Because.")) }
    private static func application(_ error: String, _ status: Int = 400) -> Case {
        coded(status, error, .application(error: error, detail: "Because."))
    }
    private static func waiting(_ error: String, _ status: Int = 400) -> Case {
        coded(status, error, .temporary("\(error): Because.", retryAfter: nil))
    }
    private static func overload(_ error: String, _ status: Int) -> Case {
        coded(status, error, .temporary("\(status) \(error): Because.", retryAfter: nil))
    }
    private static func mute(_ name: String, _ status: Int, _ body: String) -> Case {
        Case(
            name: name, status: status, body: body,
            failure: .temporary("the token endpoint answered \(status) without an OAuth2 error", retryAfter: nil))
    }

    static let table: [Case] = [
        grant("invalid_grant"), grant("interaction_required"), grant("consent_required"), grant("login_required"),
        grant("account_selection_required"), grant("expired_token"),
        application("invalid_client", 401), application("invalid_client"), application("unauthorized_client"), application("invalid_scope"),
        application("unsupported_grant_type"), application("invalid_request"), application("invalid_resource"),
        application("invalid_target"),
        application("access_denied", 403), application("unsupported_response_type"), application("deleted_client", 401),
        application("disabled_client", 401), application("org_internal", 403), application("admin_policy_enforced"),
        waiting("temporarily_unavailable"), waiting("server_error"), waiting("slow_down"), waiting("authorization_pending", 428),
        waiting("internal_failure"), waiting("rate_limit_exceeded", 403),
        // The status outranks the text.
        overload("invalid_grant", 500), overload("invalid_grant", 429), overload("invalid_client", 503),
        overload("temporarily_unavailable", 503),
        // Unknown means temporary.
        coded(400, "invalid_moon_phase", .temporary("400 invalid_moon_phase: Because.", retryAfter: nil)),
        coded(400, "INVALID_GRANT", .temporary("400 INVALID_GRANT: Because.", retryAfter: nil)),
        Case(
            name: "the same text twice", body: #"{"error":"The moon is down.","error_description":"The moon is down."}"#,
            failure: .temporary("400 The moon is down.", retryAfter: nil)),
        Case(
            name: "an error that is a secret", body: #"{"error":"s3cr3t"}"#,
            failure: .temporary("400 ‹secret›: no reason given", retryAfter: nil)),
        mute("a proxy's page", 502, "<html><h1>Bad Gateway</h1></html>"), mute("a login page", 403, "<!doctype html>"),
        mute("nothing", 404, ""),
        mute("an array", 400, "[]"), mute("null", 400, "null"), mute("cut off", 400, #"{"error":"invalid_gr"#),
        mute("not UTF-8 text", 400, "{\"error\":\u{0}}"),
        mute("Google's other form", 403, #"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#),
        mute("a number as error", 400, #"{"error":7}"#),
        mute("an empty error", 400, #"{"error":""}"#), mute("a redirect", 302, ""), mute("no content", 204, ""),
        Case(
            name: "200 with an error inside", status: 200, body: #"{"error":"invalid_grant"}"#,
            failure: .grant(error: "invalid_grant", detail: "no reason given")),
        Case(
            name: "201 with a token", status: 201, body: #"{"access_token":"a","token_type":"Bearer"}"#,
            failure: .temporary("the token endpoint answered 201 without an OAuth2 error", retryAfter: nil)),
        Case(
            name: "Entra: expired secret", status: 401,
            body:
                #"{"error":"invalid_client","error_codes":[7000222],"#
                + #""error_description":"AADSTS7000222: The provided client secret keys for app 'x' are expired.\r\nTrace ID: 1\r\nTimestamp: 2"}"#,
            failure: .application(
                error: "invalid_client", detail: "AADSTS7000222: The provided client secret keys for app 'x' are expired.")),
        Case(
            name: "Retry-After in seconds", status: 429, body: "", fields: [HTTPField("retry-after", "17")],
            failure: .temporary("the token endpoint answered 429 without an OAuth2 error", retryAfter: 17)),
        Case(
            name: "Retry-After as a date", status: 503, body: "", fields: [HTTPField("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT")],
            failure: .temporary("the token endpoint answered 503 without an OAuth2 error", retryAfter: 30)),
        Case(
            name: "Retry-After on a coded delay", body: #"{"error":"temporarily_unavailable"}"#, fields: [HTTPField("Retry-After", "5")],
            failure: .temporary("temporarily_unavailable: no reason given", retryAfter: 5)),
    ]

    /// 1994-11-06 08:49:37, RFC 9110's example.
    static let now = Date(timeIntervalSince1970: 784_111_777)

    @Test(arguments: table) func meansThis(_ item: Case) {
        let response = HTTPResponse(status: item.status, fields: item.fields, body: Array(item.body.utf8))
        let reply = TokenReply(response, detail: TokenDetail(hiding: [Array("s3cr3t".utf8)]), now: Self.now)
        #expect(throws: item.failure) { try reply.answer() }
    }

    @Test func everyKnownCodeIsInTheTable() {
        for code in TokenErrorCode.allCases {
            #expect(Self.table.contains { $0.body.contains("\"\(code.rawValue)\"") }, "\(code.rawValue)")
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("120", 120), ("99999999999999999999", 86_400), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
            ("Sun, 06 Nov 1994 09:49:37 GMT", 3600), ("Fri, 01 Mar 2024 00:00:00 GMT", 86_400), ("", nil), ("-1", nil), ("1.5", nil),
            ("soon", nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, 6 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, Double?)])
    func retryAfterReads(_ text: String, _ seconds: Double?) { #expect(RetryAfter.seconds(text, now: Self.now) == seconds) }

    /// Dates round leap days, against numbers from another calendar (date -d).
    @Test(arguments: [
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199.0), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Tue, 31 Dec 2024 12:00:00 GMT", 1_735_646_400),
        ("Sun, 28 Feb 2100 00:00:00 GMT", 4_107_456_000), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ])
    func retryAfterCountsDays(_ text: String, _ moment: Double) {
        #expect(RetryAfter.seconds(text, now: Date(timeIntervalSince1970: moment - 7)) == 7)
    }
}
