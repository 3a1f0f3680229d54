internal import Web
internal import Relay

/// *Reach*: what each grant that opens many mailboxes could send as, what it is needed for, and what narrows it; then mailboxes that stand for many.
struct ReachView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/reach") { request in .page(try await page(request)) }]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500

    private static func page(_ request: ConsoleRequest) async throws -> Page {
        let directory = request.directory
        let rows = try await Aside.run { ReachReport(directory).rows }
        let more = rows.count > most ? "; the CSV file has all \(Words.number(rows.count))" : ""
        return Page(
            "reach", "Reach",
            [
                "has_rows": .flag(!rows.isEmpty),
                "total": .text("\(Words.number(rows.count)) \(rows.count == 1 ? "reaches" : "reach") further than one mailbox\(more)."),
                "rows": .list(rows.prefix(most).map(row)),
            ])
    }

    private static func row(_ row: ReachReport.Row) -> DocumentValue {
        let own: DocumentValue = [
            "kind": .text(row.key.kind.rawValue), "name": .text(row.name), "could": .text(row.could.sentence),
            "known": row.couldCount.map { .text(Words.number($0)) } ?? .null, "needs": .text(Words.number(row.needs)),
        ]
        return own.adding(AdviceList(row.remedy).document)
    }
}
