internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// The directory as one document, and what would be if something were another.
extension Endpoints {
    private static let group = "Directory"
    /// Things that one answer or one request has: a company with more has its file from the command.
    private static let most = 50_000

    static let file: [Endpoint] = [
        Endpoint(
            .get, "/v1/directory", in: group, "The whole directory as one document",
            about:
                "What `mandate export` writes, as JSON: always in the same order, without secrets, standings and consents. Persons who sign in with a password are left out, and are never removed by a document.",
            for: .administrators,
            promises: [.init(.ok, "with its edition", document, headers: ["ETag"])], problems: [.tooLarge]
        ) { request in
            let directory = request.dependencies.directory
            guard directory.userCount + directory.delegationCount <= most else {
                throw Problem(.tooLarge, "this directory has more than \(most) things", fix: "mandate export writes it as a file")
            }
            guard case .map(let sections) = DirectoryDocument(directory.withoutPersons).value else { throw Problem(.fault, "no document") }
            return .json(.map([.init("format", .number(DirectoryDocument.format))] + sections)).with(.eTag, tag(directory.edition))
        },
        Endpoint(
            .put, "/v1/directory", in: group, "Make the directory what a document says, all of it or nothing",
            about:
                "What `mandate plan` and `mandate apply` do: what is not in the document stays, unless `prune`. The answer says each thing that is another, and every address whose mail goes another way.",
            for: .administrators,
            parameters: [
                .dryRun, .query("prune", .choice(["true", "false"]), "what the document does not speak of goes"),
                .query("forget", .line, "with prune: applications and grants that may go with their secrets, by name, with commas between"),
                .header("If-Match", "the ETag of the directory that it was made of; without it, any"),
            ],
            body: .json(document), promises: [.init(.ok, "what is another, or would be", proposal)],
            problems: [.changedMeanwhile, .tooLarge, .conflict, .notFound]
        ) { request in try await bring(request) },
        Endpoint(
            .get, "/v1/audit/impact", in: auditGroup, "Whose mail would go another way, if something were gone or another",
            about: "Nothing is changed. Name one thing.", for: .readers,
            parameters: [
                tableFormat,
                .query(
                    "kind",
                    .choice([
                        "mailbox", "family", "grant", "application", "provider", "delegation", "user", "client", "setting", "secret",
                        "consent",
                    ]),
                    "what it is: a thing, a setting, an application's secret, a grant's consent"),
                .query("name", .line, "its name, address, id or key"),
                .query("disable", .choice(["true", "false"]), "switched off instead of gone"),
                .query("value", .line, "of a setting: another value instead of none"),
                .query(
                    "days", .number(0...Int64(MailInUse.longest)), "whose messages are decided again; \(MailInUse.usualDays) unless given"),
            ] + WebTable.paging,
            promises: [.init(.ok, "what would have no way out comes first", shapes: table("Impact"))], problems: [.notFound, .conflict]
        ) { request in
            let question = try question(request.query)
            let administration = request.dependencies.administration(for: request.visitor.person)
            let (present, future) = (administration.snapshot, try administration.snapshot(if: question))
            let now = request.now
            let days = try request.query.number("days", in: 0...MailInUse.longest, usual: MailInUse.usualDays)
            let mail = try await MailInUse(from: request.dependencies.store, days: days, at: now)
            var table = WebTable(impactColumns)
            for row in try await Aside.run({ RouteImpact(from: present, to: future, mail: mail, at: now).rows }) { table.add(cells(row)) }
            return try table.reply(to: request)
        },
    ]

    private static let document = Schema.object(
        [
            .init("format", .number()), .init("settings", .anything), .init("users", .list(of: .anything)),
        ], isOpen: true)

    private static let proposal = Schema.object([
        .init("words", .line, required: true), .init("edition", .number(), required: true, "that the directory has now"),
        .init(
            "changes",
            .list(
                of: .object([
                    .init("sign", .choice(["+", "~", "-"]), required: true), .init("kind", .choice(EntityKind.self), required: true),
                    .init("id", .line, required: true), .init("title", .text(), required: true),
                    .init(
                        "fields",
                        .list(
                            of: .object([
                                .init("name", .line, required: true), .init("before", .text(), required: true),
                                .init("after", .text(), required: true),
                            ])), required: true),
                ])), required: true),
        .init("impact", .list(of: .named("Impact")), required: true), .init("impact_words", .line, required: true),
        .init("notes", .list(of: .text()), required: true), .init("warnings", .list(of: .line), "what may be a slip, in words"),
    ])

