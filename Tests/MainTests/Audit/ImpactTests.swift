import Foundation
import Relay
import Store
import TestSupport
import Testing

@testable import Main

/// Whose mail would go another way.
struct ImpactTests {
    private func shell() async throws -> Shell {
        let shell = try await Shell.withStore()
        let path = FixtureFolder.fixtures.appending(path: "decide/company.yaml").path
        let answer = await shell.run(["apply", path])
        #expect(answer.status == 0, "\(answer.err)")
        return shell
    }

    /// What the report says of an address is what the decider says once it is done.
    @Test(arguments: [
        (["--mailbox", "support@example.org"], ["mailboxes", "remove", "support@example.org", "--cascade"]),
        (["--mailbox", "support@example.org", "--disable"], ["mailboxes", "set", "support@example.org", "--disable"]),
        (["--grant", "batch-consent"], ["grants", "remove", "batch-consent", "--cascade"]),
        (["--setting", "mode", "--value", "reply-to"], ["settings", "set", "mode", "reply-to"]),
    ]) func itComesTrue(_ asked: [String], _ done: [String]) async throws {
        let shell = try await shell()
        let before = await shell.run("export").out
        let report = await shell.run(["audit", "impact", "--format", "csv"] + asked)
        #expect(await shell.run("export").out == before, "a question changes nothing")
        let rows = report.out.split(whereSeparator: \.isNewline).dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(!rows.isEmpty, "\(report.err)")
        #expect(report.status == (rows.contains { $0.contains("true") || $0.contains("yes") } ? 1 : 0), "\(report.out)")
        let answer = await shell.run(done)
        #expect(answer.status == 0, "\(answer.err)")
        for row in rows where row[0].contains("@") && !row[0].contains(" ") {
            let decision = await shell.run(["decide", "--from", String(row[0]), "--format", "json"])
            let isLost = row.contains("true") || row.contains("yes")
            #expect(!isLost || decision.status != 0, "\(row): \(decision.out)")
        }
        // Then nothing is another than it is.
        let again = await shell.run(["audit", "impact", "--format", "csv", "--setting", "organisation"])
        #expect(again.status == 0)
    }

    /// Mail that names nobody is from whom a setting says.
    @Test func aSettingIsAboutMailThatNamesNobody() async throws {
        let answer = try await shell().run([
            "audit", "impact", "--setting", "EMAIL_FROM_USER_ID", "--value", "carol@example.org", "--format", "csv",
        ])
        #expect(answer.out.contains("mail for notification that names nobody") && answer.out.contains("carol@example.org"), "\(answer.out)")
        #expect(answer.status == 0, "\(answer.err)")
    }

    /// What went is asked again: whose mail it would be, how many, and what became of the client's own.
    @Test func messagesOfTheLastDaysAreDecidedAgain() async throws {
        let shell = try await shell()
        let words: [([String], String, Int)] = [
            ([], "From: carol@example.org\n", 3), (["--purpose", "notification"], "", 2),
            (["--purpose", "ad-hoc", "--user", "ann"], "", 1),
        ]
        for (words, from, count) in words {
            for _ in 0..<count {
                let answer = await shell.run(
                    ["send", "--to", "x@else.example"] + words, input: from + "To: x@else.example\n\nHello.\n")
                #expect(answer.status == 0, "\(answer.err)")
            }
        }
        func rows(_ words: String...) async -> (lines: [String], words: String) {
            let answer = await shell.run(["audit", "impact", "--format", "csv", "--columns", "mail,lost,messages"] + words)
            return (answer.out.split(whereSeparator: \.isNewline).dropFirst().map(String.init), answer.err)
        }
        let carol = await rows("--mailbox", "carol@example.org")
        #expect(carol.lines.contains("carol@example.org,false,3"), "\(carol)")
        #expect(carol.words.contains("of 6 messages since 2026-11-11 3 would go another way"), "\(carol)")
        let support = await rows("--setting", "EMAIL_FROM_USER_ID", "--value", "carol@example.org")
        #expect(support.lines.contains("mail for notification that names nobody,false,2"), "\(support)")
        let batch = await rows("--delegation", "batch-ann")
        #expect(batch.lines.contains { $0.hasPrefix("ann@example.org") && $0.hasSuffix(",1") }, "\(batch)")
        #expect(await rows("--mailbox", "carol@example.org", "--days", "0").lines.contains("carol@example.org,false,0"))
    }

    @Test func aClientsMessagesGoWithIt() async throws {
        let shell = try await shell()
        let now = shell.now
        try await shell.write { store in
            let client = try #require(try await store.directory().allClients.first { $0.name == "batchmail" })
            let entry = JournalEntry(
                at: now.addingTimeInterval(-86_400), kind: .accepted, message: SpoolID("m1"),
                facts: [.init("client", client.id.text), .init("size", "512")], personal: [.init(.author, "carol@example.org")])
            try await store.append([entry], sightings: [])
        }
        let answer = await shell.run("audit impact --client batchmail --format csv --columns mail,then,lost,messages")
        #expect(answer.status == 1)
        #expect(answer.out.contains("\"carol@example.org, of client batchmail\",refused: its client is gone,true,1"), "\(answer.out)")
    }

    @Test(arguments: [
        ([], "name one thing"), (["--mailbox", "a", "--grant", "b"], "name one thing"),
        (["--mailbox", "nobody@example.org"], "nobody@example.org"),
        (["--user", "ann", "--disable"], "--disable is for"), (["--user", "ann", "--value", "x"], "needs --setting"),
        (["--setting", "colour"], "colour"), (["--delegation", "none"], "mandate delegations list"),
    ]) func badQuestionsAreRefused(_ words: [String], _ sentence: String) async throws {
        let answer = try await shell().run(["audit", "impact"] + words)
        #expect(answer.status != 0 && answer.status != 1 && answer.err.contains(sentence), "\(answer.err)")
    }
}
