/// Writes CSV (RFC 4180): quotes where a comma, a quote, a line end or an edge space would be misread, records ended by CRLF.
enum CSVText {
    static func record(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

    private static func field(_ text: String) -> String {
        // By scalars: in Swift, CR LF is one character and would not be found as either.
        let needsQuotes =
            text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" } || text.first == " " || text.last == " "
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
