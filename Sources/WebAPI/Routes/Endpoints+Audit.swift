internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    static let auditGroup = "Audit"
    static let tableFormat = Endpoint.Parameter.query("format", .choice(["json", "csv"]), "json unless said otherwise")

    static func table(_ name: String) -> [(type: String, schema: Schema)] {
        [("application/json", .page(of: .named(name))), ("text/csv", .text())]
    }

    static let audit: [Endpoint] = [
        Endpoint(
            .get, "/v1/audit/lint", in: auditGroup, "Entries that contradict each other, are never chosen, or lead nowhere",
            about: "What people decided, whether or not anything has happened yet.", for: .readers,
            parameters: [tableFormat, .query("rule", .choice(LintRule.self), "only what this rule finds")] + WebTable.paging,
            promises: [.init(.ok, "one row for each", shapes: table("Lint"))]
        ) { request in
            let rule = try request.query.choice("rule", LintRule.self)
            var table = WebTable(["rule", "what", "trouble", "fix"])
            let findings = try await request.dependencies.reports.lint(at: request.now)
            for finding in findings where rule == nil || finding.rule == rule {
                table.add([
                    DocumentValue(finding.rule?.rawValue), .text(finding.what), .text(finding.trouble), DocumentValue(finding.fix),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/senders", in: auditGroup, "Who may send as whom, and through what", for: .readers,
            parameters: [
                tableFormat, .query("as", .text(format: "email"), "only what lets someone send as this address"),
                .query("mailbox", .line, "only this mailbox, by id"),
            ] + WebTable.paging,
            promises: [.init(.ok, "what the directory allows, with the standing", shapes: table("Right"))]
        ) { request in
            let rights = SenderRights(request.dependencies.snapshots.current, at: request.now).rights(
                as: try request.query.address("as"), through: request.query["mailbox"])
            var table = WebTable(["mailbox", "sends_as", "by", "standing", "effective", "why", "valid_until", "grant"])
            for right in rights {
                table.add([
                    .text(right.mailbox), .text(right.sendsAs), .text(right.by), .text(right.standing),
                    .text(right.effective.state.rawValue), .text(right.effective.reason), DocumentValue(right.validUntil),
                    DocumentValue(right.grant),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/journal", in: auditGroup, "What was accepted, attempted, handed out, refused and changed, and who came in",
            about: "As CSV it is written whole, as JSON page by page.", for: .readers,
            parameters: [
                tableFormat, .query("from", .line, "what was written to From"), .query("as", .line, "whom it was meant to be from"),
                .query("recipient", .line, "a recipient"), .query("mailbox", .line, "the login that carried it"),
                .query("message", .line, "a message, by id"),
                .query("kind", .choice(JournalEntry.Kind.self), "entries of this kind alone"),
                .query("since", .text(), DocumentDate.form),
                .query("until", .text(), DocumentDate.form),
                .query("after", .line, "the cursor that came with the page before"),
                .query("limit", .number(1...1000), "100 unless said otherwise"),
            ],
            promises: [.init(.ok, "in the order written", shapes: table("Entry"))]
        ) { request in try await JournalController(request).answer() },
        Endpoint(
            .post, "/v1/audit/verify", in: auditGroup, "Prove that the journal is whole",
            about: "Entries that were removed from its end can be seen with a checkpoint alone: `mandate audit verify --checkpoint`.",
            for: .readers,
            promises: [
                .init(
                    .ok, "whether it is",
                    .object([
                        .init("whole", .flag, required: true), .init("entries", .number(), required: true),
                        .init("broken", .optional(.text()), required: true), .init("words", .line, required: true),
                    ]))
            ]
        ) { request in
            let report = try await request.dependencies.operations.verifier.report()
            return .json([
                "whole": .flag(report.broken == nil), "entries": DocumentValue(report.entries), "broken": DocumentValue(report.broken),
                "words": .text(report.words),
            ])
        },
        Endpoint(
            .get, "/v1/audit/unreported", in: auditGroup, "Tokens that were handed out and never reported on", for: .readers,
            parameters: [tableFormat, .query("minutes", .number(0...100_000), "older than so many; 15 unless said otherwise")]
                + WebTable.paging,
            promises: [.init(.ok, "the oldest first", shapes: table("Handout"))]
        ) { request in
            let minutes = try request.query.number("minutes", in: 0...100_000, usual: 15)
            let found = try await request.dependencies.store.unreported(
                before: request.now.addingTimeInterval(-60 * Double(minutes)), limit: 1000)
            var table = WebTable(["handout", "client", "at", "expires", "login", "transport", "from"])
            for handout in found {
                table.add([
                    .text(handout.id.text), .text(handout.client.text), DocumentValue(handout.at), DocumentValue(handout.expires),
                    .text(handout.login),
                    .text(handout.transport.rawValue), DocumentValue(handout.from.map(\.description)),
                ])
            }
            return try table.reply(to: request)
        },
    ]

    static let about: [Endpoint] = [
        Endpoint(
            .get, "/v1/me", in: "About", "Who am I", for: .signedIn,
            promises: [.init(.ok, "the client whose key this is", .named("Client"))]
        ) { request in .json(DirectoryController.document(.client(try request.client))) }
    ]
}
