/// Makes the bytes of whole header fields: folded at 78 columns, no line over 998 octets, CRLF at the end (RFC 5322 2.1.1, 2.2.3).
///
/// Whatever the input, one field comes out: a line end, NUL or other control character in a name or text is written as a space. With `utf8` text
/// beyond ASCII is written as it is (RFC 6532), without it in encoded words.
package enum FieldWriter {
    /// A local part beyond ASCII has no other form, so it is written as UTF-8 in any case: look at `EmailAddress.isASCII` first.
    package static func addresses(_ name: FieldName, _ entries: [AddressListEntry], utf8: Bool = false) -> [UInt8] {
        var tokens: [FoldToken] = []
        for (index, entry) in entries.enumerated() {
            append(entry, to: &tokens, utf8: utf8)
            if index < entries.count - 1 { tokens[tokens.count - 1].text += "," }
        }
        return field(name, tokens)
    }

    package static func addresses(_ name: FieldName, _ addresses: [NamedAddress], utf8: Bool = false) -> [UInt8] {
        self.addresses(name, addresses.map { .address($0) }, utf8: utf8)
    }

    /// A field without structure, such as Subject, or one whose value is a short token, such as Auto-Submitted.
    package static func text(_ name: FieldName, _ text: String, utf8: Bool = false) -> [UInt8] {
        let text = ForbiddenScalar.replaced(in: text)
        let isFoldable = FoldToken.areFoldable(text) && text.utf8.first != ASCII.space && text.utf8.last != ASCII.space
        let isPlain = isFoldable && (utf8 || text.utf8.allSatisfy { $0 < 0x80 }) && !mayReadAsEncodedWord(text)
        return field(name, isPlain ? FoldToken.split(text) : encoded(text))
    }

    private static func append(_ entry: AddressListEntry, to tokens: inout [FoldToken], utf8: Bool) {
        switch entry {
        case .address(let address):
            append(address, to: &tokens, utf8: utf8)
        case .group(let name, let members):
            tokens += phrase(name, utf8: utf8, whenEmpty: "\"\"")
            tokens[tokens.count - 1].text += ":"
            for (index, member) in members.enumerated() {
                append(member, to: &tokens, utf8: utf8)
                if index < members.count - 1 { tokens[tokens.count - 1].text += "," }
            }
            tokens[tokens.count - 1].text += ";"
        }
    }

    private static func append(_ named: NamedAddress, to tokens: inout [FoldToken], utf8: Bool) {
        let address = named.address.description
        guard let name = named.name, !name.isEmpty else { return tokens.append(FoldToken(address)) }
        tokens += phrase(name, utf8: utf8, whenEmpty: "\"\"")
        tokens.append(FoldToken("<\(address)>"))
    }

    /// A name as bare words where that is all it is, else quoted, else encoded. Something that looks like an encoded word is quoted, where it
    /// means itself.
    private static func phrase(_ name: String, utf8: Bool, whenEmpty empty: String) -> [FoldToken] {
        let name = ForbiddenScalar.replaced(in: name)
        if name.isEmpty { return [FoldToken(empty)] }
        guard FoldToken.areFoldable(name), utf8 || name.utf8.allSatisfy({ $0 < 0x80 }) else { return encoded(name) }
        let words = name.utf8.split(separator: ASCII.space, omittingEmptySubsequences: false)
        let areAtoms = words.allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isAtom) }
        return FoldToken.split(areAtoms && !mayReadAsEncodedWord(name) ? name : quoted(name))
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    private static func encoded(_ text: String) -> [FoldToken] { EncodedWord.encode(text).map { FoldToken($0) } }

    private static func mayReadAsEncodedWord(_ text: String) -> Bool {
        zip(text.utf8, text.utf8.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
    }

    private static func field(_ name: FieldName, _ tokens: [FoldToken]) -> [UInt8] {
        var bytes = Array("\(name.text):".utf8)
        var column = bytes.count
        for token in tokens {
            let length = token.blanks + token.text.utf8.count
            if column + length > 78, column > 0 {
                bytes += [ASCII.carriageReturn, ASCII.lineFeed]
                column = 0
            }
            bytes += repeatElement(ASCII.space, count: token.blanks)
            bytes += token.text.utf8
            column += length
        }
        return bytes + [ASCII.carriageReturn, ASCII.lineFeed]
    }
}

/// A piece of a field that stays on one line, and the spaces before it, at which the line may be folded.
private struct FoldToken {
    var blanks = 1
    var text: String

    init(_ text: String, blanks: Int = 1) {
        self.text = text
        self.blanks = blanks
    }

    /// Below the 998 octets of a line by more than quotes, commas and escapes can add: each character of a name may need a backslash.
    private static let longest = 480

    /// Whether all pieces between spaces, and all runs of spaces, fit a line.
    static func areFoldable(_ text: String) -> Bool {
        var run = 0
        var wasSpace = false
        for byte in text.utf8 {
            let isSpace = byte == ASCII.space
            run = isSpace == wasSpace ? run + 1 : 1
            wasSpace = isSpace
            // A line that is all space could be taken for the end of the header, hence the few for them.
            if run > (isSpace ? 60 : longest) { return false }
        }
        return true
    }

    /// At each run of spaces, which goes with the piece behind it.
    static func split(_ text: String) -> [FoldToken] {
        var tokens: [FoldToken] = []
        var blanks = 1
        var start = text.utf8.startIndex
        while start < text.utf8.endIndex {
            let end = text.utf8[start...].firstIndex(of: ASCII.space) ?? text.utf8.endIndex
            tokens.append(FoldToken(String(text[start..<end]), blanks: blanks))
            start = text.utf8[end...].firstIndex { $0 != ASCII.space } ?? text.utf8.endIndex
            blanks = text.utf8.distance(from: end, to: start)
        }
        return tokens
    }
}
