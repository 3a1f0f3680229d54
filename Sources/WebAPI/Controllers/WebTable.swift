internal import Web
internal import HTTPTypes
internal import HummingbirdCore
internal import Relay

/// Rows under names, as JSON for programs and CSV (RFC 4180) for spreadsheets.
struct WebTable: Sendable {
    private let columns: [String]
    private var rows: [[DocumentValue]] = []

    init(_ columns: [String]) { self.columns = columns }

    mutating func add(_ row: [DocumentValue]) {
        precondition(row.count == columns.count, "a row has a cell for each column")
        rows.append(row)
    }

    static func wantsCSV(_ request: APIRequest) throws(Problem) -> Bool {
        switch request.query["format"] {
        case nil, "json": return false
        case "csv": return true
        default: throw Problem(.badRequest, "format is json or csv", place: "format")
        }
    }

    static let paging: [Endpoint.Parameter] = [
        .query("after", .line, "the cursor that came with the page before"),
        .query("limit", .number(1...Int64(longestPage)), "\(longestPage) unless said otherwise; a CSV has always all"),
    ]
    private static let longestPage = 1000

    /// The list is made anew for each page, so a cursor says how many rows were seen.
    static func page(_ items: [DocumentValue], _ request: APIRequest) throws(Problem) -> Reply {
        let (seen, limit) = try range(request)
        let page = items.dropFirst(seen).prefix(limit)
        return .json([
            "items": .list(Array(page)), "next": DocumentValue(seen + page.count < items.count ? String(seen + page.count) : nil),
        ])
    }

    /// How many rows were seen, and how many more are wanted.
    static func range(_ request: APIRequest) throws(Problem) -> (seen: Int, limit: Int) {
        let limit = try request.query.number("limit", in: 1...longestPage, usual: longestPage)
        return (try request.query.number("after", in: 0...Int.max - longestPage, usual: 0), limit)
    }

    /// A page of it as JSON, all of it as CSV.
    func reply(to request: APIRequest) throws(Problem) -> Reply {
        guard try Self.wantsCSV(request) else {
            return try Self.page(items, request)
        }
        let name = request.http.uri.path.split(separator: "/").last.map(String.init) ?? "table"
        return Reply(.ok, .bytes(csv(withHeader: true), type: "text/csv; charset=utf-8; header=present"))
            .with(.contentDisposition, "attachment; filename=\"\(name).csv\"")
    }

    var items: [DocumentValue] { rows.map { row in .map(zip(columns, row).map { DocumentValue.Entry($0, $1) }) } }

    func csv(withHeader: Bool) -> [UInt8] {
        let header = withHeader ? CSVText.record(columns) : ""
        return Array((header + rows.map { CSVText.record($0.map(Self.field)) }.joined()).utf8)
    }

    private static func field(_ value: DocumentValue) -> String {
        switch value {
        case .flag(let flag): String(flag)
        case .number(let number): String(number)
        case .decimal(let number): String(number)
        case .null, .text, .list, .map: CSVText.field(words(value))
        }
    }

    /// Lists in one field; of a pair, such as a fact, both sides.
    private static func words(_ value: DocumentValue) -> String {
        switch value {
        case .null: ""
        case .text(let text): text
        case .flag, .number, .decimal: field(value)
        case .list(let values): values.map(words).joined(separator: "; ")
        case .map(let entries): entries.map { words($0.value) }.joined(separator: "=")
        }
    }
}
