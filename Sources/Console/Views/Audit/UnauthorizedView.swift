internal import Mail
internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *Unauthorized*: every address that is used and has no working route, with what to do at the provider and here; and what works today and may not tomorrow.
struct UnauthorizedView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/unauthorized") { request in .page(try await UnauthorizedView(request).page()) },
        // Its address once, which bookmarks have.
        .get("/unauthorised") { _ in .redirect("/unauthorized") },
    ]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500
    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let sightings = try await request.dependencies.store.sightings()
        let snapshot = request.dependencies.snapshots.current
        let withoutSecret = try await request.dependencies.store.applicationsWithoutSecret(snapshot.directory)
        let now = request.now
        // A million addresses take a second or two, on a thread that others do not wait for.
        let report = try await Aside.run {
            UnauthorizedReport(
                directory: snapshot.directory, conditions: snapshot.conditions, sightings: sightings, now: now,
                withoutSecret: withoutSecret)
        }
        let rows = report.rows.sorted { ($1.count, $0.address) < ($0.count, $1.address) }
        let shown = rows.prefix(Self.most)
        let more = rows.count > shown.count ? "; the CSV file has all \(Words.number(rows.count))" : ""
        return Page(
            "unauthorized", "Unauthorized",
            [
                "has_rows": .flag(!rows.isEmpty),
                "total": .text(
                    "\(Words.number(shown.count)) address\(shown.count == 1 ? "" : "es") without a working route, the most used first\(more)"
                ),
                "rows": .list(shown.map { Self.row($0, at: now) }), "pager": nil,
                "near_misses": .list(report.nearMisses.prefix(Self.most).map(Self.miss)),
            ])
    }

    static func row(_ row: UnauthorizedReport.Row, at now: Date) -> DocumentValue {
        let places = row.usedIn.count > 4 ? row.usedIn.prefix(3) + ["and \(row.usedIn.count - 3) more"] : row.usedIn[...]
        let own: DocumentValue = [
            "address": .text(row.address), "href": .text(href(row.asking)), "reason": .text(row.code.rawValue),
            "why": .text(row.reason.sentence), "used_in": .text(places.joined(separator: "; ")),
            "first": Words.moment(row.firstSeen, at: now), "last": Words.moment(row.lastSeen, at: now),
            "count": .text(row.count == 0 ? "never" : Words.number(row.count)),
        ]
        let asking = row.asking
        return own.adding(AdviceList(row.remedy, address: asking.address?.description, user: asking.user, client: asking.client).document)
    }

    /// What a setting without a purpose names, and is no address, is mended where it stands.
    private static func href(_ asking: UnauthorizedReport.Asking) -> String {
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
