/// An SMTP reply: a code and one or more lines of text (RFC 5321, section 4.2).
package struct Reply: Sendable, Hashable {
    package var code: Int
    package var lines: [String]

    package init(_ code: Int, _ lines: String...) {
        self.init(code, lines: lines)
    }

    init(_ code: Int, lines: [String]) {
        self.code = code
        self.lines = lines.isEmpty ? [""] : lines
    }

    var isPositive: Bool { code < 400 }

    /// The octets on the wire. A 334 with an empty text keeps its space, as Exchange's does.
    var wire: String {
        var text = ""
        for (index, line) in lines.enumerated() {
            text += "\(code)\(index == lines.count - 1 ? " " : "-")\(line)\r\n"
        }
        return text
    }
}
