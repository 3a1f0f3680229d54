import Foundation
import Mail
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The API of the built service, as programs use it.
@Suite(.serialized) struct APITests {
    @Test(.timeLimit(.minutes(20))) func aBatchMailerAsksAndIsAnswered() async throws {
        try await WebHouse.with { house in
            let one = try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#)
            #expect(one.status == 200)
            #expect(one["route"] as? String == "own")
            #expect((one["mailbox"] as? [String: Any])?["login"] as? String == "tracker@fabrikam.example")
            #expect((one["explanation"] as? [String])?.isEmpty == false)
            let many = try await house.sender.send(
                "POST", "/v1/decisions?explanation=false",
                json: #"{"questions": [{"purpose": "notification"}, {"from": "x@nowhere.invalid"}]}"#)
            let items = try #require(many["decisions"] as? [[String: Any]])
            #expect(items.count == 2)
            #expect(items.allSatisfy { $0["explanation"] == nil })
            let misspelt = try await house.sender.send("POST", "/v1/decisions", json: #"{"porpose": "notification"}"#)
            #expect(misspelt.status == 422)
            #expect((misspelt["detail"] as? String)?.contains("did you mean purpose?") == true)
            let twice = try await house.sender.send("POST", "/v1/decisions", json: #"{"user": "a", "user": "b"}"#)
            #expect(twice.status == 400)
            let crowd = "{\"questions\": [" + Array(repeating: "{}", count: 1001).joined(separator: ",") + "]}"
            #expect(try await house.sender.send("POST", "/v1/decisions", json: crowd).status == 413)
            #expect(one["delivery"] as? String == "live")
            _ = try await house.administrator.send("PUT", "/v1/settings/delivery", json: #"{"value": "redirect test@example.org"}"#)
            let redirected = try await until {
                try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#)
            } holds: {
                $0["delivery"] as? String != "live"
            }
            #expect(redirected["delivery"] as? String == "redirect test@example.org" && redirected["route"] as? String == "own")
        }
    }

    @Test(.timeLimit(.minutes(20))) func aMessageIsHandedOverOnceAndFollowed() async throws {
        try await WebHouse.with { house in
            let message = Array("To: customer@elsewhere.example\r\nSubject: Hello\r\n\r\nGood morning.\r\n".utf8)
            let fields = [("Content-Type", "message/rfc822"), ("Idempotency-Key", "night-1")]
            let path = "/v1/messages?purpose=notification"
            let first = try await house.sender.send("POST", path, fields, body: message)
            #expect(first.status == 202)
            let id = try #require(first["id"] as? String)
            #expect(first.field("Location") == "/v1/messages/\(id)")
            let again = try await house.sender.send("POST", path, fields, body: message)
            #expect(again.status == 202)
            #expect(again["id"] as? String == id)
            let other = try await house.sender.send("POST", path, fields, body: message + Array("More.\r\n".utf8))
            #expect(other.status == 422)
            _ = await house.premises.sandbox.messages(atLeast: 1)
            let fate = try await until {
                try await house.sender.get("/v1/messages/\(id)")
            } holds: {
                $0["state"] as? String == "done"
            }
            #expect((fate["recipients"] as? [[String: Any]])?.first?["outcome"] as? String == "sent")
            #expect(house.premises.sandbox.messages.count == 1)
            let stranger = ClientKey("mandate-other")
            let client = Client(id: ClientID(trusted: "other"), name: "other", credential: .key(sha256: stranger.digest))
            _ = try await house.premises.store.apply(DirectoryEdit([.put(.client(client))], by: "test", at: house.premises.live.now()))
            let theirs = WebClient(port: house.port, key: stranger.text)
            let seen = try await until {
                try await theirs.get("/v1/messages/\(id)")
            } holds: {
                ![401, 429].contains($0.status)
            }
            #expect(seen.status == 404)
            let text = #"{"purpose": "notification", "recipients": ["rob@elsewhere.example"], "message": "Subject: In JSON\n\nHello.\n"}"#
            #expect(try await house.sender.send("POST", "/v1/messages", json: text).status == 202)
            let mixed = try await house.sender.send(
                "POST", path, [("Content-Type", "message/rfc822")], body: Array("To: a@b.example\r\nX: y\n\r\nz".utf8))
            #expect(mixed.status == 422)
        }
    }

    /// It is read as it arrives, so what is said of it comes before it.
    @Test(.timeLimit(.minutes(20))) func aLargeMessageWithinJSONComesLast() async throws {
        try await WebHouse.with { house in
            let text =
                "From: tracker@fabrikam.example\\nTo: rob@elsewhere.example\\nSubject: Large\\n\\n"
                + String(repeating: String(repeating: "x", count: 98) + "\\n", count: 40_000)
            let beside = #""purpose": "notification", "recipients": ["rob@elsewhere.example"]"#
            let last = try await house.sender.send("POST", "/v1/messages", json: #"{\#(beside), "message": "\#(text)"}"#)
            #expect(last.status == 202, "\(last.text)")
            let id = SpoolID(trusted: try #require(last["id"] as? String))
            #expect(try await house.premises.store.show(id)?.message.bodySize == 40_000 * 100)
            let first = try await house.sender.send("POST", "/v1/messages", json: #"{"message": "\#(text)", \#(beside)}"#)
            #expect(first.status == 422 && first.text.contains("let message come last"), "\(first.text)")
            let cut = try await house.sender.send("POST", "/v1/messages", json: #"{\#(beside), "message": "\#(text)"#)
            #expect(cut.status == 400)
            #expect(try await house.premises.store.entries(JournalFilter()).count { $0.entry.kind == .accepted } == 1)
        }
    }

    /// Twenty at once with one key: one message, and everyone hears of it or is told to wait.
    @Test(.timeLimit(.minutes(20))) func askedAtOnceItIsOneMessage() async throws {
        try await WebHouse.with { house in
            let message = Array("To: customer@elsewhere.example\r\nSubject: Once\r\n\r\nHello.\r\n".utf8)
            let fields = [("Content-Type", "message/rfc822"), ("Idempotency-Key", "at-once")]
            let answers = try await withThrowingTaskGroup(of: WebClient.Answer.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await house.sender.send("POST", "/v1/messages?purpose=notification", fields, body: message) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 202 || $0.status == 409 })
            #expect(Set(answers.compactMap { $0["id"] as? String }).count == 1)
            let accepted = try await house.premises.store.entries(JournalFilter()).map(\.entry).filter { $0.kind == .accepted }
            #expect(accepted.count == 1)
        }
    }

    /// What names mailboxes is for this machine, and for those who may read.
    @Test(.timeLimit(.minutes(20))) func monitorsAreAnsweredWithoutTellingStrangers() async throws {
        try await WebHouse.with { house in
            let stranger = WebClient(port: house.port)
            let numbers = try await stranger.get("/metrics")
            #expect(numbers.status == 200)
            #expect(numbers.field("Content-Type")?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(numbers.text.contains("mandate_queue_messages"))
            let elsewhere = [("X-Forwarded-For", "192.0.2.1")]
            #expect(try await stranger.get("/metrics", elsewhere).status == 401)
            #expect(try await house.sender.get("/metrics", elsewhere).status == 401)
            #expect(try await house.auditor.get("/metrics", elsewhere).status == 200)
            #expect(try await stranger.get("/healthz", elsewhere).status == 200)
            #expect(try await stranger.get("/readyz", elsewhere).status == 200)
        }
    }

    /// Asks until the answer is as it should be, for ten seconds at most; the last answer in any case.
    private func until(
        _ ask: () async throws -> WebClient.Answer, holds: (WebClient.Answer) -> Bool
    ) async throws -> WebClient.Answer {
        var answer = try await ask()
        for _ in 0..<200 where !holds(answer) {
            await Live.system().wait(0.05)
            answer = try await ask()
        }
        return answer
    }

    @Test(.timeLimit(.minutes(20))) func twoAdministratorsDoNotOverwriteEachOther() async throws {
        try await WebHouse.with { house in
            let api = house.administrator
            let made = try await api.send(
                "POST", "/v1/users", json: #"{"id": "new/user", "name": "New", "addresses": ["new@fabrikam.example"]}"#)
            #expect(made.status == 201)
            let path = try #require(made.field("Location"))
            #expect(path == "/v1/users/new%2Fuser")
            #expect(try await api.send("POST", "/v1/users", json: #"{"id": "new/user"}"#).status == 409)
            let tag = try #require(try await api.get(path).field("ETag"))
            #expect(try await api.get(path, [("If-None-Match", tag)]).status == 304)
            #expect(try await api.send("PATCH", path, json: #"{"name": "Newer"}"#).status == 428)
            #expect(try await api.send("PATCH", path, json: #"{"name": "Newer"}"#, [("If-Match", tag)]).status == 200)
            let late = try await api.send("PATCH", path, json: #"{"name": "Newest"}"#, [("If-Match", tag)])
            #expect(late.status == 412)
            #expect(late["code"] as? String == "changed-meanwhile")
            #expect(try await house.directory().user(UserID(trusted: "new/user"))?.name == "Newer")
            #expect(try await api.send("DELETE", path).status == 204)
            #expect(try await api.get(path).status == 404)
        }
    }

    @Test(.timeLimit(.minutes(20))) func manyAreAllOrNone() async throws {
        try await WebHouse.with { house in
            let before = try await house.directory().userCount
            let users = (0..<1500).map { #"{"id": "bulk\#($0)", "addresses": ["bulk\#($0)@fabrikam.example"]}"# }
            let trial = try await house.administrator.send(
                "POST", "/v1/users?dry_run=true", json: "{\"items\": [\(users.joined(separator: ","))]}")
            #expect(trial.status == 200)
            #expect(try await house.directory().userCount == before)
            let wrong = try await house.administrator.send(
                "POST", "/v1/users", json: "{\"items\": [\(users.joined(separator: ",")), {\"id\": \"bulk1\"}]}")
            #expect(wrong.status == 422)
            #expect(try await house.directory().userCount == before)
            let all = try await house.administrator.send("POST", "/v1/users", json: "{\"items\": [\(users.joined(separator: ","))]}")
            #expect(all.status == 200)
            #expect(try await house.directory().userCount == before + 1500)
            var found: [String] = []
            var cursor: String? = ""
            while let after = cursor {
                let page = try await house.auditor.get("/v1/users?q=BULK&limit=400" + (after.isEmpty ? "" : "&after=\(after)"))
                found += (page["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
                cursor = page["next"] as? String
            }
            #expect(found.count == 1500)
            #expect(Set(found).count == 1500)
            let zipped = try await house.auditor.get("/v1/users?limit=400", [("Accept-Encoding", "gzip")])
            #expect(zipped.field("Content-Encoding") == "gzip")
            #expect(zipped.body.starts(with: [0x1F, 0x8B]))
        }
    }

    /// What would refuse everybody's mail is not called fine.
    @Test(.timeLimit(.minutes(20))) func theOverviewNamesASettingThatLeadsNowhere() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            #expect(!(try await person.client.get("/").text.contains("unknown-user")))
            _ = try await house.premises.store.apply(
                DirectoryEdit([.put(.setting(SettingKey(.emailFromUserID), "nobody"))], by: "test", at: house.premises.live.now()))
            var page = ""
            for _ in 0..<100 where !page.contains("unknown-user") {
                await Live.system().wait(0.05)
                page = try await person.client.get("/").text
            }
            #expect(page.contains("Mail of the purpose notification"))
        }
    }
}
