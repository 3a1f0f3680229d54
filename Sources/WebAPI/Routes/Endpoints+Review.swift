internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What somebody looks at again, and what comes of it.
extension Endpoints {
    private static let thing: [Endpoint.Parameter] = [
        .path("kind", "grant, mailbox, family, delegation or client"), .path("name", "its id, name or address"),
    ]
    static let done = Schema.object([
        .init("outcome", .choice(["changed", "unchanged", "removed"]), required: true), .init("words", .line, required: true),
        .init("warnings", .list(of: .line), "what may be a slip, in words"),
    ])

    static let review: [Endpoint] = [
        Endpoint(
            .get, "/v1/audit/reach", in: auditGroup, "What each grant and mailbox could send as, and what it needs",
            about: "With the provider's commands that narrow it.", for: .readers, parameters: [tableFormat] + WebTable.paging,
            promises: [.init(.ok, "grants that open many mailboxes, then mailboxes that stand for many addresses", shapes: table("Reach"))]
        ) { request in
            let directory = request.dependencies.directory
            var table = WebTable(["kind", "id", "name", "could", "known", "needs", "steps"])
            for row in try await Aside.run({ ReachReport(directory).rows }) {
                table.add([
                    .text(row.key.kind.rawValue), .text(row.key.id), .text(row.name), .text(row.could),
                    row.couldCount.map { DocumentValue($0) } ?? .null, DocumentValue(row.needs), DocumentValue(row.remedy.lines),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/outcomes", in: auditGroup, "What became of each recipient, and tokens that nobody has reported on",
            about: "From the journal, with all that came later; of a day unless `since` says otherwise.", for: .readers,
            parameters: [
                tableFormat, .query("since", .text(), DocumentDate.form), .query("until", .text(), DocumentDate.form),
                .query("message", .line, "a message, by id"), .query("recipient", .line, "a recipient"),
                .query("as", .line, "the author, or who was in From"), .query("client", .line, "a client, by id"),
                .query("outcome", .choice(OutcomeReport.Outcome.self), "only these"),
            ] + WebTable.paging,
            promises: [.init(.ok, "by the time they began", shapes: table("Outcome"))]
        ) { request in
            let filter = try OutcomeFilter(request.query, at: request.now)
            let report = try await filter.report(from: request.dependencies.store, at: request.now)
            var table = WebTable([
                "id", "at", "client", "author", "recipient", "outcome", "words", "from", "mailbox", "route", "attempts",
            ])
            for row in report.rows where filter.takes(row) {
                table.add([
                    .text(row.id), DocumentValue(row.at), .text(row.client), .text(row.author), .text(row.recipient),
                    .text(row.outcome.rawValue), .text(row.words), .text(row.from), .text(row.mailbox), .text(row.route),
                    DocumentValue(row.attempts),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/review", in: auditGroup, "Senders, grants and clients that somebody has to look at again",
            about: "Due, not used for 90 days, or without an owner; with `all`, whatever there is.", for: .readers,
            parameters: [
                tableFormat, .query("reason", .choice(ReviewReport.Reason.self), "only for this reason"),
                .query("all", .choice(["true", "false"]), "also what needs nobody"),
            ] + WebTable.paging,
            promises: [.init(.ok, "what is due first", shapes: table("Reviewed"))]
        ) { request in
            let reason = try request.query.choice("reason", ReviewReport.Reason.self)
            let all = try request.query.flag("all")
            let evidence = try await request.dependencies.reports.evidence()
            let now = request.now
            var table = WebTable(["kind", "id", "name", "reasons", "why", "owner", "purpose", "review", "last_use", "steps"])
            for row in try await Aside.run({ evidence.review(at: now).rows }) where all || !row.reasons.isEmpty {
                if let reason, !row.reasons.contains(reason) { continue }
                table.add([
                    .text(row.entity.kind.rawValue), .text(row.entity.key.id), .text(row.name),
                    DocumentValue(row.reasons.map(\.rawValue).sorted()), .text(row.words), .text(row.stewardship.owner),
                    .text(row.stewardship.purpose), DocumentValue(row.stewardship.review), DocumentValue(row.lastUse),
                    DocumentValue(row.steps),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .post, "/v1/audit/review/{kind}/{name}/confirm", in: auditGroup, "Let it stay: it was looked at",
            about: "What is not named stays as it is; it is looked at again in a year unless said otherwise.", for: .administrators,
            parameters: thing,
            body: .json(
                .object([
                    .init("owner", .line, "who answers for it"), .init("purpose", .line, "what it is for"),
                    .init("review", .text(), "when somebody is to look at it again; \(DocumentDate.form)"),
                ])), promises: [.init(.ok, "what was written down", done)], problems: [.notFound, .conflict]
        ) { request in
            let fields = try await request.document().fields(["owner", "purpose", "review"])
            let (owner, purpose, review) = (try fields.line("owner"), try fields.line("purpose"), try fields["review"]?.date())
            return try await carryOut(request) { administration, key in
                try administration.confirm(key, owner: owner, purpose: purpose, review: review)
            }
        },
        Endpoint(
            .post, "/v1/audit/review/{kind}/{name}/retire", in: auditGroup, "End it",
            about: "A right is taken back; anything else is switched off, and may be switched on again.", for: .administrators,
            parameters: thing, promises: [.init(.ok, "what was ended", done)], problems: [.notFound, .conflict]
        ) { request in try await carryOut(request) { try $0.retire($1) } },
    ]

    static func done(_ plan: Plan) -> Reply {
        let answer: DocumentValue = ["outcome": .text(plan.outcome.rawValue), "words": .text(plan.words)]
        return .json(answer.adding(warnings: plan))
    }

    private static func carryOut(
        _ request: APIRequest, _ verb: (Administration, EntityKey) throws -> Plan
    ) async throws -> Reply {
        guard let kind = EntityKind(rawValue: request.path("kind")) else { throw Problem(.notFound, "there is no such kind of thing") }
        let plan = try await request.dependencies.editor(for: request.visitor.person).edit { administration in
            try verb(administration, try administration.steward(kind, request.path("name")))
        }.plan
        return done(plan)
    }
}
