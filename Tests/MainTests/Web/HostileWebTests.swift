import Foundation
import Glibc
import Mail
import Relay
import Sandbox
import SQLiteStore
import TestSupport
import Testing

@testable import Main

/// Browsers and programs that mean harm, or do not know better.
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

    @Test(.timeLimit(.minutes(20))) func passwordsAreNotGuessed() async throws {
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
            #expect(house.log.all.contains("a log-in failed"), "who watches the log hears of it")
            #expect(try await WebClient(port: house.port, key: "a-wrong-key").get("/v1/users").status == 401)
            let failures = try await house.auditor.get("/metrics").text.firstMatch(of: /\nmandate_login_failures_total ([0-9]+)\n/)
            // The passwords, the sender at the console, and the key.
            #expect(try #require(failures.flatMap { Int($0.1) }) >= 7)
        }
    }

    /// Neither a program with a key that is none any more, nor somebody elsewhere who guesses at the name.
    @Test(.timeLimit(.minutes(20))) func nobodyElseKeepsAPersonOut() async throws {
        try await WebHouse.with(["http.proxies=127.0.0.1"]) { house in
            for _ in 0..<40 { _ = try await WebClient(port: house.port, key: "a-stale-key").get("/v1/me") }
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password).status == 303)
            let away = [("X-Forwarded-For", "192.0.2.9")]
            for number in 0..<9 { _ = try await ConsolePerson.answer(of: house, name: "ann", secret: "guess \(number)", away) }
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password, away).status == 429)
            let person = try await ConsolePerson.logIn(to: house)
            let known = try #require(person.answer.all("Set-Cookie").first { $0.hasPrefix("mandate-browser-") })
            #expect(known.contains("HttpOnly") && known.contains("Max-Age=15552000"))
            // From where nobody gets in any more, the browser that was let in before does.
            let browser = away + [("Cookie", String(known.prefix { $0 != ";" }))]
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password, browser).status == 303)
        }
    }

    /// nginx's auth_basic in front: the name and password there are none of ours.
    @Test(.timeLimit(.minutes(20))) func credentialsOfAProxyAreNotAsked() async throws {
        try await WebHouse.with { house in
            let basic = ("Authorization", "Basic " + Data("proxy:secret".utf8).base64EncodedString())
            var person = try await ConsolePerson.logIn(to: house)
            person.client.fields.append(basic)
            #expect(try await person.client.get("/").status == 200)
            #expect(try await house.client(nil).get("/login", [basic]).status == 200)
            #expect(try await house.client(nil).get("/", [basic]).status == 303)
            #expect(try await house.client(nil).get("/v1/me", [basic]).status == 401)
            let own = ("Authorization", "Basic " + Data("sender:\(WebHouse.keys[.sender]?.text ?? "")".utf8).base64EncodedString())
            #expect(try await house.client(nil).get("/v1/me", [own]).status == 200)
        }
    }

    @Test(.timeLimit(.minutes(20))) func aSessionEndsWhenItShould() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            #expect(try await person.client.get("/").status == 200)
            var forged = person
            forged.client.fields = [("Cookie", person.cookie.replacing("=", with: "=00"))]
            #expect(try await forged.client.get("/").status == 303)
            let led = try await person.client.get("/logout")
            #expect(led.status == 303 && led.field("Location") == "/", "who only loads its address stays logged in")
            #expect(try await person.client.get("/").status == 200)
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
    @Test(.timeLimit(.minutes(20))) func aCrowdThatSaysNothingHoldsNobodyUp() async throws {
        try await WebHouse.with { house in
            let crowd = try (0..<600).map { try LoopbackSocket(port: house.port, source: "127.0.0.\(2 + $0 / 200)") }
            #expect(try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#).status == 200)
            withExtendedLifetime(crowd) {}
        }
    }

    /// Whoever has as many connections as one address may have gets no further one, and others do.
    @Test(.timeLimit(.minutes(20))) func noAddressTakesAllTheRoom() async throws {
        try await WebHouse.with(["http.connections-per-address=20"]) { house in
            try await LoopbackSocket.aside { [port = house.port] in
                let crowd = try (0..<20).map { _ in try LoopbackSocket(port: port, source: "127.0.0.9") }
                for socket in crowd { #expect(Self.isServed(socket)) }
                #expect(!Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.9")))
                #expect(Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.8")))
            }
            // They have left, so there is room again, once the service has seen it.
            let isServed = try await LoopbackSocket.aside { [port = house.port] in
                for _ in 0..<500 {
                    if Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.9")) { return true }
                    usleep(10_000)
                }
                return false
            }
            #expect(isServed)
        }
    }

    private static func isServed(_ socket: LoopbackSocket) -> Bool {
        do throws(LoopbackSocket.Trouble) {
            try socket.send(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            return try socket.receive().starts(with: "HTTP/1.1 200".utf8)
        } catch { return false }
    }

    /// An answer before the end of the request is the last: whoever announces more than anyone will read holds nothing.
    @Test(.timeLimit(.minutes(20))) func anEndlessBodyEndsTheConnection() async throws {
        try await WebHouse.with { house in
            var stranger = house.client(nil)
            stranger.patience = 20
            let head =
                "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000000\r\n\r\n"
            let said = try await stranger.exchange([Array(head.utf8) + [UInt8](repeating: 0x78, count: 100_000)])
            let answer = try WebClient.read(said)
            #expect(answer.status == 413)
            #expect(answer.field("Connection") == "close")
            // And nobody is kept waiting who has no key.
            let message =
                "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\nContent-Length: 10000000000\r\n\r\nFrom: "
            #expect(try WebClient.read(try await stranger.exchange([Array(message.utf8)])).status == 401)
        }
    }

    /// Many requests without waiting (RFC 9112 section 9.3.2) get their answers, each in its turn.
    @Test(.timeLimit(.minutes(20))) func manyAtOnceAreAnsweredInTurn() async throws {
        try await WebHouse.with { house in
            let paths = (0..<300).map { $0.isMultiple(of: 3) ? "/assets/console.css" : "/healthz" }
            let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n" }.joined(separator: "\r\n") + "Connection: close\r\n\r\n"
            let said = String(decoding: try await house.client(nil).exchange([Array(requests.utf8)]), as: UTF8.self)
            let types = said.matches(of: /Content-Type: ([a-z\/]+)/.ignoresCase()).map { String($0.1) }
            #expect(types.count == 300)
            #expect(types.enumerated().allSatisfy { ($0.element == "text/css") == $0.offset.isMultiple(of: 3) })
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
