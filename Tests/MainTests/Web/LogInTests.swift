import Foundation
import Glibc
import Mail
import Relay
import Sandbox
import Store
import TestSupport
import Testing

@testable import Main

/// Who gets in with a name and a password, for how long, and who does not.
@Suite(.serialized) struct LogInTests {
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
            // On a busy machine the seconds of waiting may have passed before the next try.
            var isKeptOut = false
            for _ in 0..<5 where !isKeptOut {
                for number in 0..<9 { _ = try await ConsolePerson.answer(of: house, name: "ann", secret: "guess \(number)", away) }
                isKeptOut = try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password, away).status == 429
            }
            #expect(isKeptOut)
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
}
