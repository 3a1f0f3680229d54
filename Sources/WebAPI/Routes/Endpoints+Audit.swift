internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    private static let group = "Audit"
    private static let format = Endpoint.Parameter.query("format", .choice(["json", "csv"]), "json unless said otherwise")

    private static func table(_ name: String) -> [(type: String, schema: Schema)] {
        [("application/json", .page(of: .named(name))), ("text/csv", .text())]
    }

    static let audit: [Endpoint] = [
        Endpoint(
            .get, "/v1/audit/unauthorized", in: group, "Addresses that are used and not authorised",
            about: "With what to do, at the provider and here.",
            for: .readers,
            parameters: [format, .query("near", .choice(["true", "false"]), "also what works today and may not tomorrow")]
                + WebTable.paging,
            promises: [.init(.ok, "one row for each address", shapes: table("Finding"))]
        ) { request in
            let report = try await report(request)
            var table = WebTable([
                "finding", "address", "used_in", "reason", "first_seen", "last_seen", "count", "provider_fix", "our_fix",
            ])
            for row in report.rows {
                table.add([
                    "unauthorized", .text(row.address), DocumentValue(row.usedIn), .text(row.reason), DocumentValue(row.firstSeen),
                    DocumentValue(row.lastSeen), DocumentValue(row.count), .text(row.remedy.provider), .text(row.remedy.ours),
                ])
            }
            for miss in try request.query.flag("near") ? report.nearMisses : [] {
                table.add([
                    .text(miss.kind.rawValue), .text(miss.subject), [], .text(miss.reason), nil, nil, DocumentValue(miss.count),
                    .text(miss.remedy.provider), .text(miss.remedy.ours),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/senders", in: group, "Who may send as whom, and through what", for: .readers,
            parameters: [
                format, .query("as", .text(format: "email"), "only what lets someone send as this address"),
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
            .get, "/v1/audit/journal", in: group, "What was accepted, attempted, handed out, refused and changed, and who came in",
            about: "As CSV it is written whole, as JSON page by page.", for: .readers,
            parameters: [
                format, .query("from", .line, "what was written to From"), .query("as", .line, "whom it was meant to be from"),
                .query("recipient", .line, "a recipient"), .query("mailbox", .line, "the login that carried it"),
                .query("message", .line, "a message, by id"),
                .query("kind", .choice(JournalEntry.Kind.self), "entries of this kind alone"), .query("since", .text(), DocumentDate.form),
                .query("until", .text(), DocumentDate.form),
                .query("after", .line, "the cursor that came with the page before"),
                .query("limit", .number(1...1000), "100 unless said otherwise"),
            ],
            promises: [.init(.ok, "in the order written", shapes: table("Entry"))]
        ) { request in try await JournalController(request).answer() },
        Endpoint(
            .post, "/v1/audit/verify", in: group, "Prove that the journal is whole",
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
            .get, "/v1/audit/unreported", in: group, "Tokens that were handed out and never reported on", for: .readers,
            parameters: [format, .query("minutes", .number(0...100_000), "older than so many; 15 unless said otherwise")] + WebTable.paging,
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

    private static func report(_ request: APIRequest) async throws -> UnauthorizedReport {
        let sightings = try await request.dependencies.store.sightings()
        let snapshot = request.dependencies.snapshots.current
        let withoutSecret = try await request.dependencies.store.applicationsWithoutSecret(snapshot.directory)
        let now = request.now
        // A million addresses take a second or two, on a thread that others do not wait for.
        return try await Aside.run {
            UnauthorizedReport(
                directory: snapshot.directory, conditions: snapshot.conditions, sightings: sightings, now: now,
                withoutSecret: withoutSecret)
        }
    }

    static let about: [Endpoint] = [
        Endpoint(
            .get, "/v1/me", in: "About", "Who am I", for: .signedIn,
            promises: [.init(.ok, "the client whose key this is", .named("Client"))]
        ) { request in .json(DirectoryController.document(.client(try request.client))) }
    ]
}
