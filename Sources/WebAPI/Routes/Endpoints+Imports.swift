internal import Web
internal import HTTPTypes
internal import Relay

extension Endpoints {
    static let imports: [Endpoint] = [
        Endpoint(
            .post, "/v1/imports/{kind}", in: "Imports", "Import what another program knows",
            about: """
                The body is the file, whatever its media type: users as CSV, LDIF or XML; settings as XML or properties; permissions of Exchange as CSV; Gmail's list \
                of senders as JSON; Postfix's tables as text; the configuration of email-oauth2-proxy. Unless `apply` is true nothing is changed: the answer says of each \
                thing with its line whether it is new, changed, the same, or skipped and why. Secrets are never taken from a file.
                """,
            for: .administrators,
            parameters: [
                .path("kind", "one of " + ImportKind.allCases.map(\.rawValue).joined(separator: ", ")),
                .query("apply", .choice(["true", "false"]), "do it, all that can be taken or nothing"),
                .query("mailbox_grant", .line, "make mailboxes that are missing, through this grant"),
                .query("mailbox", .line, "whose list of senders it is, if no entry says so"),
                .query("delegation_kind", .choice(Delegation.Kind.self), "how they send, where the file does not say"),
                .query("format", .choice(["json", "csv"]), "json unless said otherwise"),
            ],
            body: Endpoint.Body(
                shapes: types.map { ($0, Schema.text()) },
                example: "id,name,address\nann,Ann Lee,ann@example.org\n"),
            promises: [.init(.ok, "a line for each thing", shapes: [("application/json", report), ("text/csv", .text())])],
            problems: [.notFound, .conflict, .changedMeanwhile]
        ) { request in try await answer(request) }
    ]

    private static let types = [
        "application/octet-stream", "text/csv", "text/plain", "text/ldif", "application/xml", "text/xml", "application/json",
    ]

    private static let columns = ["line", "kind", "thing", "outcome", "why"]

    private static let report = Schema.object([
        .init("applied", .flag, required: true), .init("edition", .number(), required: true, "of the directory, afterwards"),
        .init("counts", .map(of: .number()), required: true, "by outcome"),
        .init(
            "lines",
            .list(
                of: .object([
                    .init("line", .optional(.number()), required: true, "from 1; null: the file as a whole"),
                    .init("kind", .optional(.choice(EntityKind.self)), required: true, "of thing"), .init("thing", .text(), required: true),
                    .init("outcome", .choice(ImportReport.Outcome.self), required: true), .init("why", .text(), required: true),
                ])), required: true),
        .init("left_out", .number(), required: true, "lines beyond the first \(SentImport.mostLines)"),
        .init("advice", .list(of: .text()), required: true, "what there is to know and to do"),
    ])

    private static func answer(_ request: APIRequest) async throws -> Reply {
        guard let kind = ImportKind(rawValue: request.path("kind")) else {
            throw Problem(
                .notFound, "nothing of the kind \"\(request.path("kind"))\" is imported",
                fix: "kinds: " + ImportKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try request.expect(types)
        let isTrial = try !request.query.flag("apply")
        let isCSV = try WebTable.wantsCSV(request)
        let choices = ImportChoices(
            mailbox: request.query["mailbox"], mailboxGrant: request.query["mailbox_grant"],
            delegationKind: try request.query.choice("delegation_kind", Delegation.Kind.self))
        let bytes = try await request.body.collect(limit: min(kind.largest, request.dependencies.settings.largestImport))
        let sent = try await SentImport.read(bytes, as: kind, choices: choices, request.dependencies)
        let outcome = try await sent.carryOut(by: request.visitor.person, request.dependencies, isTrial: isTrial)
        var table = WebTable(columns)
        for line in outcome.report.lines {
            table.add([
                line.line.map { DocumentValue($0) } ?? .null, DocumentValue(line.kind?.rawValue), .text(line.thing),
                .text(line.outcome.rawValue), .text(line.why),
            ])
        }
        if isCSV { return Reply(.ok, .bytes(table.csv(withHeader: true), type: "text/csv; charset=utf-8; header=present")) }
        return .json([
            "applied": .flag(!isTrial), "edition": .number(request.dependencies.directory.edition.number),
            "counts": .map(ImportReport.Outcome.allCases.map { .init($0.rawValue, DocumentValue(outcome.report.count($0))) }),
            "lines": .list(table.items), "left_out": DocumentValue(outcome.report.leftOut), "advice": DocumentValue(outcome.plan.advice),
        ])
    }
}
