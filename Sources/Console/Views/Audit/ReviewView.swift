internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *To review*: senders, grants and clients that are due, unused or nobody's, each with the two things that can come of it; and *Lint*, what is wrong with what was
/// decided.
struct ReviewView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/review") { request in .page(try await ReviewView(request).page()) },
        .post("/review/{kind}/{id}/confirm") { request in try await ReviewView(request).confirm() },
        .post("/review/{kind}/{id}/retire") { request in try await ReviewView(request).retire() },
        .get("/lint") { request in .page(try await ReviewView(request).lintPage()) },
    ]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500
    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let (evidence, now) = (try await request.dependencies.reports.evidence(), request.now)
        let rows = try await Aside.run { evidence.review(at: now).rows }.filter { !$0.reasons.isEmpty }
        let more = rows.count > Self.most ? "; the CSV file has all \(Words.number(rows.count))" : ""
        return Page(
            "review", "To review",
            [
                "has_rows": .flag(!rows.isEmpty), "total": .text("\(Words.number(rows.count)) to look at\(more)."),
                "rows": .list(rows.prefix(Self.most).map { Self.row($0, at: now) }),
            ])
    }

    private static func row(_ row: ReviewReport.Row, at now: Date) -> DocumentValue {
        var name = row.name
        if case .delegation(let delegation) = row.entity { name = delegation.covers.description }
        return [
            "kind": .text(row.entity.kind.rawValue), "name": .text(name), "why": .text(row.words.sentence),
            "is_due": .flag(row.reasons.contains(.due)), "owner": .text(row.stewardship.owner),
            "purpose": .text(row.stewardship.purpose), "last": Words.moment(row.lastUse, at: now),
            "place": .text("/review/\(row.entity.kind.rawValue)/\(PercentCoding.encode(row.entity.key.id))"),
        ]
    }

    private func confirm() async throws -> ConsoleAnswer {
        let (owner, purpose) = (request.form["owner"], request.form["purpose"])
        let review = try request.form["review"].map { text in
            guard let date = DocumentDate.date(text) else { throw Problem(.badRequest, "review is \(DocumentDate.form)", place: "review") }
            return date
        }
        return try await carryOut { try $0.confirm($1, owner: owner, purpose: purpose, review: review) }
    }

    private func retire() async throws -> ConsoleAnswer { try await carryOut { try $0.retire($1) } }

    private func carryOut(_ verb: (Administration, EntityKey) throws -> Plan) async throws -> ConsoleAnswer {
        guard let kind = EntityKind(rawValue: request.path("kind")) else { throw Problem(.notFound, "there is no such kind of thing") }
        let key = EntityKey(kind, request.path("id"))
        do {
            return .redirect(
                request.back(or: "/review"), Notice(try await request.editor.edit { try verb($0, try $0.existing(key).key) }.plan))
        } catch let refusal as AdministrationRefusal { return .redirect(request.back(or: "/review"), .bad(refusal.words)) }
    }

    private func lintPage() async throws -> Page {
        let findings = try await request.dependencies.reports.lint(at: request.now)
        return Page(
            "lint", "Lint",
            [
                "has_rows": .flag(!findings.isEmpty), "total": .text("\(Words.number(findings.count)) to look at."),
                "rows": .list(
                    findings.prefix(Self.most).map { finding in
                        [
                            "rule": DocumentValue(finding.rule?.rawValue), "what": .text(finding.what),
                            "trouble": .text(finding.trouble.sentence),
                            "steps": .list(
                                finding.fix.map { ["text": .text($0), "is_code": .flag($0.hasPrefix("mandate ")), "note": nil] }),
                        ]
                    }),
            ])
    }
}
