package import Relay

/// A file of another program, as the API and the console get it: read first, then held against the directory, then done.
package struct SentImport: Sendable {
    private enum Content: Sendable {
        case users(UserImport, [ImportReport.Line])
        case things(ImportReading)
    }

    /// How it comes out; of a trial, how it would.
    package struct Outcome: Sendable {
        package let report: ImportReport
        /// What there is to say beside the lines.
        package let plan: Plan
    }

    package let kind: ImportKind
    package let choices: ImportChoices
    private let content: Content

    /// Lines that are kept of a file of users: more, nobody reads in an answer.
    package static let mostLines = 10_000

    /// Away from the threads that others wait for: a million lines take some seconds.
    package static func read(
        _ bytes: [UInt8], as kind: ImportKind, choices: ImportChoices, _ dependencies: WebDependencies
    ) async throws -> SentImport {
        let (xml, intake) = (dependencies.operations.xml, dependencies.directory.settings.intake)
        guard bytes.count <= kind.largest else {
            throw Problem(.tooLarge, "such a file has at most \(kind.largest) octets", fix: "send it in parts")
        }
        return try await Aside.run {
            guard kind == .users else {
                do throws(ImportFault) {
                    let reading = try ImportReader.read(bytes, as: kind, choices: choices, xml: xml)
                    return SentImport(kind: kind, choices: choices, content: .things(reading))
                } catch { throw Problem(.invalid, error.description, fix: "correct the file, and send it again") }
            }
            var users = UserImport(intake: intake, xml: xml)
            var lines: [ImportReport.Line] = []
            let note: UserImport.Note = { if lines.count < mostLines { lines.append($0) } }
            let piece = 1 << 20
            for start in stride(from: 0, to: bytes.count, by: piece) {
                users.read(Array(bytes[start..<min(start + piece, bytes.count)]), noting: note)
            }
            users.finish(noting: note)
            return SentImport(kind: kind, choices: choices, content: .users(users, lines))
        }
    }

    /// `isTrial`: nothing is changed.
    package func carryOut(by person: String, _ dependencies: WebDependencies, isTrial: Bool) async throws -> Outcome {
        let editor = dependencies.editor(for: person)
        switch content {
        case .things(let reading):
            let (done, report) = try await editor.importThings(reading, as: kind, choices: choices, isTrial: isTrial)
            return Outcome(report: report, plan: done.plan)
        case .users(let users, let lines):
            var report = ImportReport(most: Self.mostLines)
            for line in lines { report.add(line) }
            guard users.problemCount == 0 else {
                guard isTrial else { throw Problem(.invalid, Self.words(users), fix: "correct the file: nothing was changed") }
                return Outcome(report: report, plan: .unchanged("nothing can be taken before that is corrected"))
            }
            var start = 0
            do {
                _ = try await editor.importUsers(
                    users.users, isTrial: isTrial,
                    telling: { some, difference in
                        for line in users.lines(from: start, some, difference) { report.add(line) }
                        start += some.count
                    })
            } catch let failure as ImportFailure { throw failure.reason }
            return Outcome(report: report, plan: .unchanged(report.words))
        }
    }

    private static func words(_ users: UserImport) -> String {
        let first = users.problems.prefix(3).map { "line \($0.line): \($0.sentence)" }.joined(separator: "; ")
        return (users.problemCount == 1 ? "one line is wrong" : "\(users.problemCount) lines are wrong") + " (\(first))"
    }
}

extension Plan {
    /// What there is to know and to do, in sentences.
    package var advice: [String] {
        notes + warnings
            + next.map { step in
                switch step {
                case .command(let command): command
                case .consent(let grant): "mandate grants authorize \(grant.shellQuoted)".pasteable
                case .atProvider(let words): "at the provider: \(words)"
                }
            }
    }
}
