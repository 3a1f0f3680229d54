/// A look at the bytes before the parser sees them: libxml2 compares each attribute of a tag with each other one, so that a tag of forty
/// thousand costs seconds, and says so only afterwards.
///
/// It need not know XML well. Whatever it takes for something else than the parser does is bounded by the size of the file.
struct ByteScan {
    let limits: XMLLimits

    func check(_ bytes: [UInt8]) throws(ImportProblem) {
        guard bytes.count <= limits.bytes else { throw ImportProblem(.tooBig(limit: limits.bytes)) }
        try checkTags(try checkBeginning(bytes))
    }

    /// What can be known by the first octets of a document; answers what follows the mark of its encoding.
    @discardableResult
    func checkBeginning(_ bytes: [UInt8]) throws(ImportProblem) -> ArraySlice<UInt8> {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let body = bytes[start...]
        guard let first = body.first(where: { !Self.isSpace($0) }) else { throw ImportProblem(.empty) }
        // UTF-16 and UTF-32 have NULs in every tag; EBCDIC has another `<`.
        guard !body.contains(0) else { throw ImportProblem(.encoding("of several bytes a character"), line: 1) }
        guard first == UInt8(ascii: "<") else { throw ImportProblem(.malformed("it does not begin with \"<\""), line: 1) }
        try checkEncoding(body)
        return body
    }

    /// Those in which every byte below 0x80 is what it is in ASCII: otherwise this scan and the parser read different files.
    private static let known: Set = ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"]

    private func checkEncoding(_ body: ArraySlice<UInt8>) throws(ImportProblem) {
        guard body.starts(with: "<?xml".utf8) else { return }
        let declaration = String(decoding: body.prefix(512).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
        guard let place = declaration.firstRange(of: "encoding")?.upperBound else { return }
        let rest = declaration[place...].drop { $0.isWhitespace || $0 == "=" }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return }
        let name = rest.dropFirst().prefix { $0 != quote }
        guard Self.known.contains(name.lowercased()) else { throw ImportProblem(.encoding(String(name.prefix(40))), line: 1) }
    }

    private func checkTags(_ body: ArraySlice<UInt8>) throws(ImportProblem) {
        var rest = body
        var line = 1
        while let tag = rest.firstIndex(of: UInt8(ascii: "<")) {
            line += rest[..<tag].count(where: Self.isLineEnd)
            let end = Self.end(of: rest[tag...])
            let piece = rest[tag..<end]
            guard Self.attributes(in: piece) <= limits.attributes else {
                throw ImportProblem(.tooManyAttributes(limit: limits.attributes), line: line)
            }
            line += piece.count(where: Self.isLineEnd)
            rest = rest[end...]
        }
    }

    /// Behind a comment, a CDATA section, an instruction or a tag; quotes matter in tags alone.
    private static func end(of tag: ArraySlice<UInt8>) -> Int {
        for (opening, closing) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] where tag.starts(with: opening.utf8) {
            return tag.dropFirst(opening.utf8.count).firstRange(of: Array(closing.utf8))?.upperBound ?? tag.endIndex
        }
        var quote: UInt8?
        for (index, byte) in zip(tag.indices, tag) {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return index + 1
            }
        }
        return tag.endIndex
    }

    /// An attribute has an equals sign; one in a value only counts against the file.
    private static func attributes(in tag: ArraySlice<UInt8>) -> Int {
        tag.starts(with: "<!--".utf8) || tag.starts(with: "<![".utf8) ? 0 : tag.count { $0 == UInt8(ascii: "=") }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A }
}
