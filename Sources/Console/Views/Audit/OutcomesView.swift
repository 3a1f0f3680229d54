internal import HTTPTypes
internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *Outcomes*: what became of each recipient, with all that came later; and tokens of which nobody has said what was sent with them.
struct OutcomesView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/outcomes") { request in .page(try await OutcomesView(request: request).page()) }]

    private static let fields = ["since", "until", "recipient", "as", "message", "client", "outcome"]
    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500

    let request: ConsoleRequest

    private func page() async throws -> Page {
        let filter: OutcomeFilter
        do throws(Problem) { filter = try OutcomeFilter(request.query, at: request.now) } catch {
            return Page("outcomes", "Outcomes", asked(error.detail.sentence).adding(found([], 0, "")), status: .unprocessableContent)
        }
        let report = try await filter.report(from: request.dependencies.store, at: request.now)
        let rows = report.rows.filter(filter.takes)
        var counts: [OutcomeReport.Outcome: Int] = [:]
        for row in rows { counts[row.outcome, default: 0] += 1 }
        let words = OutcomeReport.Outcome.allCases.compactMap { outcome in
            counts[outcome].map { "\(Words.number($0)) \(outcome.rawValue)" }
        }
        let more = rows.count > Self.most ? "; the newest \(Self.most) are here, the CSV file has all" : ""
        let left = report.leftOut > 0 ? "; \(Words.number(report.leftOut)) messages were left out: name a shorter time" : ""
        let total = words.isEmpty ? "" : "\(words.joined(separator: ", ")) since \(filter.since.minute)\(more)\(left)."
        return Page("outcomes", "Outcomes", asked(nil).adding(found(rows.suffix(Self.most).reversed(), rows.count, total)))
    }

    private func asked(_ error: String?) -> DocumentValue {
        let chosen = request.query["outcome"] ?? ""
        let choices =
            [IdentitiesView.choice("", "any", isSelected: chosen.isEmpty)]
            + OutcomeReport.Outcome.allCases.map { IdentitiesView.choice($0.rawValue, $0.rawValue, isSelected: $0.rawValue == chosen) }
        return .map(
            Self.fields.map { .init($0, DocumentValue(request.query[$0])) } + [
                .init("outcomes", .list(choices)), .init("error", DocumentValue(error)),
                .init("is_set", .flag(Self.fields.contains { request.query[$0] != nil })), .init("csv_href", .text(csv)),
            ])
    }

    private var csv: String {
        let asked = Self.fields.compactMap { name in request.query[name].map { "&\(name)=\(PercentCoding.encode($0))" } }
        return "/v1/audit/outcomes?format=csv" + asked.joined()
    }

    private func found(_ rows: [OutcomeReport.Row], _ count: Int, _ total: String) -> [DocumentValue.Entry] {
        [
            .init("has_rows", .flag(count > 0)), .init("total", .text(total)),
            .init("rows", .list(rows.map(row))),
        ]
    }

    private func row(_ row: OutcomeReport.Row) -> DocumentValue {
        let isMessage = row.outcome != .unreported
        return [
            "id": .text(row.id), "href": isMessage ? .text("/journal?message=\(PercentCoding.encode(row.id))") : .null,
            "at": Words.moment(row.at, at: request.now), "author": .text(row.author), "recipient": .text(row.recipient),
            "badge": Words.badge(Self.kind(row.outcome), row.outcome.rawValue), "words": .text(row.words.sentence),
            "from": row.from.isEmpty || row.from == row.author ? .null : .text(row.from),
            "way": .text([row.route, row.mailbox].filter { !$0.isEmpty }.joined(separator: " through ")),
            "client": .text(request.directory.client(ClientID(trusted: row.client))?.name ?? row.client),
        ]
    }

    private static func kind(_ outcome: OutcomeReport.Outcome) -> String {
        switch outcome {
        case .sent: "good"
        case .waiting, .unreported: "wait"
        case .refused, .failed, .unknown: "bad"
        case .removed: "off"
        }
    }
}
