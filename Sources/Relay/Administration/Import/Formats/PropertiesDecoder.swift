/// Reads Java's properties: `key=value`, `key: value` or `key value`, `#` and `!` before comments, a backslash at the end of a line that goes on, and before a
/// character that means itself. In ISO-8859-1, as the format has it, unless it is UTF-8, as most write it today.
enum PropertiesDecoder {
    struct Entry: Sendable, Hashable {
        let line: Int
        let key: String
        let value: String
    }

    static func entries(_ bytes: [UInt8]) throws(ImportFault) -> [Entry] {
        let text: String
        do throws(ImportFault) { text = try ImportText.decoded(bytes) } catch {
            guard !bytes.contains(0) else { throw error }
            text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        }
        var entries: [Entry] = []
        var open: (line: Int, text: String)?
        for (number, raw) in ImportText.lines(text) {
            let piece = raw.drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
            if open == nil, piece.isEmpty || piece.first == "#" || piece.first == "!" { continue }
            let line = (open?.line ?? number, (open?.text ?? "") + piece)
            if piece.reversed().prefix(while: { $0 == "\\" }).count % 2 == 1 {
                open = (line.0, String(line.1.dropLast()))
            } else {
                entries.append(try entry(line.1, line.0))
                open = nil
            }
        }
        if let open { entries.append(try entry(open.text, open.line)) }
        return entries
    }

    private static func entry(_ text: String, _ line: Int) throws(ImportFault) -> Entry {
        var rest = Array(text)[...]
        let key = try take(&rest, line) { $0 == "=" || $0 == ":" || $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
        if rest.first == "=" || rest.first == ":" { rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" } }
        return Entry(line: line, key: key, value: try take(&rest, line) { _ in false })
    }

    /// What stands there with its escapes undone, up to a character that ends it.
    private static func take(_ rest: inout ArraySlice<Character>, _ line: Int, until ends: (Character) -> Bool) throws(ImportFault)
        -> String
    {
        var units: [UInt16] = []
        while let character = rest.first, !ends(character) {
            rest = rest.dropFirst()
            guard character == "\\", let escaped = rest.popFirst() else {
                units += String(character).utf16
                continue
            }
            switch escaped {
            case "t": units.append(0x09)
            case "n": units.append(0x0A)
            case "r": units.append(0x0D)
            case "f": units.append(0x0C)
            case "u":
                let digits = String(rest.prefix(4))
                guard digits.count == 4, let unit = UInt16(digits, radix: 16) else {
                    throw ImportFault(line: line, "\\u wants four hexadecimal digits")
                }
                units.append(unit)
                rest = rest.dropFirst(4)
            default: units += String(escaped).utf16
            }
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw ImportFault(line: line, "half of a surrogate pair stands alone")
        }
        return text
    }
}
