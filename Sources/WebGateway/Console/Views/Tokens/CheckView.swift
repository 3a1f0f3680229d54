internal import Mail
internal import Relay

/// How trying a mailbox came out, step by step.
struct CheckView: Sendable {
    static let routes: [ConsoleRoute] = [.post("/mailboxes/{id}/check") { visit in .page(try await CheckView(visit).page()) }]

    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    private func page() async throws -> Page {
        guard let kind = CheckKind(rawValue: visit.form["check"] ?? "") else {
            throw Problem(.badRequest, "the check is sign-in, outgoing or incoming")
        }
        guard let mailbox = visit.directory.mailbox(MailboxID(trusted: visit.path("id"))) else {
            throw Problem(
                .notFound, "there is no such mailbox; of a family, each address is one, which `mandate mailboxes check ADDRESS` tries")
        }
        let report = await visit.office.operations.check(mailbox, kind, visit.person)
        let option = kind == .signIn ? "" : " --\(kind.rawValue)"
        return Page(
            "check", "Test of \(mailbox.address)",
            [
                "mailbox": ["id": .text(PercentCoding.encode(mailbox.id.text)), "address": .text(mailbox.address.description)],
                "check": .text(kind.rawValue),
                "command": .text("mandate mailboxes check \(mailbox.address)\(option)"), "result": result(report, kind),
                "checks": .list(report.steps.map(step)), "from": from(report),
            ])
    }

    private func result(_ report: CheckReport, _ kind: CheckKind) -> DocumentValue {
        guard report.isGood else {
            return ["kind": "bad", "word": "It does not work", "sentence": "The last step says why, and what to do."]
        }
        let sentence =
            switch kind {
            case .signIn: "The mailbox can send. Nothing was sent."
            case .outgoing: "A test message to the mailbox itself was taken."
            case .incoming: "The mailbox can be read."
            }
        return ["kind": "good", "word": "It works", "sentence": .text(sentence)]
    }

    private func step(_ step: CheckReport.Step) -> DocumentValue {
        let commands = step.fix.filter(\.isCommand)
        let words = step.fix.filter { !$0.isCommand }
        return [
            "name": .text(step.name), "outcome": Words.badge(step.isGood ? "good" : "bad", step.isGood ? "good" : "failed"),
            "detail": .text(step.detail.sentence),
            "fix": words.isEmpty ? .null : .text(words.joined(separator: "; ").sentence),
            "fix_command": commands.isEmpty ? .null : .text(commands.joined(separator: "\n")),
        ]
    }

    private func from(_ report: CheckReport) -> DocumentValue {
        guard let planned = report.planned, let actual = report.actual else { return .null }
        let isSame = planned.lowercased() == actual.lowercased()
        return [
            "planned": .text(planned), "actual": .text(actual),
            "match": Words.badge(isSame ? "good" : "bad", isSame ? "the same" : "not the same"),
            "about": .text(isSame ? "The provider kept it." : "The standing of this pair is now rewritten, so mail takes the next route."),
        ]
    }
}

extension String {
    /// Something to type, at our command line or in PowerShell.
    fileprivate var isCommand: Bool {
        hasPrefix("mandate ") || hasPrefix("  ") || firstMatch(of: /^(Set|Add|New|Get|Grant|Test)-[A-Z]/) != nil
    }
}
