internal import Web
internal import HTTPTypes
internal import Relay

/// Reads the journal for programs: pages of JSON, or a whole CSV file while it is read.
struct JournalController: Sendable {
    private let request: APIRequest
    private let filter: JournalFilter
    private static let columns = ["strand", "number", "at", "kind", "message", "count", "personal", "facts"]

    init(_ request: APIRequest) throws(Problem) {
        self.request = request
        var message: SpoolID?
        if let text = request.query["message"] {
            guard let id = SpoolID(text) else { throw Problem(.badRequest, "message is no id", place: "message") }
            message = id
        }
        var after: JournalPosition?
        if let text = request.query["after"] {
            guard let position = JournalPosition(cursor: text) else {
                throw Problem(.badRequest, "after is no cursor of ours", place: "after")
            }
            after = position
        }
        var asked = JournalFilter(
            from: request.query["from"], author: request.query["as"], recipient: request.query["recipient"],
            mailbox: request.query["mailbox"],
            message: message, since: try request.query.date("since"), until: try request.query.date("until"), after: after,
            limit: try request.query.number("limit", in: 1...1000, usual: 100))
        if let text = request.query["kind"] {
            guard let kind = JournalEntry.Kind(rawValue: text) else {
                throw Problem(
                    .badRequest, "there is no such kind of an entry",
                    fix: "there are \(JournalEntry.Kind.allCases.map(\.rawValue).joined(separator: ", "))", place: "kind")
            }
            asked.kinds = [kind]
        }
        filter = asked
    }

    func answer() async throws -> Reply {
        if try WebTable.wantsCSV(request) { return csv() }
        let rows = try await request.dependencies.store.entries(filter)
        var table = WebTable(Self.columns)
        for row in rows { table.add(Self.cells(row)) }
        return .json(["items": .list(table.items), "next": DocumentValue(rows.count == filter.limit ? rows.last?.position.cursor : nil)])
    }

    private func csv() -> Reply {
        let store = request.dependencies.store
        var first = filter
        first.limit = 1000
        let content = Reply.Content.pages(type: "text/csv; charset=utf-8; header=present") { [first] cursor in
            var filter = first
            if let cursor { filter.after = JournalPosition(cursor: cursor) }
            let rows = try await store.entries(filter)
            var table = WebTable(Self.columns)
            for row in rows { table.add(Self.cells(row)) }
            return (table.csv(withHeader: cursor == nil), rows.count == filter.limit ? rows.last?.position.cursor : nil)
        }
        return Reply(.ok, content).with(.contentDisposition, "attachment; filename=\"journal.csv\"")
    }

    private static func cells(_ row: JournalRow) -> [DocumentValue] {
        let entry = row.entry
        let personal: [DocumentValue] =
            row.salt == nil
            ? [["role": "erased", "text": ""]] : entry.personal.map { ["role": .text($0.role.rawValue), "text": .text($0.text)] }
        return [
            .text(row.position.strand), .number(row.position.number), DocumentValue(entry.at), .text(entry.kind.rawValue),
            DocumentValue(entry.message?.text), DocumentValue(row.count), .list(personal),
            .list(entry.facts.filter { !$0.value.isEmpty }.map { ["name": .text($0.name), "value": .text($0.value)] }),
        ]
    }
}
