internal import Mail
internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *DMARC*: who sends as which domain, as receivers report it, and how much of each domain's mail is aligned.
struct ReportedView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/dmarc") { request in .page(try await ReportedView(request).page()) }]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500
    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let store = request.dependencies.store
        let (totals, sightings) = (try await store.sendings(since: Date(timeIntervalSince1970: 0)), try await store.sightings())
        let reports = try await store.dmarcReports()
        let directory = request.directory
        // Tens of thousands of addresses take a while, on a thread that others do not wait for.
        let (sources, domains) = try await Aside.run {
            let sources = SendingSources(totals, directory: directory, sightings: sightings)
            return (sources, DomainAlignment.all(sources, reports))
        }
        let shown = sources.rows.prefix(Self.most)
        let more = sources.rows.count > shown.count ? "; the CSV file has all \(Words.number(sources.rows.count))" : ""
        return Page(
            "dmarc", "DMARC",
            [
                "has_rows": .flag(!shown.isEmpty),
                "total": .text(
                    "\(Words.number(reports.count)) report\(reports.count == 1 ? "" : "s"), \(Words.number(shown.count)) source\(shown.count == 1 ? "" : "s"), from outside of Mandate first\(more)"
                ),
                "rows": .list(shown.map(Self.row)), "domains": .list(domains.prefix(Self.most).map(Self.domain)),
            ])
    }

    static func row(_ row: SendingSources.Row) -> DocumentValue {
        let others = row.addresses.count - 1
        let address = row.addresses.first.map(\.description) ?? ""
        let addresses = (address == row.source ? "" : address) + (others > 0 ? " and \(Words.number(others)) more" : "")
        return [
            "source": .text(row.source), "addresses": addresses.isEmpty ? .null : .text(addresses), "domain": .text(row.domain),
            "standing": .text(row.standing.rawValue), "kind": .text(kind(row.standing)), "why": .text(row.why.sentence),
            "messages": .text(Words.number(row.counts.messages)), "aligned": .text(Words.number(row.counts.aligned)),
            "stopped": row.counts.stopped == 0 ? .null : .text(Words.number(row.counts.stopped)), "first": Words.day(row.first),
            "last": Words.day(row.last),
        ]
    }

    static func domain(_ domain: DomainAlignment) -> DocumentValue {
        [
            "domain": .text(domain.domain), "policy": domain.policy.isEmpty ? .null : .text(domain.policy),
            "messages": .text(Words.number(domain.counts.messages)), "percent": .text("\(domain.percent) %"),
            "risk": .text(Words.number(domain.atRisk)), "stopped": .text(Words.number(domain.counts.stopped)),
        ]
    }

    private static func kind(_ standing: SendingSources.Standing) -> String {
        switch standing {
        case .mandate: "good"
        case .possible, .more: "wait"
        case .outside: "bad"
        case .foreign: "off"
        }
    }
}
