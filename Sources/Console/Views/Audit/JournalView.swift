internal import Mail
internal import Web
internal import HTTPTypes
internal import Relay
internal import struct FoundationEssentials.Date

/// *Journal*: what happened, the newest first; all of it, or what somebody looks for.
struct JournalView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/journal") { request in .page(try await JournalView(request).page()) },
        // It changes nothing, and is the auditor's own work.
        .post("/journal/verify", forAuditors: true) { request in .page(try await JournalView(request).verify()) },
    ]

    let request: ConsoleRequest
    private let asked: JournalQuestion
    /// Rows that a person looks through.
    private static let pageSize = 50

    private init(_ request: ConsoleRequest) {
        self.request = request
        asked = JournalQuestion(request.query)
    }

    /// Entries of one page, and the way on.
    private struct Sheet {
        var rows: [JournalRow] = []
        var pager = DocumentValue.null
    }

    private func page(verification: DocumentValue = .null) async throws -> Page {
        let sheet = if let filter = asked.filter { try await sheet(filter) } else { Sheet() }
        return Page(
            "journal", "Journal",
            [
                "csv_href": .text(asked.href("/v1/audit/journal", [("format", "csv")])), "verification": verification,
                "filter": asked.document, "has_rows": .flag(!sheet.rows.isEmpty),
                "rows": .list(sheet.rows.map { [directory = request.directory] in Self.row($0, directory) }),
                "pager": sheet.pager,
            ], status: asked.filter == nil ? .unprocessableContent : .ok)
    }

    private func sheet(_ filter: JournalFilter) async throws -> Sheet {
        var filter = filter
        filter.isNewestFirst = true
        // One more than is shown says whether there is a next page.
        filter.limit = Self.pageSize + 1
        let found = try await request.dependencies.store.entries(filter)
        let rows = Array(found.prefix(Self.pageSize))
        let isFirst = filter.after == nil
        let isLast = found.count == rows.count
        return Sheet(
            rows: rows,
            pager: [
                "words": .text(try await words(rows.count, isWhole: isFirst && isLast)),
                "next": isLast ? .null : DocumentValue(rows.last.map { asked.href("/journal", [("after", $0.position.cursor)]) }),
                "prev": isFirst ? .null : .text(asked.href("/journal")), "next_label": "Older", "prev_label": "The newest",
            ])
    }

    /// How many there are that fit is not counted, since that would walk through all of them; how many there are is the last one's number.
    private func words(_ count: Int, isWhole: Bool) async throws -> String {
        let entries = "\(Words.number(count)) \(count == 1 ? "entry" : "entries")"
        if asked.isFiltered { return "\(entries)\(isWhole ? "" : " of those that fit"), the newest first" }
        let all = try await request.dependencies.store.heads().reduce(0) { $0 + Int($1.position.number) }
        return "\(Words.number(count)) of \(Words.number(all)) entries, the newest first"
    }

    private func verify() async throws -> Page {
        let report = try await request.dependencies.operations.verifier.report()
        let isWhole = report.broken == nil
        return try await page(verification: [
            "ok": .flag(isWhole), "kind": isWhole ? "good" : "bad", "heading": isWhole ? "The chain is whole." : "The chain is broken.",
            "words": .text(
                isWhole
                    ? "\(Words.number(report.entries)) entries were looked at, from the first to the last, and each is as it was written."
                    : (report.broken ?? report.words).sentence),
            "broken": nil, "broken_href": nil,
            "caveat":
                "What was removed from its end cannot be seen from here, but with a checkpoint that is kept elsewhere: mandate audit verify --checkpoint FILE",
        ])
    }
}

/// An entry as a row of the table.
extension JournalView {
    /// People in a row: a message may have a thousand recipients, and its own page and the CSV file name them all.
    private static let mostPeople = 12

    static func row(_ row: JournalRow, _ directory: Directory) -> DocumentValue {
        let entry = row.entry
        let facts =
            entry.facts.filter { !$0.value.isEmpty }.map { "\($0.name)=\(directory.words(of: $0, in: entry))" }
            + (row.count > 1 ? ["count=\(row.count)"] : [])
        let second = entry.at.second
        return [
            "number": .text(Words.number(Int(row.position.number))), "anchor": .text("e\(row.position.number)"),
            "at": ["iso": .text(second), "words": .text("\(entry.at.day) \(second.dropFirst(11).prefix(8))")],
            "kind": Words.badge(entry.badge, entry.kind.words),
            "message": entry.message.map { ["id": .text($0.text), "href": .text("/queue/\(PercentCoding.encode($0.text))")] } ?? .null,
            "facts": .text(facts.prefix(Self.mostPeople * 2).joined(separator: " ")), "people": .text(people(row)),
        ]
    }

    private static func people(_ row: JournalRow) -> String {
        guard row.salt != nil else { return "(erased)" }
        let people = row.entry.people
        let more = people.count - Self.mostPeople
        let words = people.prefix(Self.mostPeople).map { "\($0.roles.map(\.rawValue).joined(separator: ", ")) \($0.text)" }
        return (words + (more > 0 ? ["and \(Words.number(more)) more"] : [])).joined(separator: "; ")
    }
}

extension JournalEntry {
    fileprivate var badge: String {
        switch kind {
        case .accepted, .settled, .signedIn: "good"
        case .attempted: outcomeBadge
        case .unknown, .changed, .warned: "wait"
        case .refused, .signInFailed, .consentFailed: "bad"
        case .queue, .tokenHandedOut, .reportTaken: "off"
        }
    }

    private var outcomeBadge: String {
        switch facts.first(where: { $0.name == "outcome" })?.value {
        case "sent"?: "good"
        case "refused"?, "denied"?: "bad"
        case "retry"?: "wait"
        default: "off"
        }
    }
}
