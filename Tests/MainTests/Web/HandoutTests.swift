import Foundation
import Mail
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A client that sends by itself: it asks with `include=token`, and reports what the provider answered.
@Suite(.serialized) struct HandoutTests {
    private static let question = #"{"purpose": "notification"}"#

    /// Gives the client `sender` the tokens of the tracker's mailbox, and waits until the service knows.
    private func allow(_ house: WebHouse, _ rights: [Client.TokenRight]) async throws {
        let answer = try await house.administrator.get("/v1/clients/sender")
        let tokens = rights.map { right in
            switch right.row {
            case .mailbox(let id): #"{"mailbox": "\#(id)", "whole_grant": \#(right.coversWholeGrant)}"#
            case .family(let id): #"{"family": "\#(id)", "whole_grant": \#(right.coversWholeGrant)}"#
            }
        }
        let patched = try await house.administrator.send(
            "PATCH", "/v1/clients/sender", json: "{\"tokens\": [\(tokens.joined(separator: ","))]}",
            [("If-Match", answer.field("ETag") ?? "")])
        #expect(patched.status == 200, "\(patched.text)")
    }

    @Test(.timeLimit(.minutes(20))) func aTokenIsHandedOutOnlyByRightAndOnRecord() async throws {
        try await WebHouse.with { house in
            let refused = try await house.sender.send("POST", "/v1/decisions?include=token", json: Self.question)
            #expect(refused.status == 200 && refused["route"] as? String == "own" && refused["token"] == nil, "the decision is told anyway")
            #expect((refused["token_problem"] as? [String: Any])?["status"] as? Int == 403)
            #expect(refused.text.contains("mandate clients tokens"))
            try await allow(house, [Client.TokenRight(.mailbox(MailboxID(trusted: "box-tracker")))])
            let answer = try await house.sender.send("POST", "/v1/decisions?include=token", json: Self.question)
            #expect(answer.status == 200, "\(answer.text)")
            let token = try #require(answer["token"] as? [String: Any])
            let secret = try #require(token["access_token"] as? String)
            let sasl = try #require((token["sasl"] as? String).flatMap { Data(base64Encoded: $0) })
            #expect(String(decoding: sasl, as: UTF8.self) == "user=tracker@fabrikam.example\u{1}auth=Bearer \(secret)\u{1}\u{1}")
            #expect(token["host"] as? String == "localhost")
            #expect(token["login"] as? String == "tracker@fabrikam.example")
            let id = try #require(answer["handout"] as? String)
            let entries = try await house.premises.store.entries(JournalFilter()).map(\.entry).filter { $0.kind == .tokenHandedOut }
            #expect(entries.count == 1)
            #expect(entries.first?.facts.contains(JournalEntry.Fact("handout", id)) == true)
            let unreported = try await house.auditor.get("/v1/audit/unreported?minutes=0")
            #expect((unreported["items"] as? [[String: Any]])?.map { $0["handout"] as? String } == [id])
            #expect(!house.log.all.contains(secret))
            // Of many, each for itself: what has no right says so, the others have theirs.
            let many = try await house.sender.send(
                "POST", "/v1/decisions?include=token",
                json: #"{"questions": [{"purpose": "notification"}, {"from": "ann@fabrikam.example"}]}"#)
            let items = try #require(many["decisions"] as? [[String: Any]])
            #expect(items[0]["token"] != nil)
            #expect((items[1]["token_problem"] as? [String: Any])?["status"] as? Int == 403)
        }
    }

    /// A copy of a production store mails nobody, whoever sends.
    @Test(.timeLimit(.minutes(20))) func noTokenIsHandedOutWhileMailDoesNotLeave() async throws {
        try await WebHouse.with { house in
            try await allow(house, [Client.TokenRight(.mailbox(MailboxID(trusted: "box-tracker")))])
            let held = try await house.administrator.send(
                "PUT", "/v1/settings/delivery", json: #"{"value": "hold"}"#)
            #expect(held.status < 300, "\(held.text)")
            let answer = try await house.sender.send("POST", "/v1/decisions?include=token", json: Self.question)
            #expect(answer.status == 200 && answer["route"] as? String == "own" && answer["token"] == nil, "\(answer.text)")
            let problem = try #require(answer["token_problem"] as? [String: Any])
            #expect((problem["detail"] as? String)?.contains("delivery is hold") == true, "\(problem)")
            #expect(try await house.premises.store.unreported(before: .distantFuture, limit: 1).isEmpty)
        }
    }

    /// A token that opens a whole tenant's mailboxes needs a second consent, by name.
    @Test(.timeLimit(.minutes(20))) func aTokenForAllMailboxesNeedsItsOwnConsent() async throws {
        try await WebHouse.with { house in
            let narrow = try await house.administrator.send(
                "PATCH", "/v1/clients/sender", json: #"{"tokens": [{"family": "family-group"}]}"#, [("If-Match", "*")])
            #expect(narrow.status == 422)
            #expect(narrow.text.contains("whole_grant"))
            try await allow(house, [Client.TokenRight(.family(FamilyID(trusted: "family-group")), coversWholeGrant: true)])
            let answer = try await house.sender.send(
                "POST", "/v1/decisions?include=token", json: #"{"from": "fay@fabrikam-group.example"}"#)
            #expect(answer.status == 200, "\(answer.text)")
            #expect((answer["token"] as? [String: Any])?["login"] as? String == "fay@fabrikam-group.example")
        }
    }

    @Test(.timeLimit(.minutes(20))) func whatAClientReportsBindsItAlone() async throws {
        try await WebHouse.with { house in
            try await allow(house, [Client.TokenRight(.mailbox(MailboxID(trusted: "box-tracker")))])
            let asked = try await house.sender.send("POST", "/v1/decisions?include=token", json: #"{"from": "bob@fabrikam.example"}"#)
            let id = try #require(asked["handout"] as? String)
            #expect(asked["route"] as? String == "send-as")
            let text = "5.7.60 SMTP; Client does not have permissions to send as this sender"
            let report =
                #"{"handout": "\#(id)", "recipients": [{"address": "rob@elsewhere.example", "code": 550, "enhanced": "5.7.60", "text": "\#(text)"}]}"#
            let other = try await house.client(.auditor).send("POST", "/v1/outcomes", json: report)
            #expect(other.status == 403)
            let verdict = try await house.sender.send("POST", "/v1/outcomes", json: report)
            #expect(verdict.status == 200, "\(verdict.text)")
            #expect(verdict["verdict"] as? String == "denied")
            // The new decision takes another way at once.
            #expect((verdict["decision"] as? [String: Any])?["route"] as? String == "reply-to")
            let again = try await house.sender.send("POST", "/v1/decisions", json: #"{"from": "bob@fabrikam.example"}"#)
            #expect(again["route"] as? String == "reply-to", "its own next decisions go by what it said")
            #expect(again.text.contains("this client has reported of smtp: sender-denied (550 5.7.60)"))
            let others = try await house.administrator.send("POST", "/v1/decisions", json: #"{"from": "bob@fabrikam.example"}"#)
            #expect(others["route"] as? String == "send-as", "nobody else's do")
            let standing = try await house.auditor.get("/v1/standings?from=bob@fabrikam.example")
            #expect(!standing.text.contains("denied") && !standing.text.contains("doubted"))
            let entries = try await house.premises.store.entries(JournalFilter()).map(\.entry)
            #expect(entries.contains { $0.facts.contains(.init("outcome", "reported by the client")) })
            #expect(try await house.sender.send("POST", "/v1/outcomes", json: report).status == 409)
            #expect(try await house.sender.send("POST", "/v1/outcomes", json: report.replacing(id, with: "out-nothing")).status == 404)
            let left = try await house.auditor.get("/v1/audit/unreported?minutes=0")
            #expect((left["items"] as? [[String: Any]])?.isEmpty == true)
            #expect(try await house.auditor.send("POST", "/v1/audit/verify")["whole"] as? Bool == true)
        }
    }

    /// A client that lies, or has its own trouble with SMTP, must not stop the mailbox of all.
    @Test(.timeLimit(.minutes(20))) func aReportedStopStopsTheMailboxForNobodyElse() async throws {
        try await WebHouse.with { house in
            try await allow(house, [Client.TokenRight(.mailbox(MailboxID(trusted: "box-tracker")))])
            let id = try #require(
                try await house.sender.send("POST", "/v1/decisions?include=token", json: Self.question)["handout"] as? String)
            let text = "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
            let report =
                #"{"decision": "\#(id)", "recipients": [{"address": "rob@elsewhere.example", "code": 535, "enhanced": "5.7.139", "text": "\#(text)", "stage": "auth"}]}"#
            let verdict = try await house.sender.send("POST", "/v1/outcomes", json: report)
            #expect(verdict["verdict"] as? String == "transport stopped", "\(verdict.text)")
            let own = try await house.sender.send("POST", "/v1/decisions", json: Self.question)
            #expect(own.text.contains("submission-off-for-mailbox (535 5.7.139)"), "\(own.text)")
            let others = try await house.administrator.send("POST", "/v1/decisions", json: Self.question)
            #expect(others["route"] as? String == "own", "\(others.text)")
            #expect(try await house.premises.store.conditions(of: nil).allTroubles.isEmpty)
        }
    }
}
