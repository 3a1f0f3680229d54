internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    private static let types = [
        "application/gzip", "application/zip", "text/xml", "application/xml", "message/rfc822", "application/octet-stream",
    ]
    /// Addresses that are named in a row.
    private static let named = 10

    private static let choice: [Endpoint.Parameter] = [
        tableFormat, .query("domain", .line, "only this domain, and those below it"),
        .query("since", .text(), "only reports that end then or later: \(DocumentDate.form)"),
    ]

    static let dmarc: [Endpoint] = [
        Endpoint(
            .get, "/v1/audit/dmarc", in: auditGroup, "Who sends as our domains outside of Mandate, as receivers report it",
            about: "By DMARC aggregate reports (RFC 9990). Anybody can write one: they are counted, and nothing is decided by them.",
            for: .readers,
            parameters: choice + [.query("by", .choice(["name", "address"]), "a row for each name of a source, unless said otherwise")]
                + WebTable.paging,
            promises: [.init(.ok, "what is from outside first, the most first", shapes: table("SendingSource"))]
        ) { request in
            let sources = try await sources(request)
            var table = WebTable([
                "domain", "source", "addresses", "messages", "aligned", "dkim", "spf", "stopped", "first", "last", "standing", "sent",
                "why",
            ])
            for row in sources.rows {
                let counts = row.counts
                table.add([
                    .text(row.domain), .text(row.source), DocumentValue(row.addresses.prefix(named).map(\.description)),
                    DocumentValue(counts.messages), DocumentValue(counts.aligned), DocumentValue(counts.byDKIM),
                    DocumentValue(counts.bySPF),
                    DocumentValue(counts.stopped), DocumentValue(row.first), DocumentValue(row.last), .text(row.standing.rawValue),
                    DocumentValue(row.sent), .text(row.why),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .get, "/v1/audit/dmarc/domains", in: auditGroup, "How much of each domain's mail is aligned, as receivers report it",
            for: .readers,
            parameters: choice + WebTable.paging, promises: [.init(.ok, "by domain", shapes: table("DomainAlignment"))]
        ) { request in
            let domains = DomainAlignment.all(try await sources(request), try await request.dependencies.store.dmarcReports())
            var table = WebTable([
                "domain", "policy", "messages", "aligned", "dkim", "spf", "at_risk", "stopped", "sources", "first", "last",
            ])
            for row in domains {
                let counts = row.counts
                table.add([
                    .text(row.domain), .text(row.policy), DocumentValue(counts.messages), DocumentValue(counts.aligned),
                    DocumentValue(counts.byDKIM), DocumentValue(counts.bySPF), DocumentValue(row.atRisk), DocumentValue(counts.stopped),
                    DocumentValue(row.sources), DocumentValue(row.first), DocumentValue(row.last),
                ])
            }
            return try table.reply(to: request)
        },
        Endpoint(
            .post, "/v1/audit/dmarc", in: auditGroup, "Take a DMARC aggregate report in",
            about: """
                As it came: XML, gzip, zip, or the mail message with it; its first octets say which, whatever the Content-Type. One that was taken before is \
                `known` and counted once; one that is malformed is `refused` with its line, and keeps no other in the same archive from being taken.
                """,
            for: .administrators, parameters: [.query("file", .line, "its name, for the list of reports")],
            body: Endpoint.Body(shapes: types.map { ($0, .text()) }, example: ""),
            promises: [
                .init(
                    .ok, "what became of each report in it", .object([.init("items", .list(of: .named("ReportTaken")), required: true)]))
            ], problems: [.conflict, .full]
        ) { request in
            try request.expect(types)
            let octets = try await request.body.collect(limit: DmarcReport.mostFileOctets)
            let documents: [DmarcDocument]
            do throws(ReportReaderFailure) { documents = try await request.dependencies.operations.reports.documents(in: octets) } catch {
                throw Problem(.unavailable, error.description, fix: "the service's log and `mandate doctor` say what it lacks")
            }
            let dependencies = request.dependencies
            let intake = DmarcIntake(dependencies.store, person: request.visitor.person, now: { dependencies.now })
            let lines = try await intake.take(documents, from: String((request.query["file"] ?? "").prefix(100)))
            return .json(["items": .list(lines.map(\.document))])
        },
    ]

    private static func sources(_ request: APIRequest) async throws -> SendingSources {
        var domain: String?
        if let text = request.query["domain"] {
            do throws(AddressError) { domain = try Domain(text).ascii } catch {
                throw Problem(.badRequest, "domain is no domain: \(error)", place: "domain")
            }
        }
        let byAddress = request.query["by"] == "address"
        let since = try request.query.date("since") ?? Date(timeIntervalSince1970: 0)
        let totals = try await request.dependencies.store.sendings(since: since)
        let sightings = try await request.dependencies.store.sightings()
        let directory = request.dependencies.directory
        // Tens of thousands of addresses take a while, on a thread that others do not wait for.
        return try await Aside.run { [domain] in
            SendingSources(totals, directory: directory, sightings: sightings, domain: domain, byAddress: byAddress)
        }
    }
}

extension DmarcIntake.Line {
    fileprivate var document: DocumentValue {
        [
            "file": .text(file), "outcome": .text(outcome.rawValue), "organization": DocumentValue(head?.organization),
            "domain": DocumentValue(head?.domain), "begins": DocumentValue(head?.begins), "ends": DocumentValue(head?.ends),
            "messages": DocumentValue(messages), "why": .text(why),
        ]
    }
}
