import Foundation
import TestSupport
import Testing

@testable import Main

/// Files of other programs, by command: a draft that changes nothing, the same done, and done again. A folder below `Fixtures/import/draft` is a case:
/// `arguments` of `mandate import`, the file, `report.csv`, and if need be `setup` (commands before it) and `then` (commands, and what they say, after it).
struct ImportDraftTests {
    static let cases: [FixtureFolder] = {
        do { return try FixtureFolder.all(in: "import/draft") } catch { return [] }
    }()

    private func line(_ folder: FixtureFolder) throws -> [String] {
        var words = try folder.text("arguments").split(whereSeparator: \.isWhitespace).map(String.init)
        words[1] = folder.url.appending(path: words[1]).path
        return ["import"] + words
    }

    @Test func thereAreCases() { #expect(Self.cases.count >= 10) }

    @Test(arguments: cases) func aDraftIsReadThenDone(_ folder: FixtureFolder) async throws {
        let shell = try await Shell.withCompany()
        if folder.has("setup") { for line in try folder.text("setup").split(separator: "\n") { try await shell.set(String(line)) } }
        let line = try line(folder)
        let edition = try await shell.edition()

        let draft = await shell.run(line + ["--format", "csv"])
        #expect(draft.status == 0, "\(draft.err)")
        let found = draft.out.replacing("\r\n", with: "\n")
        if try !folder.has("report.csv") || found != folder.text("report.csv") {
            try Data(found.utf8).write(to: FileManager.default.temporaryDirectory.appending(path: "\(folder.name).failed"))
            Issue.record("\(folder.name): \(found)")
        }
        #expect(try await shell.edition() == edition, "nothing is live before it is applied")
        for answer in [draft.out, draft.err] { #expect(!answer.contains("never-printed") && !answer.contains("hunter2")) }

        let done = await shell.run(line + ["--apply", "--format", "csv"])
        #expect(done.status == 0, "\(done.err)")
        #expect(done.out == draft.out, "what was shown is what was done")
        #expect(try await shell.edition() == edition + 1)

        let again = await shell.run(line + ["--apply", "--only", "new,changed", "--format", "csv"])
        #expect(again.status == 0 && again.out == "line,kind,thing,outcome,why\r\n", "\(again.out)")
        #expect(again.err.hasPrefix("unchanged: "), "\(again.err)")
        #expect(try await shell.edition() == edition + 1)
        try await checkWhatFollows(folder, shell)
        #expect(await shell.run("audit verify").status == 0)
    }

    /// What no file brings is asked for, once each, and those are all.
    @Test func accountsSayWhatIsStillToBeGiven() async throws {
        let shell = try await Shell.withCompany()
        let file = FixtureFolder.at("import/draft/email-oauth2-proxy").url.appending(path: "in.config").path
        let answer = await shell.run(["import", "email-oauth2-proxy", file, "--apply"])
        let steps = answer.err.split(separator: "\n").filter { $0.hasPrefix("next: ") }.map { $0.dropFirst("next: mandate ".count) }
        #expect(
            steps == [
                "applications set 'microsoft 11111111' --secret-from prompt", "applications set 'microsoft 99999999' --secret-from prompt",
                "mailboxes check robot@contoso.example", "grants authorize emil@contoso.example", "grants authorize fay@gmail.example",
                "grants authorize gus@yahoo.example",
            ], "\(answer.err)")
    }

    private func checkWhatFollows(_ folder: FixtureFolder, _ shell: Shell) async throws {
        guard folder.has("then") else { return }
        for line in try folder.text("then").split(separator: "\n") {
            let parts = line.split(separator: " | ").map(String.init)
            let answer = await shell.run(parts[0])
            #expect((answer.out + answer.err).contains(parts[1]), "\(parts[0]): \(answer.out)\(answer.err)")
        }
    }
}
