internal import Web
internal import Mail
internal import Relay

/// How trying a mailbox came out, step by step.
struct CheckView: Sendable {
    static let routes: [ConsoleRoute] = [
        .post("/mailboxes/{id}/check") { request in .page(try await CheckView(request).page()) },
        .post("/mailboxes/{id}/resume") { request in try await CheckView(request).resume(.mailbox(MailboxID(trusted: request.path("id"))))
        },
        .post("/families/{id}/resume") { request in try await CheckView(request).resume(.family(FamilyID(trusted: request.path("id")))) },
    ]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func resume(_ row: ConcreteMailbox.Row) async throws -> ConsoleAnswer {
        let isLifted = try await StandingController(dependencies: request.dependencies, person: request.person).resume(row)
        return .redirect(request.back(or: "/tokens"), isLifted ? .good("Resumed: mail tries it again.") : .wait("Nothing stops it."))
    }

    private func page() async throws -> Page {
        guard let kind = CheckKind(rawValue: request.form.raw("check")) else {
            throw Problem(.invalid, "the check is one of \(CheckKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let mailbox = request.directory.mailbox(MailboxID(trusted: request.path("id"))) else {
            throw Problem(
                .notFound, "there is no such mailbox", fix: "of a family each address is one: `mandate mailboxes check ADDRESS` tries it")
        }
        let report = await request.dependencies.operations.checker.check(mailbox, kind, by: request.person)
        return Page(
            "check", "\(kind.title) of \(mailbox.address)",
            [
                "mailbox": [
                    "id": .text(PercentCoding.encode(mailbox.id.text)), "address": .text(mailbox.address.description),
                    "href": .text(mailbox.place),
                ],
                "check": .text(kind.rawValue), "command": .text(command(kind, mailbox)), "result": result(report, kind),
                "checks": .list(report.steps.map(step)), "from": from(report, kind),
                "wants_reading": .flag(kind == .incoming && couldAskForReading(report, mailbox)), "is_read": .flag(mailbox.isRead),
            ])
    }

    /// A person consented to sending alone, and can be asked for more. Where a token was had, there is a second step, and a consent would mend nothing.
    private func couldAskForReading(_ report: CheckReport, _ mailbox: Mailbox) -> Bool {
        !report.isGood && report.steps.count == 1 && request.directory.source(of: mailbox.grant)?.takesConsent == true
    }

    private func command(_ kind: CheckKind, _ mailbox: Mailbox) -> String {
        ("mandate mailboxes check \(mailbox.address.description.shellQuoted)" + (kind == .signIn ? "" : " --\(kind.rawValue)")).pasteable
    }

    private func result(_ report: CheckReport, _ kind: CheckKind) -> DocumentValue {
        if let failed = report.steps.first(where: { !$0.isGood }) {
            return ["kind": "bad", "word": "It does not work", "sentence": .text(failed.detail.sentence)]
        }
        guard !report.steps.isEmpty else {
            return ["kind": "bad", "word": "It could not be tried", "sentence": "Its grant has no application or provider."]
        }
        let sentence =
            switch kind {
            case .signIn: "The mailbox can send. Nothing was sent."
            case .outgoing: "A test message to the mailbox itself was taken."
            case .incoming: "The mailbox can be read. Nothing was read."
            }
        return ["kind": "good", "word": "It works", "sentence": .text(sentence)]
    }

    private func step(_ step: CheckReport.Step) -> DocumentValue {
        [
            "name": .text(step.stage.rawValue), "outcome": step.isGood ? Words.badge("good", "works") : Words.badge("bad", "failed"),
            "detail": .text(step.detail.sentence), "fix": Words.steps(step.fix),
        ]
    }

    private func from(_ report: CheckReport, _ kind: CheckKind) -> DocumentValue {
        guard kind == .outgoing, let planned = report.planned else { return .null }
        guard let actual = report.actual else {
            return [
                "planned": .text(planned), "actual": nil, "match": Words.badge("off", "see above"),
                "about": "The steps say what is known of the From that the test message arrived with.",
            ]
        }
        let isSame = planned.lowercased() == actual.lowercased()
        return [
            "planned": .text(planned), "actual": .text(actual),
            "match": isSame ? Words.badge("good", "the same") : Words.badge("bad", "not the same"),
            "about": .text(
                isSame
                    ? "The provider kept what was written."
                    : "The standing of this pair is now rewritten, so mail from \(planned) takes the next route."),
        ]
    }
}

extension CheckKind {
    fileprivate var title: String {
        switch self {
        case .signIn: "Sign-in"
        case .outgoing: "Outgoing mail"
        case .incoming: "Incoming mail"
        }
    }
}
