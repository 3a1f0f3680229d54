/// The text of a file that another program wrote, whatever of the usual encodings it is in.
enum ImportText {
    /// UTF-8, or UTF-16 with its mark, in which Windows PowerShell writes what is redirected.
    static func decoded(_ bytes: [UInt8]) throws(ImportFault) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes) }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            let good = body.split(separator: 0x0A, omittingEmptySubsequences: false)
            let line = good.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw ImportFault(line: line.map { $0 + 1 }, "it is not UTF-8: save the file as UTF-8")
        }
        guard !text.utf8.contains(0) else { throw ImportFault("it has NUL bytes: this is no text") }
        return text
    }

    private static func utf16(_ bytes: [UInt8]) throws(ImportFault) -> String {
        let isBig = bytes[0] == 0xFE
        guard bytes.count % 2 == 0 else { throw ImportFault("it begins as UTF-16 and has half a character") }
        var units: [UInt16] = []
        for place in stride(from: 2, to: bytes.count, by: 2) {
            let (high, low) = isBig ? (bytes[place], bytes[place + 1]) : (bytes[place + 1], bytes[place])
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw ImportFault("it begins as UTF-16 and is none") }
        return text
    }

    /// With their numbers, from 1; CR LF and LF end them.
    static func lines(_ text: String) -> [(number: Int, text: Substring)] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.enumerated().map { ($0.offset + 1, $0.element) }
    }
}

extension StringProtocol {
    /// Without the space around it.
    var trimmedSpace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
