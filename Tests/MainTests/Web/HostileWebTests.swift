import Foundation
import Mail
import Relay
import SQLiteStore
import TestSupport
import Testing

@testable import Main

/// Browsers and programs that mean harm, or do not know better.
@Suite(.serialized) struct HostileWebTests {
    @Test(.timeLimit(.minutes(3))) func whatComesFromAnotherSiteChangesNothing() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let before = try await house.directory().settings[SettingKey(.organisation)]
            let form = "csrf=\(person.token)&value=Evil"
            let attacks: [(name: String, fields: [(String, String)], form: String)] = [
                ("another origin", [("Origin", "https://evil.example")], form), ("another site", [("Sec-Fetch-Site", "cross-site")], form),
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
            let cookie = try #require(person.answer.all("Set-Cookie").first { $0.hasPrefix("mandate-session=") })
            #expect(cookie.contains("HttpOnly"))
            #expect(cookie.contains("SameSite=Lax"))
        }
    }

    @Test(.timeLimit(.minutes(3))) func noAnswerSaysWhatAnAttackerWrote() async throws {
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

    @Test(.timeLimit(.minutes(3))) func pathsLeadNowhere() async throws {
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

    @Test(.timeLimit(.minutes(3))) func tooMuchIsRefused() async throws {
        try await WebHouse.with { house in
            let large = try await house.sender.send(
                "POST", "/v1/decisions", json: "{\"user\": \"" + String(repeating: "x", count: 5 << 20) + "\"}")
            #expect(large.status == 413)
            let deep = try await house.sender.send("POST", "/v1/decisions", json: String(repeating: "[", count: 100_000))
            #expect(deep.status == 400)
            let header = try await house.sender.exchange([
                Array("GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 200_000))\r\n\r\n".utf8)
            ])
            #expect(!String(decoding: header, as: UTF8.self).contains("200 OK"))
            // A length that lies, and two that contradict each other (request smuggling).
            for head in [
                "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\n Folded: y\r\n\r\n", "GARBAGE\r\n\r\n", "\0\0\0\0",
            ] {
                var patient = house.sender
                patient.patience = 3
                let answer = try await patient.exchange([Array(head.utf8)])
                #expect(!String(decoding: answer, as: UTF8.self).contains("200 OK"), "\(head)")
            }
            #expect(try await house.sender.get("/healthz").status == 200)
        }
    }

    @Test(.timeLimit(.minutes(3))) func passwordsAreNotGuessed() async throws {
        try await WebHouse.with { house in
            var wait = 0
            // Each wrong one doubles the wait; so long that a slow machine does not outlast it.
            for number in 0..<400 where wait < 8 {
                let answer = try await ConsolePerson.answer(of: house, name: "ann", secret: "guess \(number)")
                #expect(answer.status == 403 || answer.status == 429)
                #expect(number > 4 || answer.status == 403)
                wait = answer.field("Retry-After").flatMap { Int($0) } ?? 0
                if answer.status == 429 { await Live.system().wait(0.1) }
            }
            #expect(wait >= 8)
            // Not even with the right one: who guesses must not find out that it was.
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password).status == 429)
            // A key is let in.
            #expect(try await ConsolePerson.answer(of: house, name: "auditor", secret: WebHouse.keys[.auditor]?.text ?? "").status == 303)
            #expect(try await ConsolePerson.answer(of: house, name: "sender", secret: WebHouse.keys[.sender]?.text ?? "").status != 303)
            #expect(house.log.all.contains("guess") == false)
        }
    }

    @Test(.timeLimit(.minutes(3))) func aSessionEndsWhenItShould() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            #expect(try await person.client.get("/").status == 200)
            var forged = person
            forged.client.fields = [("Cookie", person.cookie.replacing("mandate-session=", with: "mandate-session=00"))]
            #expect(try await forged.client.get("/").status == 303)
            #expect(try await person.post("/logout", "csrf=\(person.token)").status == 303)
            #expect(try await person.client.get("/").status == 303)
            let again = try await ConsolePerson.logIn(to: house)
            let hash = try #require(
                PasswordHash(of: Secret("another password"), salt: Array(1..<17), cost: .init(rounds: 4, blockSize: 8, lanes: 1)))
            let ann = Client(id: ClientID(trusted: "ann"), name: "ann", credential: .password(hash), roles: [.administrator])
            _ = try await house.premises.store.apply(DirectoryEdit([.put(.client(ann))], by: "test", at: house.premises.live.now()))
            var status = 200
            for _ in 0..<100 where status == 200 {
                await Live.system().wait(0.05)
                status = try await again.client.get("/").status
            }
            #expect(status == 303)
        }
    }

    /// More connections than a browser ever has, all of them silent: the next one is served.
    @Test(.timeLimit(.minutes(3))) func aCrowdThatSaysNothingHoldsNobodyUp() async throws {
        try await WebHouse.with { house in
            let crowd = try SilentCrowd(of: 600, at: house.port)
            defer { crowd.leave() }
            #expect(try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#).status == 200)
        }
    }
}
