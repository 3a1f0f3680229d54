import Foundation
import Relay
import Testing
@testable import Main

/// What is wrong with what was decided, as the auditor types it; and whoever follows one of the commands has it off the list.
struct LintTests {
    private func found(_ shell: Shell) async throws -> [(rule: String, what: String, fix: [String])] {
        let answer = await shell.run("audit lint --format json")
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
        return rows.map { ($0["rule"] as? String ?? "", $0["what"] as? String ?? "", $0["fix"] as? [String] ?? []) }
    }

    /// A company in which nothing is wrong.
    private func house() async throws -> Shell {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id 1 --no-secret --secret-expires 2029-01-01 --domain example.org",
            "grants add g --application app --kind app-only", "mailboxes add m@example.org --grant g",
            "mailboxes add n@example.org --grant g",
            "users add ann --address ann@example.org", "delegations grant m@example.org ann@example.org",
            "settings set EMAIL_FROM_USER_ID m@example.org", "settings set EMAIL_ADMINISTRATOR_USER_ID n@example.org",
            "settings set AD_HOC_EMAIL_FROM_ADDRESS ann")
        return shell
    }

    @Test func aHouseInOrderHasNone() async throws {
        let answer = await (try await house()).run("audit lint")
        #expect(answer.status == 0 && answer.out.isEmpty && answer.err.contains("nothing is wrong"), "\(answer.out)\(answer.err)")
    }

    /// What is done, the rule that finds it, and what it speaks of.
    private static let cases: [(deeds: [String], rule: String, what: String)] = [
        (["delegations deny m@example.org ann@example.org"], "contradiction", "delegation of ann@example.org"),
        (["delegations deny * ann@example.org"], "contradiction", "delegation of ann@example.org"),
        (["delegations allow m@example.org ann@example.org --kind on-behalf"], "shadowed", "delegation of ann@example.org"),
        (["mailboxes add --family n@example.org --name fam --grant g"], "shadowed", "family fam"),
        (["delegations grant n@example.org ann@example.org"], "ambiguous", "address ann@example.org"),
        (
            ["mailboxes add --family @x.example.org --name one --grant g", "mailboxes add --family @x.example.org --name two --grant g"],
            "ambiguous", "families of @x.example.org"
        ),
        (["grants add idle --application app --kind app-only"], "unused", "grant idle"),
        (["applications add idle --provider google --client-id 2 --no-secret"], "unused", "application idle"),
        (["users add bob --address ann@example.org"], "shared-address", "address ann@example.org"),
        (["users add bob"], "no-address", "users"),
        (["settings set intake in@example.org", "clients add c --notice-address in@example.org --uid 7"], "loop", "client c"),
        (
            ["settings set intake in@example.org", "clients add c --uid 7", "clients limit c --author-if-unusable in@example.org"], "loop",
            "client c"
        ),
    ]

    @Test(arguments: cases.indices) func eachIsFoundAndMended(_ index: Int) async throws {
        let (deeds, rule, what) = Self.cases[index]
        let shell = try await house()
        for deed in deeds { try await shell.set(deed) }
        let rows = try await found(shell)
        let row = try #require(rows.first { $0.rule == rule && $0.what.hasPrefix(what) }, "\(rows)")
        #expect(await shell.run("audit lint --rule \(rule)").status == 1)
        let line = try #require(row.fix.last)
        let words = try #require(ShellLine.words(line))
        let answer = await shell.run(ShellLine.filled(words))
        #expect(answer.status == 0, "\(line): \(answer.err)")
        let left = try await found(shell)
        #expect(!left.contains { $0.rule == rule && $0.what == row.what && $0.fix == row.fix }, "\(line): \(left)")
    }
}
