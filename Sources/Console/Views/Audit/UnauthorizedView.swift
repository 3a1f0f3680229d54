internal import Mail
internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *Unauthorized*: every address that is used and has no working route, by what is the matter, with what to do at the provider and here; and what works today and may
/// not tomorrow.
struct UnauthorizedView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/unauthorized") { request in .page(try await UnauthorizedView(request).page()) },
        // Its address once, which bookmarks have.
        .get("/unauthorised") { _ in .redirect("/unauthorized") },
        .get("/unauthorized/{finding}") { request in .page(try await UnauthorizedView(request).findingPage()) },
        .post("/unauthorized/{finding}/acknowledge") { request in try await UnauthorizedView(request).acknowledge() },
        .post("/unauthorized/{finding}/withdraw") { request in try await UnauthorizedView(request).withdraw() },
    ]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500
    /// Addresses of one finding on a page.
    private static let pageSize = 100
    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let report = try await request.dependencies.reports.unauthorized(at: request.now)
        var filter = UnauthorizedFilter()
        filter.belonging = request.query["class"].flatMap { Belonging.Class(rawValue: $0) }
        filter.includesAcknowledged = request.query["acknowledged"] == "true"
        let findings = report.findings(filter)
        let shown = findings.prefix(Self.most)
        let more = findings.count > shown.count ? "; the CSV file has all \(Words.number(findings.count))" : ""
        return Page(
            "unauthorized", "Unauthorized",
            [
                "has_rows": .flag(!shown.isEmpty), "total": .text(report.words.sentence + more), "views": .list(views(filter)),
                "rows": .list(shown.map { Self.row(report.row(of: $0), $0, at: request.now) }),
                "near_misses": .list(report.nearMisses.prefix(Self.most).map(Self.miss)),
            ])
    }

    private func views(_ filter: UnauthorizedFilter) -> [DocumentValue] {
        let classes: [(String, String, Bool)] = Belonging.Class.allCases.map {
            ($0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst(), "?class=\($0.rawValue)", filter.belonging == $0)
        }
        let all = [("All", "", filter.belonging == nil && !filter.includesAcknowledged)] + classes
        return (all + [("With what is acknowledged", "?acknowledged=true", filter.includesAcknowledged)]).map {
            ["label": .text($0.0), "href": .text("/unauthorized\($0.1)"), "is_current": .flag($0.2)]
        }
    }

    private func findingPage(_ notice: Notice? = nil) async throws -> Page {
        let report = try await request.dependencies.reports.unauthorized(at: request.now)
        guard let finding = report.finding(request.path("finding")) else {
            throw Problem(.notFound, "this is no finding any more", fix: "the list has what there is now: /unauthorized")
        }
        let seen = min(max(Int(request.query["after"] ?? "") ?? 0, 0), finding.size)
        var rows: [DocumentValue] = []
        var place = 0
        report.visitRows(of: finding) { row in
            defer { place += 1 }
            if place >= seen { rows.append(Self.row(row, finding, at: request.now)) }
            return place + 1 < seen + Self.pageSize
        }
        let row = report.row(of: finding)
        return Page(
            "finding", row.address,
            Self.row(row, finding, at: request.now).adding([
                .init("addresses", .list(rows)), .init("pager", pager(finding, seen, rows.count)),
            ]), notice: notice)
    }

    private func pager(_ finding: UnauthorizedFinding, _ seen: Int, _ count: Int) -> DocumentValue {
        guard count < finding.size else { return .null }
        let end = seen + count
        let place = "/unauthorized/\(finding.id)"
        return [
            "words": .text("\(Words.number(seen + 1)) to \(Words.number(end)) of \(Words.number(finding.size))"),
            "next": end < finding.size ? .text("\(place)?after=\(end)") : .null,
            "prev": seen > 0 ? .text("\(place)?after=\(max(seen - Self.pageSize, 0))") : .null, "next_label": "Next",
            "prev_label": "Previous",
        ]
    }

    private func acknowledge() async throws -> ConsoleAnswer {
        let (name, reason) = (request.path("finding"), request.form["reason"] ?? "")
        let until = try request.form["until"].map { text in
            guard let date = DocumentDate.date(text) else { throw Problem(.badRequest, "until is \(DocumentDate.form)", place: "until") }
            return date
        }
        return try await carryOut { try $0.acknowledge(name, until: until, reason: reason, in: $1) }
    }

    private func withdraw() async throws -> ConsoleAnswer {
        let name = request.path("finding")
        return try await carryOut { try $0.withdrawAcknowledgement(of: name, in: $1) }
    }

    private func carryOut(_ verb: (Administration, UnauthorizedReport) throws -> Plan) async throws -> ConsoleAnswer {
        let report = try await request.dependencies.reports.unauthorized(at: request.now)
        do { return .redirect("/unauthorized", Notice(try await request.editor.edit { try verb($0, report) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            return .redirect("/unauthorized/\(PercentCoding.encode(request.path("finding")))", .bad(refusal.words))
        }
    }

    static func row(_ row: UnauthorizedRow, _ finding: UnauthorizedFinding, at now: Date) -> DocumentValue {
        let places = row.usedIn.count > 4 ? row.usedIn.prefix(3) + ["and \(row.usedIn.count - 3) more"] : row.usedIn[...]
        let own: DocumentValue = [
            "id": .text(finding.id), "class": .text(finding.belonging.rawValue), "is_open": .flag(finding.isOpen),
            "size": .text(Words.number(finding.size)), "is_many": .flag(finding.size > 1), "place": .text("/unauthorized/\(finding.id)"),
            "acknowledged": DocumentValue(finding.acknowledgement.map { "until \($0.until.day) by \($0.by): \($0.reason)" }),
            "address": .text(row.address), "href": .text(href(row.asking)), "reason": .text(row.code.rawValue),
            "why": .text(row.reason.sentence), "used_in": .text(places.joined(separator: "; ")),
            "mail": DocumentValue(row.fate?.words.sentence), "first": Words.moment(row.firstSeen, at: now),
            "last": Words.moment(row.lastSeen, at: now), "count": .text(row.count == 0 ? "never" : Words.number(row.count)),
        ]
        let asking = row.asking
        return own.adding(AdviceList(row.remedy, address: asking.address?.description, user: asking.user, client: asking.client).document)
    }

    /// What a setting without a purpose names, and is no address, is mended where it stands.
    private static func href(_ asking: UnauthorizedRow.Asking) -> String {
        if asking.address == nil, asking.purpose == nil { return "/settings" }
        return ExplainView.href(asking.address?.description, purpose: asking.purpose, user: asking.user, client: asking.client)
    }

    static func miss(_ miss: NearMiss) -> DocumentValue {
        let own: DocumentValue = [
            "subject": .text(miss.subject), "kind": .text(miss.kind.rawValue), "words": .text(miss.reason.sentence),
            "count": .text(Words.number(miss.count)),
        ]
        return own.adding(AdviceList(miss.remedy).document)
    }
}
