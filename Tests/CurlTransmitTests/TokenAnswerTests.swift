import Relay
import Testing

import struct FoundationEssentials.Date

@testable import CurlTransmit

/// Good answers, and those that look good and are not.
@Suite struct TokenAnswerTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let name: String
        let members: String
        var lifetime = 3600.0
        var refreshToken: String?
        var scope: String?
        var testDescription: String { name }
    }

    static let good: [Good] = [
        Good(name: "Entra's", members: #","expires_in":3599,"ext_expires_in":3599"#, lifetime: 3599),
        Good(
            name: "rotated", members: #","expires_in":10,"refresh_token":"r/1+","scope":"a b""#, lifetime: 10, refreshToken: "r/1+",
            scope: "a b"),
        Good(name: "a number in a string", members: #","expires_in":"5400""#, lifetime: 5400),
        Good(name: "no lifetime", members: ""), Good(name: "null lifetime", members: #","expires_in":null"#),
        Good(name: "a word as lifetime", members: #","expires_in":"soon""#),
        Good(name: "a hexadecimal lifetime", members: #","expires_in":"0x10""#),
        Good(name: "an endless lifetime", members: #","expires_in":"inf""#),
        Good(name: "a list as lifetime", members: #","expires_in":[1]"#),
        Good(name: "a fraction", members: #","expires_in":90.5"#, lifetime: 90.5),
        Good(name: "zero", members: #","expires_in":0"#, lifetime: 1),
        Good(name: "negative", members: #","expires_in":-5"#, lifetime: 1),
        Good(name: "a century", members: #","expires_in":3155760000"#, lifetime: 2_592_000),
        Good(name: "more than an integer holds", members: #","expires_in":99999999999999999999999"#, lifetime: 2_592_000),
        Good(name: "an empty refresh token", members: #","refresh_token":"""#),
        Good(name: "null refresh token", members: #","refresh_token":null"#),
        Good(name: "scopes in a list", members: #","scope":["a"]"#),
    ]

    @Test(arguments: good) func isTaken(_ item: Good) throws {
        let answer = try Self.answer(#"{"access_token":"eyJ0.e-_~+/=","token_type":"Bearer"\#(item.members)}"#)
        #expect(answer.accessToken.revealText() == "eyJ0.e-_~+/=")
        #expect(answer.lifetime == item.lifetime)
        #expect(answer.refreshToken?.revealText() == item.refreshToken)
        #expect(answer.scope == item.scope)
    }

    @Test(arguments: ["bearer", "BEARER", "Bearer"]) func typeIsReadInAnyCase(_ type: String) throws {
        #expect(try Self.answer(#"{"token_type":"\#(type)","access_token":"a"}"#).lifetime == 3600)
    }

    @Test(arguments: [
        (#"{"token_type":"Bearer"}"#, "no access_token"), (#"{"token_type":"Bearer","access_token":null}"#, "no access_token"),
        (#"{"token_type":"Bearer","access_token":5}"#, "no access_token"), (#"{"token_type":"Bearer","access_token":""}"#, "empty"),
        (#"{"token_type":"Bearer","access_token":"a b"}"#, "characters"),
        (#"{"token_type":"Bearer","access_token":"a\u0001auth"}"#, "characters"),
        (#"{"token_type":"Bearer","access_token":"a\r\nb"}"#, "characters"), (#"{"token_type":"Bearer","access_token":"ä"}"#, "characters"),
        (#"{"token_type":"Bearer","access_token":"a\u007f"}"#, "characters"), (#"{"access_token":"a"}"#, "no token_type"),
        (#"{"access_token":"a","token_type":"mac"}"#, "mac, not Bearer"), (#"{"access_token":"a","token_type":""}"#, "not Bearer"),
        ("", "200"), ("{}", "no access_token"),
        ("[]", "200"), ("\"token\"", "200"), ("<html>", "200"), (#"{"access_token":"a","token_type":"Bearer""#, "200"),
    ])
    func isNotTaken(_ json: String, _ why: String) {
        let failure = #expect(throws: TokenFailure.self) { try Self.answer(json) }
        guard case .temporary(let text, nil) = failure else { return #expect(Bool(false), "\(json): \(String(describing: failure))") }
        #expect(text.contains(why))
    }

    @Test(arguments: [
        ("plain", "plain"), ("two\nlines", "two"), ("\u{200B}\u{E000}", "no reason given"), ("\r\n\r\n second", "second"),
        ("", "no reason given"), (" \n\t", "no reason given"),
        ("bell\u{7}, escape\u{1B}[31m, bidi\u{202E}", "bell, escape[31m, bidi"), ("it was p@ss+word!", "it was ‹secret›!"),
        ("client_secret=p%40ss%2Bword&x", "client_secret=‹secret›&x"), ("p@ss+wordp@ss+word", "‹secret›‹secret›"),
        ("p@ss+word\u{301}", "‹secret›\u{301}"),
        ("p@ss\u{0}+word", "‹secret›"), ("p@ss+word-longer!", "‹secret›!"),
        (String(repeating: "x", count: 301), String(repeating: "x", count: 300) + "…"),
        (String(repeating: "x", count: 296) + "p@ss+word", String(repeating: "x", count: 296) + "‹sec…"),
    ])
    func detailIsFitToRead(_ text: String, _ line: String) {
        let detail = TokenDetail(hiding: [Array("p@ss+word".utf8), Array("p@ss+word-longer".utf8), []])
        #expect(Array(detail.line(text).utf8) == Array(line.utf8))
    }

    private static func answer(_ json: String) throws(TokenFailure) -> TokenAnswer {
        try TokenReply(
            HTTPResponse(status: 200, body: Array(json.utf8)), detail: TokenDetail(hiding: []), now: Date(timeIntervalSince1970: 0)
        ).answer()
    }
}
