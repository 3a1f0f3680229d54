import Foundation
import Relay
import SQLiteEngine
import Store
import TestSupport
import Testing

@testable import Main

/// What is said of a company is what a message would meet in it, and each step that is advised leads on.
struct AuditCaseTests {
    @Test func eachCompanyIsToldWhatIsWrongWithItAndNothingElse() throws {
        for example in try AuditCase.all() {
            let report = example.report
            let rows = report.rows.sorted { $0.address < $1.address }.map {
                ([$0.address] + AuditCase.words($0.remedy)).joined(separator: "\n  ")
            }
            #expect(rows == example.expected.unauthorized, "\(example.name)")
            for (address, reason) in example.expected.reasons {
                #expect(report.rows.first { $0.address == address }?.reason == reason, "\(example.name)")
            }
            #expect(report.byChoice == example.expected.chosen, "\(example.name)")
            let near = report.nearMisses.map {
                "\($0.kind.rawValue) \($0.subject): \(AuditCase.words($0.remedy).joined(separator: "; "))"
            }
            #expect(near == example.expected.near, "\(example.name)")
            let findings = example.examination.findings.map { "\($0.what): \($0.trouble)" }
            let areExpected =
                findings.count == example.expected.findings.count
                && zip(findings, example.expected.findings).allSatisfy { $0.hasPrefix($1) }
            #expect(areExpected, "\(example.name): \(findings.joined(separator: "\n"))")
            #expect(example.examination.findings.allSatisfy { !$0.fix.isEmpty }, "\(example.name): each says what to do")
        }
    }

    /// A command that is advised is one that there is, with the arguments that it takes.
    @Test func everyCommandThatIsAdvisedParses() async throws {
        var lines: Set<String> = []
        for example in try AuditCase.all() {
            lines.formUnion(example.report.rows.flatMap(\.remedy.lines) + example.report.nearMisses.flatMap(\.remedy.lines))
            lines.formUnion(example.examination.findings.flatMap(\.fix))
        }
        lines.formUnion(try decided())
        let commands = lines.sorted().compactMap { line in ShellLine.words(line).map { (line, ShellLine.filled($0)) } }
        #expect(commands.count > 30)
        // Where there is no store nothing is done, and only what cannot be read is a slip of usage.
        let shell = try Shell()
        for (line, words) in commands {
            let answer = await shell.run(words)
            #expect(answer.status != 0 && answer.status != 64, "\(line): \(answer.err)")
        }
    }

    /// What is said of each pair in the companies that decisions are tried with, where far more is struck out.
    private func decided() throws -> [String] {
        var lines: [String] = []
        for folder in try FixtureFolder.all(in: "decide") {
            let root = try DirectoryFile.value(of: folder.text("case.yaml"), folder.name)
            guard case .text(let file)? = root["directory"] else { continue }
            var value = try DirectoryFile.value(of: folder.text(file), file)
            if let change = root["with"] { value = value.overlaid(by: change) }
            let document = try DirectoryDocument(value)
            let snapshot = Snapshot(directory: document.directory, conditions: document.conditions)
            let examination = Examination(snapshot, uses: [:], at: AuditCase.now)
            lines += examination.findings.flatMap(\.fix)
            lines += SenderRights(snapshot, at: AuditCase.now).rights().flatMap(\.effective.steps)
            let report = UnauthorizedReport(
                directory: document.directory, conditions: document.conditions, sightings: [], now: AuditCase.now)
            lines += report.rows.flatMap(\.remedy.lines)
        }
        return lines
    }

    /// Whoever obeys is not told the same again: the address is gone from the list, or the next step is another.
    @Test(.timeLimit(.minutes(20))) func followedAdviceLeadsOn() async throws {
        var followed = 0
        for example in try AuditCase.all() {
            for row in example.report.rows {
                for step in row.remedy.steps where step.kind == .command {
                    guard let words = ShellLine.words(step.line), !Self.asksAProvider(words) else { continue }
                    let shell = try await Shell.withStore()
                    try await example.settle(in: shell)
                    let answer = await shell.run(ShellLine.filled(words), at: AuditCase.now)
                    #expect(answer.status == 0, "\(example.name): \(step.line): \(answer.err)")
                    let left = try await example.report(of: shell).rows.first { $0.address == row.address }
                    #expect(left?.remedy != row.remedy, "\(example.name): \(step.line)")
                    followed += 1
                }
            }
        }
        #expect(followed > 20)
    }

    private static func asksAProvider(_ words: [String]) -> Bool {
        [["standings", "probe"], ["grants", "authorize"], ["mailboxes", "check"]].contains(Array(words.prefix(2)))
    }
}

extension AuditCase {
    /// As the store of a shell has it.
    func settle(in shell: Shell) async throws {
        let live = shell.live()
        let vault = try KeyFile.vault(for: shell.store, live)
        let store = try await SQLiteStore.open(at: shell.store, vault: vault, random: { live.randomBytes($0) })
        let before = try await store.directory()
        let keys = Set(start.entities.map(\.key))
        let gone = EntityKind.allCases.flatMap { kind in before.entities(kind).map(\.key) }.filter { !keys.contains($0) }
        let changes = start.entities.map { DirectoryChange.put($0) } + gone.map { .remove($0) }
        _ = try await store.apply(DirectoryEdit(changes, by: "test", at: shell.now, cascades: true))
        try await store.observe(start.observations, journal: [])
        try await store.close()
    }

    func report(of shell: Shell) async throws -> UnauthorizedReport {
        try await shell.read { store in
            UnauthorizedReport(
                directory: try await store.directory(), conditions: try await store.conditions(of: nil), sightings: sightings, now: Self.now
            )
        }
    }
}
