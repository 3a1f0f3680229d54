internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    private static let finding = Endpoint.Parameter.path("finding", "its id, or an address that it is about")

    static let unauthorized: [Endpoint] = [
        Endpoint(
            .get, "/v1/audit/unauthorized", in: auditGroup, "Addresses that are used and not authorised",
            about:
                "Those without a way out for one reason are one finding; what mail meets comes first. Each says what to do, at the provider and here.",
            for: .readers,
            parameters: [
                tableFormat, .query("near", .choice(["true", "false"]), "also what works today and may not tomorrow"),
                .query("class", .choice(Belonging.Class.self), "only addresses of this kind"),
                .query("code", .choice(RefusalCode.self), "only what would be refused with this code"),
                .query("domain", .line, "only with addresses of this domain"),
                .query("since", .text(), "only what was seen in traffic since then; \(DocumentDate.form)"),
                .query("acknowledged", .choice(["true", "false"]), "also what somebody lets be for a time"),
            ] + WebTable.paging,
            promises: [.init(.ok, "one row for each finding", shapes: table("Finding"))]
        ) { request in
            let filter = try filter(request.query)
            let report = try await request.dependencies.reports.unauthorized(at: request.now)
            var table = WebTable(columns)
            for finding in report.findings(filter) { table.add(cells(report.row(of: finding), finding)) }
            for miss in try request.query.flag("near") ? report.nearMisses : [] {
                table.add([
                    .text(miss.kind.rawValue), nil, nil, .text(miss.subject), nil, [], nil, .text(miss.reason), nil, nil, nil,
                    DocumentValue(miss.count), nil, .text(miss.remedy.provider), .text(miss.remedy.ours),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/unauthorized/{finding}", in: auditGroup, "All addresses of one finding", for: .readers,
            parameters: [finding] + WebTable.paging,
            promises: [.init(.ok, "one item for each address", .page(of: .named("Finding")))], problems: [.notFound]
        ) { request in
            let report = try await request.dependencies.reports.unauthorized(at: request.now)
            guard let found = report.finding(request.path("finding")) else { throw Problem(.notFound, "there is no such finding") }
            return try page(of: found, in: report, request)
        },
        Endpoint(
            .put, "/v1/audit/unauthorized/{finding}/acknowledgement", in: auditGroup, "Let a finding be for a time",
            about: "It comes back when the time is over, and at once when something else becomes the matter.", for: .administrators,
            parameters: [finding],
            body: .json(
                .object([
                    .init("reason", .line, required: true, "for whoever asks"),
                    .init("until", .text(), "\(DocumentDate.form); in 90 days unless given, a year at most"),
                ])),
            promises: [.init(.ok, "what was acknowledged", done)], problems: [.notFound]
        ) { request in
            let fields = try await request.document().fields(["reason", "until"])
            let (reason, until) = (try fields.required("reason").line(), try fields["until"]?.date())
            let report = try await request.dependencies.reports.unauthorized(at: request.now)
            let name = request.path("finding")
            return try await carryOut(request) { try $0.acknowledge(name, until: until, reason: reason, in: report) }
        },
        Endpoint(
            .delete, "/v1/audit/unauthorized/{finding}/acknowledgement", in: auditGroup, "Take an acknowledgement back",
            for: .administrators,
            parameters: [finding], promises: [.init(.ok, "what is a finding again", done)]
        ) { request in
            let report = try await request.dependencies.reports.unauthorized(at: request.now)
            let name = request.path("finding")
            return try await carryOut(request) { try $0.withdrawAcknowledgement(of: name, in: report) }
        },
    ]

    private static func carryOut(_ request: APIRequest, _ verb: (Administration) async throws -> Plan) async throws -> Reply {
        let plan = try await request.dependencies.editor(for: request.visitor.person).edit { try await verb($0) }.plan
        return done(plan)
    }

    private static let columns = [
        "finding", "id", "class", "address", "addresses", "used_in", "code", "reason", "mail", "first_seen", "last_seen", "count",
        "acknowledged_until", "provider_fix", "our_fix",
    ]

    private static func cells(_ row: UnauthorizedRow, _ finding: UnauthorizedFinding, isSingle: Bool = false) -> [DocumentValue] {
        [
            "unauthorized", .text(finding.id), .text(finding.belonging.rawValue), .text(row.address),
            DocumentValue(isSingle ? 1 : finding.size), DocumentValue(row.usedIn), .text(row.code.rawValue), .text(row.reason),
            DocumentValue(row.fate?.words), DocumentValue(row.firstSeen), DocumentValue(row.lastSeen), DocumentValue(row.count),
            DocumentValue(finding.acknowledgement?.until), .text(row.remedy.provider), .text(row.remedy.ours),
        ]
    }

    /// Only the page's own addresses are put into words.
    private static func page(of finding: UnauthorizedFinding, in report: UnauthorizedReport, _ request: APIRequest) throws(Problem) -> Reply
    {
        let (seen, limit) = try WebTable.range(request)
        var items: [DocumentValue] = []
        var place = 0
        report.visitAddresses(of: finding) { address in
            defer { place += 1 }
            guard place >= seen else { return true }
            if let row = report.row(of: address) {
                items.append(.map(zip(columns, cells(row, finding, isSingle: true)).map { DocumentValue.Entry($0, $1) }))
            }
            return place + 1 < seen + limit
        }
        return .json(["items": .list(items), "next": DocumentValue(place < finding.size ? String(place) : nil)])
    }

    private static func filter(_ query: Query) throws -> UnauthorizedFilter {
        var filter = UnauthorizedFilter()
        filter.belonging = try query.choice("class", Belonging.Class.self)
        filter.code = try query.choice("code", RefusalCode.self)
        filter.domain = try query["domain"].map { text in
            do { return try Domain(text) } catch { throw Problem(.badRequest, "it is no domain: \(error)", place: "domain") }
        }
        filter.since = try query.date("since")
        filter.includesAcknowledged = try query.flag("acknowledged")
        return filter
    }
}