    private static func tag(_ edition: Edition) -> String { "\"\(edition)\"" }

    private static let impactColumns = ["mail", "now", "then", "lost", "messages"]

    private static func cells(_ row: RouteImpact.Row) -> [DocumentValue] {
        [.text(row.subject), .text(row.before), .text(row.after), .flag(row.isLost), DocumentValue(row.messages)]
    }

    private static func bring(_ request: APIRequest) async throws -> Reply {
        let isTrial = try request.query.flag("dry_run")
        let forgetting = Set((request.query["forget"] ?? "").split(separator: ",").map(String.init))
        let pruning = try request.query.flag("prune") ? Editor.Pruning(forgetting: forgetting) : nil
        let usual = DirectoryDocument.Usual(grantedBy: request.visitor.person, grantedAt: request.now)
        var document = try DirectoryDocument(try await request.document().value, usual: usual)
        guard document.observations.isEmpty else {
            throw Problem(.invalid, "what was observed is no decision", place: "observed")
        }
        let directory = request.dependencies.directory
        // Of persons a document says nothing, and they are not its to remove.
        if pruning != nil { document = document.adding(directory.persons) }
        let expected = try edition(request.header("If-Match"), in: directory)
        let now = request.now
        let mail = try await MailInUse(from: request.dependencies.store, at: now)
        var changes: [DocumentValue] = []
        var impact: RouteImpact?
        let done = try await request.dependencies.editor(for: request.visitor.person).bring(
            document, pruning: pruning, expecting: expected, isTrial: isTrial, telling: request.dependencies.operations.revoker
        ) { proposal in
            changes = proposal.difference.lines.map(line)
            impact = try await Aside.run { proposal.impact(on: mail, at: now) }
        }
        let answer: DocumentValue = [
            "words": .text(done.plan.words), "edition": .number((done.edition ?? directory.edition).number), "changes": .list(changes),
            "impact": .list(
                (impact?.rows ?? []).map { row in
                    .map(zip(impactColumns, cells(row)).map { DocumentValue.Entry($0, $1) })
                }), "impact_words": .text(impact?.words ?? ""), "notes": DocumentValue(done.plan.notes),
        ]
        return .json(answer.adding(warnings: done.plan))
    }

    private static func edition(_ condition: String?, in directory: Directory) throws(Problem) -> Edition? {
        guard let condition, condition != "*" else { return nil }
        guard EntityTag.matches(condition, tag(directory.edition)) else {
            throw Problem(
                .changedMeanwhile, "the directory is at edition \(directory.edition), and this was made of another",
                fix: "GET /v1/directory has it as it is now; bring your changes into that")
        }
        return directory.edition
    }

    private static func line(_ line: DirectoryDifference.Line) -> DocumentValue {
        [
            "sign": .text(line.sign.rawValue), "kind": .text(line.key.kind.rawValue), "id": .text(line.key.id), "title": .text(line.title),
            "fields": .list(
                line.fields.map { ["name": .text($0.name), "before": .text($0.before), "after": .text($0.after)] }),
        ]
    }

    private static func question(_ query: Query) throws(Problem) -> WhatIf {
        guard let kind = query["kind"], let name = query["name"] else {
            throw Problem(.badRequest, "name what it is about: kind and name", place: "kind")
        }
        guard let question = WhatIf(kind, name, value: query["value"], isOff: try query.flag("disable")) else {
            throw Problem(.badRequest, "\(kind) is no kind of thing", place: "kind")
        }
        return question
    }
}

extension Directory {
    /// Who sign in with a password, which no document has.
    fileprivate var persons: [DirectoryEntity] {
        allClients.filter { if case .password = $0.credential { true } else { false } }.sorted { $0.id < $1.id }.map { .client($0) }
    }

    fileprivate var withoutPersons: Directory {
        var others = self
        others.apply(persons.map { .remove($0.key) }, edition: edition)
        return others
    }
}

extension DirectoryDocument {
    fileprivate func adding(_ more: [DirectoryEntity]) -> DirectoryDocument {
        let there = Set(entities.map(\.key))
        return DirectoryDocument(
            entities: entities + more.filter { !there.contains($0.key) }, observations: observations, edition: edition)
    }
}
