import Foundation
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
