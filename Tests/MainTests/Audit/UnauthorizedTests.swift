import Foundation
import Mail
import Relay
import Testing
@testable import Main

struct UnauthorizedTests {
    private func rows(_ shell: Shell, at date: Date? = nil) async throws -> [[String: Any]] {
        let answer = await shell.run(["audit", "unauthorized", "--format", "json"], at: date)
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
    }

    private func row(_ rows: [[String: Any]], _ address: String) -> [String: Any]? {
        rows.first { $0["address"] as? String == address && $0["finding"] as? String == "unauthorized" }
    }

    @Test func aStoreWithNothingHasNothingToFind() async throws {
        let answer = await (try await Shell.withStore()).run("audit unauthorized")
        #expect(answer.status == 0)
        #expect(answer.out.isEmpty)
    }

    @Test func everyUseOfAnAddressWithoutARouteIsNamed() async throws {
        let shell = try await Shell.withCompany()
        try await shell.set(
            "settings set AD_HOC_EMAIL_FROM_ADDRESS ad@hoc.example", "settings set EMAIL_ADMINISTRATOR_USER_ID nobody",
            "clients limit printer --address scan@example.org --author-if-unusable scan@example.org",
            "users add dora --address dora@staff.example.org")
        #expect(await shell.run("audit unauthorized").status == 1)
        let rows = try await rows(shell)
        #expect(row(rows, "ad@hoc.example")?["used_in"] as? [String] == ["AD_HOC_EMAIL_FROM_ADDRESS"])
        #expect((row(rows, "nobody")?["reason"] as? String)?.contains("names no user") == true)
        #expect(row(rows, "scan@example.org")?["used_in"] as? [String] == ["client printer"])
        #expect(row(rows, "ann@example.org") == nil, "nobody uses it, and somebody has forbidden it")
        #expect(row(rows, "robert@example.org")?["used_in"] as? [String] == ["user bob"])
        #expect(
            row(rows, "robert@example.org")?["provider_fix"] as? String
                == "Add-RecipientPermission robert@example.org -Trustee tracker@example.org -AccessRights SendAs")
        #expect(
            row(rows, "robert@example.org")?["our_fix"] as? String
                == "mandate delegations allow tracker@example.org robert@example.org --kind send-as")
        for address in ["bob@example.org", "tracker@example.org", "dora@staff.example.org"] where address != "dora@staff.example.org" {
            #expect(row(rows, address) == nil, "\(address)")
        }
        // The family's tenant is not known to sign for its domain.
        #expect((row(rows, "dora@staff.example.org")?["our_fix"] as? String)?.contains("--domain staff.example.org") == true)
    }

    @Test func nearMissesAreNotFindings() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id 1 --no-secret --secret-expires 2026-12-01",
            "grants add g --application app --kind app-only", "mailboxes add m@example.org --grant g",
            "delegations grant m@example.org fresh@example.org", "users add m --address m@example.org")
        let answer = await shell.run("audit unauthorized")
        #expect(answer.status == 0)
        let rows = try await rows(shell)
        #expect(Set(rows.compactMap { $0["finding"] as? String }) == ["alignment-unknown", "secret-expiring"])
        #expect(await shell.run("audit unauthorized --no-near-misses").out.isEmpty)
    }

    @Test func oneMailboxForManyIsANearMiss() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider google --client-id 1 --no-secret --secret-expires 2028-01-01 --domain example.org",
            "grants add g --application app --kind app-only", "mailboxes add m@example.org --grant g")
        let directory = try await shell.directory()
        let mailbox = try #require(directory.allMailboxes.first { _ in true })
        let account = try #require(directory.account(of: mailbox))
        for (count, isFound) in [(20, false), (21, true)] {
            var changed = directory
            var observations: [Observation] = []
            for number in 0..<count {
                let address = try EmailAddress("a\(number)@example.org")
                let delegation = Delegation(
                    id: DelegationID(trusted: "d\(number)"), mailbox: mailbox.id, covers: .address(address), kind: .sendAs, grantedBy: "t",
                    grantedAt: shell.now)
                changed.apply([.put(.delegation(delegation))], edition: Edition(9))
                observations.append(
                    .standing(StandingKey(account, from: address, transport: .smtp), .proven(at: shell.now, how: "t")))
            }
            let report = UnauthorizedReport(directory: changed, conditions: Conditions(observations), sightings: [], now: shell.now)
            #expect(report.rows.isEmpty)
            #expect(report.nearMisses.contains { $0.kind == .oneForMany && $0.count == 21 } == isFound)
        }
    }

    @Test func trafficIsCountedAndDated() throws {
        let address = try EmailAddress("gone@example.org")
        let first = Date(timeIntervalSince1970: 1000), last = Date(timeIntervalSince1970: 5000)
        let sightings = [
            SightingTotal(address: address, role: .author, first: first, last: last, count: 7, lastOutcome: "no-route"),
            SightingTotal(address: address, role: .from, first: first, last: first, count: 2, lastOutcome: "sent"),
        ]
        let report = UnauthorizedReport(directory: Directory(), conditions: Conditions(), sightings: sightings, now: last)
        let row = try #require(report.rows.first)
        #expect(row.usedIn == ["traffic"] && row.count == 7 && row.firstSeen == first && row.lastSeen == last)
        #expect(row.remedy.ours.hasPrefix("mandate audit journal --as gone@example.org "))
    }

    @Test func whatSomebodyHasChosenIsCounted() async throws {
        let shell = try await Shell.withCompany()
        #expect(await shell.run("audit unauthorized").err.contains("1 as somebody has chosen"))
        try await shell.set("settings set mode reply-to", "mailboxes add ann@example.org --grant person")
        let answer = await shell.run("audit unauthorized")
        #expect(answer.status == 0 && answer.err.contains("every address in use has a route"), "\(answer.out)\(answer.err)")
    }
}
