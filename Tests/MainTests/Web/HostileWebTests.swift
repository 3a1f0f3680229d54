import Foundation
import Glibc
import Mail
import Relay
import Sandbox
import Store
import TestSupport
import Testing

@testable import Main

/// Requests that mean harm, or do not know better.
@Suite(.serialized) struct HostileWebTests {
    @Test(.timeLimit(.minutes(20))) func whatComesFromAnotherSiteChangesNothing() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let before = try await house.directory().settings[SettingKey(.organisation)]
            let form = "csrf=\(person.token)&value=Evil"
            let attacks: [(name: String, fields: [(String, String)], form: String)] = [
                ("another origin", [("Origin", "https://evil.example")], form), ("another site", [("Sec-Fetch-Site", "cross-site")], form),
                ("the beginning of our origin", [("Origin", "http://local")], form),
                ("a sibling site", [("Sec-Fetch-Site", "same-site")], form), ("no token", [], "value=Evil"),
                ("another token", [], "csrf=\(String(person.token.reversed()))&value=Evil"),
                ("a form that is none", [("Content-Type", "text/plain")], form),
            ]
            for attack in attacks {
                let answer = try await person.post("/settings/organisation", attack.form, attack.fields)
                #expect([403, 415].contains(answer.status), "\(attack.name): \(answer.status)")
            }
            #expect(try await house.directory().settings[SettingKey(.organisation)] == before)
            // The cookie alone opens the API for looking, and for nothing else.
            #expect(try await person.client.get("/v1/settings").status == 200)
            #expect(try await person.client.send("PUT", "/v1/settings/organisation", json: #"{"value": "Evil"}"#).status == 401)
            let cookie = try #require(person.answer.all("Set-Cookie").first { $0.hasPrefix("mandate-session-") })
            #expect(cookie.contains("HttpOnly"))
            #expect(cookie.contains("SameSite=Lax"))
        }
    }

    @Test(.timeLimit(.minutes(20))) func noAnswerSaysWhatAnAttackerWrote() async throws {
        try await WebHouse.with { house in
            let client = WebClient(port: house.port)
            for next in [
                "//evil.example", "/\\evil.example", "https://evil.example", "/a%0d%0aSet-Cookie:%20x=y", "/%00", "javascript:alert(1)",
            ] {
                let page = try await client.get("/login?next=\(next)")
                #expect(page.status == 200)
                #expect(page.text.contains(#"name="next" value="/""#), "\(next)")
                #expect(page.field("x") == nil)
            }
            let marked = try await client.get("/%3Cscript%3Ealert(1)%3C/script%3E")
            #expect(!marked.text.contains("<script>alert"))
            // A quote with a combining mark behind it is one character to a library and a quote to a browser.
            let quote = try await client.get("/login?next=/%22%CC%B8onfocus=alert(1)")
            let broken = Data([0x22, 0xCC, 0xB8] + Array("onfocus".utf8))
            #expect(Data(quote.body).firstRange(of: broken) == nil)
        }
    }

    @Test(.timeLimit(.minutes(20))) func pathsLeadNowhere() async throws {
        let paths = [
            "/../../etc/passwd",
            "/assets/../console.css",
            "/assets/%2e%2e/%2e%2e/etc/passwd",
            "/v1/users/..%2f..%2fclients",
            "/v1/users/%00",
            "/v1/users/%ff%fe",
            "/v1/users/%",
            "/v1/users/?limit=99999999999999999999",
            "/v1/users?limit=%00",
            "/assets/console.css/x",
            "/%",
            "/OAuth2/%00/start?consent=x",
            "/v1/messages/%0d%0ax",
        ]
        try await WebHouse.with { house in
            for path in paths {
                let answer = try await house.administrator.get(path)
                #expect((400..<500).contains(answer.status), "\(path): \(answer.status)")
                #expect(!answer.text.contains("root:"))
            }
        }
    }

    @Test(.timeLimit(.minutes(20))) func tooMuchIsRefused() async throws {
        try await WebHouse.with { house in
            let large = try await house.sender.send(
                "POST", "/v1/decisions", json: "{\"user\": \"" + String(repeating: "x", count: 5 << 20) + "\"}")
            #expect(large.status == 413)
            let deep = try await house.sender.send("POST", "/v1/decisions", json: String(repeating: "[", count: 100_000))
            #expect(deep.status == 400)
            let header = try await house.sender.exchange([
                Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n".utf8)
            ])
            #expect(!String(decoding: header, as: UTF8.self).contains("200 OK"))
            // A length that lies, and two that contradict each other (request smuggling).
            for head in [
                "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\n Folded: y\r\n\r\n", "GARBAGE\r\n\r\n", "\0\0\0\0",
            ] {
                var patient = house.sender
                patient.patience = 3
                let answer = try await patient.exchange([Array(head.utf8)])
                #expect(!String(decoding: answer, as: UTF8.self).contains("200 OK"), "\(head)")
            }
            #expect(try await house.sender.get("/healthz").status == 200)
        }
    }

    /// What would be more than one line of a command, or of a header, is refused as it comes.
    @Test(.timeLimit(.minutes(20))) func noLineEndGetsIntoAMessage() async throws {
        try await WebHouse.with { house in
            let message = #""message": "From: tracker@fabrikam.example\nTo: rob@elsewhere.example\n\nHello.\n""#
            for evil in [#"\r"#, #"\n"#, #"\r\n"#, #"\u0000"#] {
                for address in [#"a\#(evil)b@example.org"#, #"\"a\#(evil)b\"@example.org"#, #"\"a\\\#(evil)b\"@example.org"#] {
                    for field in [#""envelope_sender": "\#(address)""#, #""recipients": ["\#(address)"]"#] {
                        let answer = try await house.sender.send("POST", "/v1/messages", json: "{\(field), \(message)}")
                        #expect(answer.status == 422, "\(field): \(answer.text)")
                    }
                }
            }
            let letter = Array("From: tracker@fabrikam.example\r\nTo: rob@elsewhere.example\r\n\r\nHello.\r\n".utf8)
            let type = [("Content-Type", "message/rfc822")]
            for evil in ["%0D", "%0A", "%0D%0A", "%00"] {
                for name in ["sender", "recipient"] {
                    let path = "/v1/messages?\(name)=%22a\(evil)b%22@example.org"
                    #expect([400, 422].contains(try await house.sender.send("POST", path, type, body: letter).status), "\(path)")
                }
            }
            for subject in ["a\rBcc: eve@example.net", "a\r", "a\0b"] {
                let answer = try await house.sender.send(
                    "POST", "/v1/messages?purpose=notification", type, body: Array("Subject: \(subject)\r\n".utf8) + letter)
                #expect(answer.status == 422, "\(subject.debugDescription)")
            }
            #expect(house.premises.sandbox.messages.isEmpty)
            try await house.log.shows("notice refused way=http place=127.0.0.1 client=sender")
        }
    }

    /// Little to send, and much to work on.
    @Test(.timeLimit(.minutes(20))) func smallRequestsTakeNoCoreForSeconds() async throws {
        try await WebHouse.with { house in
            let authors = String(repeating: "a@b.example,", count: 300_000)
            #expect(try await house.sender.send("POST", "/v1/decisions", json: "{\"from\": \"\(authors)\"}").status == 422)
            let values = "{\"purpose\": [" + String(repeating: "0,", count: 600_000) + "0]}"
            #expect(try await house.sender.send("POST", "/v1/messages", json: values).status == 400)
            let head = try await house.client(nil).exchange([
                Array("HEAD /v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
            ])
            #expect(head.suffix(4) == Array("\r\n\r\n".utf8)[...], "an answer to HEAD has no body")
        }
    }

    /// A form of a stranger has a name and a password in it, and no file.
    @Test(.timeLimit(.minutes(20))) func strangersUploadNothing() async throws {
        try await WebHouse.with { house in
            let file =
                "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + String(repeating: "y", count: 1 << 20) + "\r\n--x--\r\n"
            let upload = try await house.client(nil).send(
                "POST", "/login", [("Content-Type", "multipart/form-data; boundary=x")], body: Array(file.utf8))
            #expect(upload.status == 415)
            let long = try await house.client(nil).send(
                "POST", "/login", [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(("name=" + String(repeating: "y", count: 1 << 20)).utf8))
            #expect(long.status == 413)
        }
    }
}
