import Foundation
import Relay
import Testing
@testable import Main

/// Who answers for what, and what comes of looking at it again.
struct ReviewTests {
    private func rows(_ shell: Shell, _ more: [String] = [], at date: Date? = nil) async throws -> [[String: Any]] {
        let answer = await shell.run(["audit", "review", "--format", "json"] + more, at: date)
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
    }

    private func house() async throws -> Shell {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id 1 --no-secret --secret-expires 2029-01-01 --domain example.org",
            "grants add g --application app --kind app-only", "mailboxes add m@example.org --grant g",
            "delegations grant m@example.org ann@example.org", "clients add batch --uid 7")
        return shell
    }

    @Test func whatIsNobodysIsListedUntilSomebodyAnswersForIt() async throws {
        let shell = try await house()
        let before = try await rows(shell)
        #expect(Set(before.compactMap { $0["kind"] as? String }) == ["grant", "mailbox", "client"])
        #expect(before.contains { $0["why"] as? String == "nobody answers for it, nor for the right that it has" })
        for row in before {
            let kind = try #require(row["kind"] as? String), name = try #require(row["name"] as? String)
            try await shell.set("audit confirm \(kind) \(name) --owner desk --purpose tickets")
        }
        let answer = await shell.run("audit review")
        #expect(answer.status == 0 && answer.out.isEmpty, "\(answer)")
        let all = try await rows(shell, ["--all"])
        #expect(all.count == 4 && all.allSatisfy { $0["owner"] as? String == "desk" })
        #expect(all.count { $0["purpose"] as? String == "tickets" } == 3, "what a right is for is its own")
        #expect(await shell.run(["audit", "review"], at: shell.now.addingTimeInterval(366 * 86_400)).status == 1)
        let export = await shell.run("export").out
        #expect(export.contains("owner: desk") && export.contains("review: "))
    }

    /// Said as the thing is made; and whoever makes it again and does not say so takes nobody's name away, nor is a right a new one for it.
    @Test func whoMakesAThingSaysWhoAnswersForIt() async throws {
        let shell = try await house()
        try await shell.set(
            "grants add h --application app --kind app-only --owner IT",
            "mailboxes add n@example.org --grant h --owner desk --used-for scans",
            "clients add cron --uid 8 --owner ops --used-for nightly --review 2027-01-31",
            "delegations allow m@example.org bob@example.org --kind send-as --owner bob")
        let export = await shell.run("export").out
        for words in ["owner: IT", "owner: desk", "purpose: scans", "owner: ops", "purpose: nightly", "owner: bob"] {
            #expect(export.contains(words), "\(words)")
        }
        for again in [
            ["grants", "add", "h", "--application", "app", "--kind", "app-only"], ["mailboxes", "add", "n@example.org", "--grant", "h"],
            ["clients", "add", "cron", "--uid", "8"], ["delegations", "allow", "m@example.org", "bob@example.org", "--kind", "send-as"],
        ] {
            let answer = await shell.run(again, at: shell.now.addingTimeInterval(86_400))
            #expect(answer.status == 0 && answer.err.hasPrefix("unchanged"), "\(answer.err)")
        }
        #expect(await shell.run("export").out == export)
        let other = await shell.run(
            ["delegations", "allow", "m@example.org", "bob@example.org", "--kind", "send-as", "--owner", "team bob"],
            at: shell.now.addingTimeInterval(86_400))
        #expect(other.status == 0)
        #expect(await shell.run("export").out == export.replacing("owner: bob", with: "owner: team bob"), "it is as old as it was")
        try await shell.set("grants set h --owner both", "mailboxes set n@example.org --review 2027-02-01")
        #expect(await shell.run(["mailboxes", "set", "n@example.org", "--owner", ""]).status == 0)
        let after = await shell.run("export").out
        #expect(after.contains("owner: both") && after.contains("review: '2027-02-01T00:00:00Z'") && !after.contains("owner: desk"))
    }

    @Test func itIsNotConfirmedForNobodyNorForYesterday() async throws {
        let shell = try await house()
        #expect(await shell.run("audit confirm mailbox m@example.org").err.contains("name the owner"))
        #expect(await shell.run("audit confirm mailbox m@example.org --owner x --review 2020-01-01").err.contains("over already"))
        #expect(await shell.run("audit confirm mailbox nobody@example.org --owner x").status != 0)
    }

    @Test func whatIsRetiredSendsNoMore() async throws {
        let shell = try await house()
        let right = try #require(try await rows(shell, ["--all"]).first { $0["kind"] as? String == "delegation" }?["name"] as? String)
        try await shell.set("audit retire delegation \(right)", "audit retire client batch", "audit retire mailbox m@example.org")
        #expect(try await rows(shell, ["--all"]).compactMap { $0["kind"] as? String } == ["grant"])
        #expect(await shell.run("decide --from m@example.org").status != 0)
    }

    /// A hundred thousand rights of one mailbox are not a hundred thousand questions.
    @Test func whoAnswersForAMailboxAnswersForItsRights() async throws {
        let shell = try await house()
        try await shell.set("audit confirm mailbox m@example.org --owner desk")
        #expect(try await rows(shell).allSatisfy { $0["kind"] as? String != "delegation" })
    }

    @Test func whatNobodyHasUsedForAQuarterIsListed() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000), day = 86_400.0
        let stewardship = Stewardship(owner: "desk", review: now.addingTimeInterval(day))
        let client = Client(id: ClientID(trusted: "c"), name: "c", credential: .uid(1), stewardship: stewardship)
        let directory = Directory([.client(client)])
        func reasons(_ last: Double?) -> [Set<ReviewReport.Reason>] {
            let days = last.map { [client.id: now.addingTimeInterval(-$0 * day)] } ?? [:]
            return ReviewReport(directory, sightings: [], uses: [:], clientDays: days, at: now).rows.map(\.reasons)
        }
        #expect(reasons(89) == [[]] && reasons(91) == [[.unused]])
        #expect(reasons(nil) == [[]], "nothing is known of when it was used")
    }
}
