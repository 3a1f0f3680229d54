/// Makes the bytes of whole header fields: folded at 78 columns, no line over 998 octets, CRLF at the end (RFC 5322 2.1.1, 2.2.3).
///
/// Whatever the input, one field comes out: a line end, NUL or other control character in a name or text is written as a space. With `utf8` text
/// beyond ASCII is written as it is (RFC 6532), without it in encoded words.
package enum FieldWriter {
    /// A local part beyond ASCII has no other form, so it is written as UTF-8 in any case: look at `EmailAddress.isASCII` first.
    package static func addresses(_ name: FieldName, _ entries: [AddressListEntry], utf8: Bool = false) -> [UInt8] {
        var field = FoldedField(name)
        for (index, entry) in entries.enumerated() {
            append(entry, to: &field, utf8: utf8)
            if index < entries.count - 1 { field.append(",") }
        }
        return field.finish()
    }

    package static func addresses(_ name: FieldName, _ addresses: [NamedAddress], utf8: Bool = false) -> [UInt8] {
        self.addresses(name, addresses.map { .address($0) }, utf8: utf8)
    }

    /// A field without structure, such as Subject, or one whose value is a short token, such as Auto-Submitted.
    package static func text(_ name: FieldName, _ text: String, utf8: Bool = false) -> [UInt8] {
        let text = ForbiddenScalar.replaced(in: text)
        let isFoldable = areFoldable(text.utf8.span) && text.utf8.first != ASCII.space && text.utf8.last != ASCII.space
        let isPlain = isFoldable && (utf8 || isASCII(text.utf8.span)) && !mayReadAsEncodedWord(text.utf8.span)
        var field = FoldedField(name)
        if isPlain { field.append(words: text.utf8.span) } else { appendEncoded(text, to: &field) }
        return field.finish()
    }

    private static func append(_ entry: AddressListEntry, to field: inout FoldedField, utf8: Bool) {
        switch entry {
        case .address(let address):
            append(address, to: &field, utf8: utf8)
        case .group(let name, let members):
            append(phrase: name, to: &field, utf8: utf8)
            field.append(":")
            for (index, member) in members.enumerated() {
                append(member, to: &field, utf8: utf8)
                if index < members.count - 1 { field.append(",") }
            }
            field.append(";")
        }
    }

    private static func append(_ named: NamedAddress, to field: inout FoldedField, utf8: Bool) {
        guard let name = named.name, !name.isEmpty else { return field.append(address: named.address) }
        append(phrase: name, to: &field, utf8: utf8)
        field.append(address: named.address, inBrackets: true)
    }

    /// A name as bare words where that is all it is, else quoted, else encoded. Something that looks like an encoded word is quoted, where it
    /// means itself.
    private static func append(phrase name: String, to field: inout FoldedField, utf8: Bool) {
        if name.utf8.count <= longest, areAtoms(name.utf8.span), isASCII(name.utf8.span), !mayReadAsEncodedWord(name.utf8.span) {
            return field.append(words: name.utf8.span)  // as nearly all names are: none of what follows would find anything
        }
        let name = ForbiddenScalar.replaced(in: name)
        guard areFoldable(name.utf8.span), utf8 || isASCII(name.utf8.span) else { return appendEncoded(name, to: &field) }
        if areAtoms(name.utf8.span), !mayReadAsEncodedWord(name.utf8.span) {
            field.append(words: name.utf8.span)
        } else {
            field.append(words: quoted(name).span)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }

    private static func appendEncoded(_ text: String, to field: inout FoldedField) {
        for word in EncodedWord.encode(text) { field.append(words: word.utf8.span) }
    }

    private static func isASCII(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] >= 0x80 { return false }
        return true
    }

    /// Words of atoms alone, with single spaces between them.
    private static func areAtoms(_ text: Span<UInt8>) -> Bool {
        var isAfterSpace = true
        for index in text.indices {
            let isSpace = text[index] == ASCII.space
            guard isSpace ? !isAfterSpace : ASCII.isAtom(text[index]) else { return false }
            isAfterSpace = isSpace
        }
        return !isAfterSpace
    }

    private static func mayReadAsEncodedWord(_ text: Span<UInt8>) -> Bool {
        for index in text.indices.dropFirst() where text[index] == UInt8(ascii: "?") && text[index - 1] == UInt8(ascii: "=") { return true }
        return false
    }

    /// Below the 998 octets of a line by more than quotes, commas and escapes can add: each character of a name may need a backslash.
    private static let longest = 480

    /// Whether all pieces between spaces, and all runs of spaces, fit a line.
    private static func areFoldable(_ text: Span<UInt8>) -> Bool {
        var run = 0
        var wasSpace = false
        for index in text.indices {
            let isSpace = text[index] == ASCII.space
            run = isSpace == wasSpace ? run + 1 : 1
            wasSpace = isSpace
            // A line that is all space could be taken for the end of the header, hence the few for them.
            if run > (isSpace ? 60 : longest) { return false }
        }
        return true
    }
}

/// A field on its way. What is appended goes to the piece that was begun last; each piece stays on one line, and before each one, where its spaces stand, the line
/// may be folded.
private struct FoldedField {
    private var bytes: [UInt8] = []
    /// Where the last piece begins with its spaces, and in which column.
    private var start: Int
    private var column: Int

    init(_ name: FieldName) {
        // Most fields are one line and a bit.
        bytes.reserveCapacity(128)
        bytes.append(contentsOf: name.text.utf8)
        bytes.append(UInt8(ascii: ":"))
        start = bytes.count
        column = start
    }

    /// What belongs to the piece before.
    mutating func append(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    mutating func append(address: EmailAddress, inBrackets: Bool = false) {
        begin(blanks: 1)
        if inBrackets { append("<") }
        address.write(to: &bytes)
        if inBrackets { append(">") }
    }

    /// A piece for each word, and the spaces between them go with the one behind.
    mutating func append(words text: Span<UInt8>) {
        var blanks = 1
        var index = 0
        while index < text.count {
            begin(blanks: blanks)
            while index < text.count, text[index] != ASCII.space {
                bytes.append(text[index])
                index += 1
            }
            blanks = 0
            while index < text.count, text[index] == ASCII.space {
                blanks += 1
                index += 1
            }
        }
    }

    mutating func finish() -> [UInt8] {
        settle()
        appendLineEnd(at: bytes.count)
        return bytes
    }

    private mutating func begin(blanks: Int) {
        settle()
        for _ in 0..<blanks { bytes.append(ASCII.space) }
    }

    /// The last piece is whole, so it is known whether it fits the line.
    private mutating func settle() {
        let length = bytes.count - start
        if length > 0, column + length > 78 {
            appendLineEnd(at: start)
            column = 0
        }
        column += length
        start = bytes.count
    }

    private mutating func appendLineEnd(at place: Int) {
        bytes.insert(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed], at: place)
    }
}
