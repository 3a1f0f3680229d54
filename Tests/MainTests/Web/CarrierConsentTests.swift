import Foundation
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The carrier's consent dies while mail comes in: it is taken and waits, everybody who asks is told, and it goes with the consent.
struct CarrierConsentTests {
    private static let grant = GrantID(trusted: "grant-tracker")
    private static let message = Array("To: customer@elsewhere.example\r\nSubject: Hello\r\n\r\nHello.\r\n".utf8)

    private func observe(_ health: GrantHealth?, _ house: WebHouse) async throws {
        try await house.premises.store.observe([.grant(Self.grant, health)], journal: [])
    }

    private func ready(_ house: WebHouse, says words: String) async throws -> WebClient.Answer {
        var answer = try await WebClient(port: house.port).get("/readyz")
        for _ in 0..<200 where !answer.text.contains(words) {
            await Live.system().wait(0.05)
            answer = try await WebClient(port: house.port).get("/readyz")
        }
        return answer
    }

    @Test(.timeLimit(.minutes(20))) func mailIsTakenWaitsAndGoesWithTheConsent() async throws {
        try await WebHouse.with { house in
            try await observe(.needsConsent(since: house.premises.live.now(), reason: "invalid_grant"), house)
            let ready = try await ready(house, says: "cannot leave now")
            #expect(ready.status == 200, "mail is taken")
            #expect(ready.text.contains("mail of the purpose notification cannot leave now: later"))
            #expect(!ready.text.contains("@"), "strangers read this")
            let numbers = try await WebClient(port: house.port).get("/metrics").text
            #expect(numbers.contains(#"mandate_purpose_open{purpose="notification"} 0"#))
            let taken = try await house.sender.send(
                "POST", "/v1/messages?purpose=notification", [("Content-Type", "message/rfc822")], body: Self.message)
            #expect(taken.status == 202 && taken["state"] as? String == "waiting")
            #expect((taken["why"] as? String)?.contains("waits for a consent: mandate grants authorize") == true)
            let asked = try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#)
            #expect(asked["route"] as? String == "later" && asked["code"] as? String == "no-fallback")
            #expect(asked["mended_by"] as? String == "here" && asked["why"] != nil)
            #expect(await house.premises.sandbox.messages(atLeast: 0).isEmpty)
            try await observe(nil, house)
            #expect(await house.premises.sandbox.messages(atLeast: 1).count == 1)
            #expect(try await self.ready(house, says: "ready\n").text == "ready\n")
        }
    }

    @Test(.timeLimit(.minutes(20))) func aGrantThatIsSwitchedOffIsAskedForAgainLater() async throws {
        try await WebHouse.with { house in
            var grant = try #require(try await house.directory().grant(Self.grant))
            grant.isEnabled = false
            _ = try await house.premises.store.apply(DirectoryEdit([.put(.grant(grant))], by: "test", at: house.premises.live.now()))
            _ = try await ready(house, says: "notification cannot leave now: off")
            let refused = try await house.sender.send(
                "POST", "/v1/messages?purpose=notification", [("Content-Type", "message/rfc822")], body: Self.message)
            #expect(refused.status == 503 && refused.field("Retry-After") != nil)
            #expect(try await house.premises.store.list(QueueFilter()).isEmpty)
        }
    }
}
