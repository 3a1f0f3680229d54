import Foundation
import Mail
import Relay
import Store
import Testing
import TestSupport

@testable import Main

/// A company of about a hundred addresses in which each thing that can be the matter is the matter once: an auditor is told of all of it and of nothing else, and has it
/// mended by following what the reports say.
struct AuditorTests {
    /// By hand in `expected.yaml`, and as the report has it.
    private struct Finding: Hashable, CustomStringConvertible {
        let what: [String]
        let code: String
        let belonging: String
        var isHarmless = false

        var description: String { "\(what.joined(separator: ", ")): \(code), \(belonging)\(isHarmless ? ", harmless" : "")" }
    }

    private func expected() throws -> (findings: Set<Finding>, chosen: Int, near: Set<String>) {
        let text = try FixtureFolder.at("auditor").text("expected.yaml")
        let root = try DocumentReader(DirectoryFile.value(of: text, "expected.yaml")).fields(["unauthorized", "chosen", "near"])
        let findings = try root.items("unauthorized").map { item in
            let fields = try item.fields(["address", "addresses", "users", "of", "code", "class", "harmless"])
            let what =
                try fields["address"].map { [try $0.text()] } ?? fields["of"].map {
                    [try $0.text(), "\(try fields.required("users").number(in: 1...99))"]
                }
                ?? fields.items("addresses").map { try $0.text() }
            return Finding(
                what: what, code: try fields.required("code").text(), belonging: try fields.required("class").text(),
                isHarmless: try fields["harmless"]?.flag() ?? false)
        }
        let near = try root.items("near").map { item in
            let fields = try item.fields(["kind", "subject", "count"])
            return
                "\(try fields.required("kind").text()) \(try fields.required("subject").text()) \(try fields.required("count").number(in: 1...99))"
        }
        return (Set(findings), Int(try root.required("chosen").number(in: 0...99)), Set(near))
    }

    @Test func eachThingIsToldOfAndNothingElse() async throws {
        try await AuditorHouse.with { house in
            let report = try await house.shell.read { store in
                let snapshot = Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil))
                return try await AuditEvidence(snapshot, from: store).unauthorized(at: house.clock.now)
            }
            let found = report.findings.map { finding in
                let what: [String]
                switch finding.cause {
                case .setting: what = [report.row(of: finding).address]
                case .users(let domain): what = [domain.ascii, "\(finding.users)"]
                default: what = finding.addresses.map(\.description).sorted()
                }
                return Finding(
                    what: what, code: finding.code.rawValue, belonging: finding.belonging.rawValue, isHarmless: finding.isHarmless)
            }
            let expected = try expected()
            #expect(Set(found).subtracting(expected.findings).map(\.description).sorted() == [], "told of, and not the matter")
            #expect(expected.findings.subtracting(found).map(\.description).sorted() == [], "the matter, and not told of")
            #expect(found.count == expected.findings.count)
            #expect(report.byChoice == expected.chosen)
            let near = Set(report.nearMisses.map { "\($0.kind.rawValue) \($0.subject) \($0.count)" })
            #expect(near.subtracting(expected.near).sorted() == [] && expected.near.subtracting(near).sorted() == [])
            // What mail meets comes first, of what somebody should see to.
            let traffic = report.findings.filter(\.isOpen).map(\.isInTraffic)
            #expect(traffic == traffic.filter { $0 } + traffic.filter { !$0 })
        }
    }

    @Test(.timeLimit(.minutes(5))) func whoHasOnlyTheReportsMendsAllOfIt() async throws {
        try await AuditorHouse.with { house in
            var walk = AuditorWalk(house)
            try await walk.mend(["audit", "unauthorized"])
            let answer = await house.run(["audit", "unauthorized"])
            #expect(answer.status == 0, "\(answer.out)\(answer.err)\n\(walk.story.joined(separator: "\n"))")
            try await walk.mend(["audit", "lint"])
            let lint = await house.run(["audit", "lint"])
            #expect(lint.status == 0, "\(lint.out)\(lint.err)\n\(walk.story.joined(separator: "\n"))")
        }
    }
}
