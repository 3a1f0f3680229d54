/// Writes CSV (RFC 4180): quotes where a comma, a quote, a line end or an edge space would be misread, records ended by CRLF.
package enum CSVText {
    package static func record(_ fields: [String]) -> String { fields.joined(separator: ",") + "\r\n" }

    /// What somebody wrote, as one field. A spreadsheet takes a cell that begins so for a formula and runs it; a quote in front makes it text.
    package static func field(_ text: String) -> String {
        let safe = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } == true ? "'" + text : text
        // By scalars: in Swift, CR LF is one character and would not be found as either.
        let needsQuotes =
            safe.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" } || safe.first == " " || safe.last == " "
        return needsQuotes ? "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : safe
    }
}
