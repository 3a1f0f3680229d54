import Foundation
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Main
@testable import Web
@testable import WebAPI

/// The path of public-url, below which a proxy may put the service.
@Suite(.serialized) struct PublicPathTests {
    /// Whatever an older version has let in: the service starts, and is found below it.
    @Test(.timeLimit(.minutes(20)), arguments: ["/queue", "/OAuth2", "/v1", "/a:b/*"])
    func anyPathThatIsKeptIsServed(_ path: String) async throws {
        try await WebHouse.with(publicURL: "http://localhost:8025\(path)") { house in
            let me = try await house.sender.get("\(path)/v1/me")
            #expect(me["id"] as? String == "sender")
            #expect(try await house.sender.get("\(path)/healthz").status == 200)
            #expect(try await house.sender.get("/healthz").status == 200, "where a proxy takes the path off")
            #expect(try await house.sender.get(path).field("Location")?.hasPrefix("\(path)/login") == true)
            #expect(try await house.sender.get("\(path)/OAuth2/x").status == 400)
            #expect(try await house.sender.get("\(path)x/healthz").status == 404)
        }
    }

    /// The command, the API and the console, in the same words.
    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            ("/queue", "/queue is where pages"), ("/v1/x", "/v1 is where pages"), ("/oauth2/", "/oauth2 is where pages"),
            ("/a:b", "its path may have letters"), ("/*", "its path may have letters"), ("/a//b", "its path may have letters"),
            ("/a/../b", "its path may have letters"), ("/a%20b", "its path may have letters"), ("/a;Domain=x", "its path may have letters"),
        ])
    func aPathThatIsOursIsRefusedEverywhere(_ path: String, _ words: String) async throws {
        let shell = try await Shell.withStore()
        for url in ["http://localhost:8025\(path)", "https://mail.example.org\(path)"] {
            let command = await shell.run(["settings", "set", "public-url", url])
            #expect(command.status == 65, "\(command.out)")
            #expect(command.err.contains(words), "\(command.err)")
        }
        #expect(await shell.run(["settings", "set", "public-url", "https://mail.example.org/queues/v1"]).status == 0)
    }

    @Test(.timeLimit(.minutes(20))) func theAPIAndTheConsoleRefuseItToo() async throws {
        try await WebHouse.with { house in
            let refused = try await house.administrator.send(
                "PUT", "/v1/settings/public-url", json: #"{"value": "https://mail.example.org/queue"}"#)
            #expect(refused.status == 422)
            #expect((refused["detail"] as? String)?.contains("/queue is where pages") == true)
            let person = try await ConsolePerson.logIn(to: house)
            let page = try await person.post(
                "/settings/public-url", "csrf=\(person.token)&etag=*&value=https%3A%2F%2Fmail.example.org%2Fqueue")
            #expect(page.status == 422)
            #expect(page.text.contains("/queue is where pages"))
            #expect(try await house.directory().settings[SettingKey(.publicURL)] == nil)
        }
    }

    /// What is served begins with no step that a public path may begin with.
    @Test func everyFirstStepIsReserved() {
        let paths =
            Endpoints.all.map(\.path) + Console.routes.map(\.path)
            + ["/OAuth2", "/assets", "/login", "/logout", "/healthz", "/readyz", "/metrics", "/openapi.json"]
        let steps = Set(paths.compactMap { $0.split(separator: "/").first.map(String.init) })
        #expect(steps == SettingKey.reservedSteps)
    }
}
