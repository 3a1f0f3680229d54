import Foundation
import Relay
import Testing
@testable import Main

/// A finding that somebody lets be for a time, as the auditor types it.
struct AcknowledgeTests {
    private func findings(_ shell: Shell, _ more: String = "") async throws -> [[String: Any]] {
        let answer = await shell.run("audit unauthorized --no-near-misses --format json \(more)")
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
    }

    private func lost() async throws -> Shell {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id 1 --no-secret --secret-expires 2029-01-01 --domain example.org",
            "grants add g --application app --kind app-only", "mailboxes add m@example.org --grant g",
            "settings set EMAIL_FROM_USER_ID m@example.org", "settings set EMAIL_ADMINISTRATOR_USER_ID lost@example.org")
        return shell
    }

    @Test func itIsCountedAndNotListedUntilItsTimeIsOver() async throws {
        let shell = try await lost()
        let id = try #require(try await findings(shell).first?["id"] as? String)
        try await shell.set("audit acknowledge \(id) --reason waits --until 2026-12-24")
        let answer = await shell.run("audit unauthorized --no-near-misses")
        #expect(answer.status == 0 && answer.out.isEmpty && answer.err.contains("1 acknowledged"), "\(answer)")
        #expect((try await findings(shell, "--acknowledged").first?["acknowledged"] as? String)?.contains("waits") == true)
        #expect(await shell.run(["audit", "unauthorized"], at: DocumentDate.date("2026-12-25")).status == 1)
        let journal = await shell.run("audit journal --kind changed --format json").out
        #expect(journal.contains("acknowledged") && journal.contains("waits") && journal.contains(id))
    }

    @Test func itIsTakenBackByTheAddressToo() async throws {
        let shell = try await lost()
        try await shell.set("audit acknowledge lost@example.org --reason waits")
        #expect(await shell.run("audit unauthorized").status == 0)
        try await shell.set("audit acknowledge lost@example.org --withdraw")
        #expect(await shell.run("audit unauthorized").status == 1)
        #expect(await shell.run("audit acknowledge lost@example.org --withdraw").err.hasPrefix("unchanged"))
    }

    @Test(arguments: [
        ("audit acknowledge nobody@example.org --reason x", "there is no finding"), ("audit acknowledge lost@example.org", "--reason"),
        ("audit acknowledge lost@example.org --reason x --until 2020-01-01", "over already"),
        ("audit acknowledge lost@example.org --reason x --until 2031-01-01", "a year at most"),
        ("audit unauthorized nobody@example.org", "no finding is called"),
        ("audit unauthorized --class theirs", "ours"),
    ])
    func whatCannotBeIsSaid(_ words: String, _ sentence: String) async throws {
        let answer = await (try await lost()).run(words)
        #expect(answer.status > 1 && answer.err.contains(sentence), "\(answer.err)")
    }

    @Test func allAddressesOfAFindingAreListed() async throws {
        let shell = try await lost()
        try await shell.set("delegations grant m@example.org lost@example.org", "grants set g --disable")
        #expect(try await findings(shell).map { $0["addresses"] as? Int } == [2], "one grant, two addresses")
        #expect(try await findings(shell, "--addresses").count == 2)
        let id = try #require(try await findings(shell).first?["id"] as? String)
        let answer = await shell.run("audit unauthorized \(id) --format csv")
        #expect(answer.status == 0 && answer.out.contains("lost@example.org") && answer.out.contains("m@example.org"))
    }
}
