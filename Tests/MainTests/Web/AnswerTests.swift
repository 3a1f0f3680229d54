import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// What HTTP itself says of an answer: tags, HEAD, addresses, pages, repetitions.
@Suite(.serialized) struct AnswerTests {
    @Test(.timeLimit(.minutes(20))) func aWeakTagChangesNothing() async throws {
        try await WebHouse.with { house in
            let tag = try #require(try await house.administrator.get("/v1/clients/auditor").field("ETag"))
            let change = #"{"name": "the auditor"}"#
            let weak = try await house.administrator.send("PATCH", "/v1/clients/auditor", json: change, [("If-Match", "W/" + tag)])
            #expect(weak.status == 412, "\(weak.text)")
            #expect(try await house.directory().client(ClientID(trusted: "auditor"))?.name == "auditor")
            let strong = try await house.administrator.send("PATCH", "/v1/clients/auditor", json: change, [("If-Match", tag)])
            #expect(strong.status == 200, "\(strong.text)")
            let now = try #require(strong.field("ETag"))
            let known = try await house.administrator.send("GET", "/v1/clients/auditor", [("If-None-Match", "W/" + now)])
            #expect(known.status == 304, "who only looks may be told by a weak one that he has it")
        }
    }

    @Test(.timeLimit(.minutes(20))) func headIsGetWithoutItsBody() async throws {
        try await WebHouse.with { house in
            for path in ["/v1/users", "/v1/settings", "/healthz", "/openapi.json", "/login"] {
                let get = try await house.auditor.get(path)
                let head = try await house.auditor.send("HEAD", path)
                #expect(head.status == get.status && head.text.isEmpty, "\(path): \(head.status)")
                #expect(head.field("Content-Type") == get.field("Content-Type"), "\(path)")
            }
            let wrong = try await house.auditor.send("DELETE", "/v1/users")
            #expect(wrong.status == 405 && wrong.field("Allow") == "GET, HEAD, POST", "\(wrong.field("Allow") ?? "")")
        }
    }

    @Test(.timeLimit(.minutes(20))) func whatIsServedHasOneAddress() async throws {
        try await WebHouse.with { house in
            for path in ["/v1//users", "//v1/users", "/v1/users//"] {
                let status = try await house.administrator.get(path).status
                #expect(status == 404, "\(path)")
            }
        }
    }

    @Test(.timeLimit(.minutes(20))) func aRepeatedAnswerSaysThatItIs() async throws {
        try await WebHouse.with { house in
            let message = Array("To: customer@elsewhere.example\r\nSubject: Hello\r\n\r\nGood morning.\r\n".utf8)
            let fields = [("Content-Type", "message/rfc822"), ("Idempotency-Key", "night-2")]
            let first = try await house.sender.send("POST", "/v1/messages?purpose=notification", fields, body: message)
            #expect(first.status == 202 && first.field("Idempotent-Replayed") == nil)
            let again = try await house.sender.send("POST", "/v1/messages?purpose=notification", fields, body: message)
            #expect(again.status == 202 && again.field("Idempotent-Replayed") == "true")
        }
    }

    @Test(.timeLimit(.minutes(20))) func longListsComeInPages() async throws {
        try await WebHouse.with { house in
            for list in ["/v1/audit/senders", "/v1/audit/unauthorized?near=true", "/v1/health"] {
                let whole = try await house.auditor.get(list)
                let all = try #require(whole["items"] as? [[String: Any]])
                #expect(all.count > 1 && whole["next"] is NSNull, "\(list): \(whole.text)")
                let separator = list.contains("?") ? "&" : "?"
                var found = 0
                var cursor: String? = "0"
                while let after = cursor {
                    let page = try await house.auditor.get("\(list)\(separator)limit=2&after=\(after)")
                    let items = try #require(page["items"] as? [[String: Any]])
                    #expect(items.count <= 2)
                    found += items.count
                    cursor = page["next"] as? String
                }
                #expect(found == all.count, "\(list)")
            }
            #expect(try await house.auditor.get("/v1/standings?limit=0").status == 400)
        }
    }

    /// As they belong into the message, so that nobody has to build them himself.
    @Test(.timeLimit(.minutes(20))) func aDecisionHasItsFields() async throws {
        try await WebHouse.with { house in
            let answer = try await house.sender.send(
                "POST", "/v1/decisions?include=header", json: #"{"from": "Zoë <nobody@fabrikam.example>"}"#)
            #expect(answer["route"] as? String == "reply-to", "\(answer.text)")
            let header = try #require(answer["header"] as? String)
            let lines = header.split(separator: "\r\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("From: ") && lines[1].hasPrefix("Reply-To: "), "\(header)")
            #expect(header.utf8.allSatisfy { $0 < 0x80 } && lines[1].contains("<nobody@fabrikam.example>"), "\(header)")
            #expect(try await house.sender.send("POST", "/v1/decisions?include=all", json: "{}").status == 400)
        }
    }

    @Test(.timeLimit(.minutes(20))) func factsHaveNames() async throws {
        try await WebHouse.with { house in
            let page = try await house.auditor.get("/v1/audit/journal?limit=1")
            let entry = try #require((page["items"] as? [[String: Any]])?.first)
            let facts = try #require(entry["facts"] as? [[String: String]])
            #expect(!facts.isEmpty && facts.allSatisfy { $0["name"] != nil && $0["value"] != nil })
            let personal = try #require(entry["personal"] as? [[String: String]])
            #expect(personal.allSatisfy { $0["role"] != nil && $0["text"] != nil })
        }
    }
}
