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

    func reply(to request: APIRequest) throws(Problem) -> Reply {
        guard try Self.wantsCSV(request) else { return .json(["items": .list(items), "next": nil]) }
        let name = request.http.uri.path.split(separator: "/").last.map(String.init) ?? "table"
        return Reply(.ok, .bytes(csv(withHeader: true), type: "text/csv; charset=utf-8; header=present"))
            .with(.contentDisposition, "attachment; filename=\"\(name).csv\"")
    }

    var items: [DocumentValue] { rows.map { row in .map(zip(columns, row).map { DocumentValue.Entry($0, $1) }) } }

    func csv(withHeader: Bool) -> [UInt8] {
        var text = withHeader ? columns.joined(separator: ",") + "\r\n" : ""
        for row in rows { text += row.map(Self.cell).joined(separator: ",") + "\r\n" }
        return Array(text.utf8)
    }

    private static func cell(_ value: DocumentValue) -> String {
        switch value {
        case .null, .map: ""
        case .text(let text): quoted(text)
        case .flag(let flag): flag ? "yes" : "no"
        case .number(let number): String(number)
        case .decimal(let number): String(number)
        case .list(let values): quoted(values.map { if case .text(let text) = $0 { text } else { "" } }.joined(separator: "; "))
        }
    }

    /// A spreadsheet takes a cell that begins so for a formula and runs it; a quote in front makes it text.
    private static func quoted(_ text: String) -> String {
        let safe = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } == true ? "'" + text : text
        guard safe.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return safe }
        return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
