import Foundation
import Mail
import Relay
import TestSupport
import Testing
@testable import Main

/// What became of each recipient, as lines of the journal tell it one after another.
struct OutcomesTests {
    private let message = SpoolID(trusted: "m-1")

    private func accepted(_ recipients: String...) -> JournalEntry {
        JournalEntry(
            at: Samples.start, kind: .accepted, message: message, facts: [.init("client", "batch")],
            personal: [.init(.author, "ann@example.org")] + recipients.map { .init(.recipient, $0) })
    }

    private func attempted(_ results: [(String, String)], next: String = "") -> JournalEntry {
        JournalEntry(
            at: Samples.time(5), kind: .attempted, message: message,
            facts: [.init("route", "own"), .init("outcome", "x"), .init("next", next)] + results.map { .init("recipient", $0.1) },
            personal: [.init(.from, "ann@example.org"), .init(.mailbox, "box")] + results.map { .init(.recipient, $0.0) })
    }

    private func outcomes(_ entries: JournalEntry...) -> [String] {
        var report = OutcomeReport()
        for entry in entries { report.add(entry) }
        return report.rows.map { "\($0.recipient) \($0.outcome.rawValue)" }
    }

    @Test func laterNewsOutweighsEarlier() {
        let first = attempted([("a@x.example", "retry 451"), ("b@x.example", "sent 250 2.0.0")])
        #expect(outcomes(accepted("a@x.example", "b@x.example")) == ["a@x.example waiting", "b@x.example waiting"])
        #expect(outcomes(accepted("a@x.example", "b@x.example"), first) == ["a@x.example waiting", "b@x.example sent"])
        let second = attempted([("a@x.example", "refused 550 5.1.1")])
        #expect(outcomes(accepted("a@x.example", "b@x.example"), first, second) == ["a@x.example refused", "b@x.example sent"])
    }

    @Test func whatIsGivenUpOrRemovedOrUnknownIsSaidOfThoseWhoHadNothing() {
        let accepted = accepted("a@x.example", "b@x.example"), sent = attempted([("a@x.example", "sent 250")])
        func entry(_ kind: JournalEntry.Kind, _ action: String = "") -> JournalEntry {
            JournalEntry(at: Samples.time(9), kind: kind, message: message, facts: [.init("action", action)])
        }
        #expect(outcomes(accepted, sent, entry(.unknown)) == ["a@x.example sent", "b@x.example unknown"])
        #expect(outcomes(accepted, sent, entry(.queue, "remove")) == ["a@x.example sent", "b@x.example removed"])
        #expect(outcomes(accepted, sent, entry(.queue, "hold")) == ["a@x.example sent", "b@x.example waiting"])
        #expect(
            outcomes(accepted, attempted([("b@x.example", "retry 451")], next: "failed")) == ["a@x.example failed", "b@x.example failed"])
    }

    @Test func theCommandReadsThemAndSaysHowMany() async throws {
        let shell = try await Shell.withCompany()
        _ = await shell.run(
            ["send", "--to", "eve@example.net"],
            input: "From: tracker@example.org\r\nSubject: x\r\n\r\nx\r\n")
        let answer = await shell.run("audit outcomes --format json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
        #expect(
            rows.map { $0["recipient"] as? String } == ["eve@example.net"] && rows.first?["outcome"] as? String == "waiting", "\(answer)")
        #expect(await shell.run("audit outcomes --outcome sent").out.isEmpty)
        #expect(await shell.run("audit outcomes --recipient eve@example.net --format csv").out.contains("waiting"))
        #expect(await shell.run("audit outcomes --outcome lost").status == 64)
    }
}
