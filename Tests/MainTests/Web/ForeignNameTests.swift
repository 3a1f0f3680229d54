import Foundation
import TestSupport
import Testing

@testable import Main

/// Somebody else's name that leads to this machine (DNS rebinding): to the browser, his page and our answers are one site.
@Suite(.serialized) struct ForeignNameTests {
    private static let paths = [
        "/metrics", "/healthz", "/v1/me", "/", "/login", "/OAuth2", "/openapi.json", "/assets/console.css", "/nothing",
    ]

    @Test(.timeLimit(.minutes(20))) func nothingIsAnsweredUnderAForeignName() async throws {
        try await WebHouse.with(publicURL: "http://localhost:8025/mandate") { house in
            for name in [
                "evil.example", "evil.example:\(house.port)", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "[::2]",
            ] {
                for path in Self.paths + ["/mandate/metrics"] {
                    let answer = try await ask(house, path, as: name)
                    #expect(answer.status == 421, "\(path) as \(name): \(answer.status)")
                    #expect(answer.text.contains("http.host-names"), "\(answer.text)")
                    #expect(!answer.text.contains("/mandate"), "a stranger's page learns where we are")
                }
            }
            // A password is not even looked at.
            let form = "csrf=x&name=ann&key_or_password=\(WebHouse.password)&next=/"
            let guess = try WebClient.read(
                try await house.client(nil).exchange([
                    Array(
                        "POST /login HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
                            .utf8)
                ]))
            #expect(guess.status == 421)
        }
    }

    @Test(.timeLimit(.minutes(20))) func itsOwnNamesAreAnswered() async throws {
        let settings = ["http.host-names=Mandate.Internal, 192.0.2.7", "http.proxies=127.0.0.1"]
        try await WebHouse.with(settings, publicURL: "https://mail.example.org/mandate") { house in
            for name in [
                "localhost", "LOCALHOST:\(house.port)", "localhost.", "127.0.0.1", "127.0.0.9:1", "[::1]:8025", "mail.example.org",
                "mail.example.org.:443",
                "mandate.internal:9000", "192.0.2.7",
            ] {
                #expect(try await ask(house, "/healthz", as: name).status == 200, "\(name)")
            }
            // What a proxy of ours has passed on under its own name for us is judged by the name it was asked for.
            #expect(try await ask(house, "/healthz", as: "127.0.0.1", [("X-Forwarded-Host", "mail.example.org")]).status == 200)
            #expect(try await ask(house, "/healthz", as: "127.0.0.1", [("X-Forwarded-Host", "evil.example")]).status == 421)
            // A form sent from the public page, through a proxy that asks under another name.
            let person = try await ConsolePerson.logIn(to: house, base: "/mandate")
            let form = "csrf=\(person.token)"
            let origin = "https://mail.example.org"
            #expect(try await person.post("/mandate/logout", form, [("Origin", "https://evil.example")]).status == 403)
            #expect(
                try await person.post("/mandate/logout", form, [("Origin", "http://127.0.0.1:1")]).status == 403,
                "another port is another site")
            #expect(try await person.post("/mandate/logout", form, [("Origin", origin)]).status == 303)
        }
    }

    @Test func aNameIsNoAddressOfAPage() async throws {
        for value in ["https://mail.example.org", "mail.example.org:443", "a/b", "*"] {
            let shell = try await Shell.withStore()
            let answer = await shell.run(["serve", "--set", "http.host-names=\(value)", "--set", "smtp.listen=off"])
            #expect(answer.status == 78 && answer.err.contains("http.host-names"), "\(value): \(answer.err)")
        }
    }

    private func ask(_ house: WebHouse, _ path: String, as name: String, _ fields: [(String, String)] = []) async throws -> WebClient.Answer
    {
        let more = fields.map { "\($0): \($1)\r\n" }.joined()
        return try WebClient.read(
            try await house.client(nil).exchange([Array("GET \(path) HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\(more)\r\n".utf8)]))
    }
}
