/// Reads addresses from bytes in one pass from left to right, the tokens of RFC 5322 3.2 and 4.1; what stands between them is skipped.
///
/// Nothing is recursive and no byte is looked at more than a few times, so hostile input costs no more than long input.
struct AddressScanner {
    /// A part of a local part or of a name. It keeps its place in the input only: text is made where it is wanted.
    struct Word {
        enum Kind { case atom, encoded, quoted, dot }
        let kind: Kind
        let range: Range<Int>
        let followsSpace: Bool
    }

    let bytes: [UInt8]
    private(set) var position = 0
    /// The content of the comment that was skipped last.
    private(set) var comment: Range<Int>?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func forgetComment() { comment = nil }

    mutating func advance() { position += 1 }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// What to say about the byte that stands where something else was expected.
    func unexpected() -> AddressError {
        guard let byte = next else { return AddressError(.empty, at: position) }
        if ASCII.isControl(byte) { return AddressError(.controlCharacter(UInt32(byte)), at: position) }
        var decoder = UTF8()
        var rest = bytes[position...].makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return AddressError(.invalidUTF8, at: position) }
        return AddressError(.unexpected(scalar), at: position)
    }

    /// Skips comments and folding white space; true if there was any.
    @discardableResult
    mutating func skipSpace() throws(AddressError) -> Bool {
        let start = position
        while let byte = next {
            if ASCII.isWhiteSpace(byte) {
                position += 1
            } else if byte == ASCII.carriageReturn {
                try skipFold()
            } else if byte == UInt8(ascii: "(") {
                try skipComment()
            } else {
                break
            }
        }
        return position > start
    }

    /// CRLF is white space only before a space or tab, or as the end of the whole field.
    private mutating func skipFold() throws(AddressError) {
        let end = position + 2
        guard end <= bytes.count, bytes[position + 1] == ASCII.lineFeed, end == bytes.count || ASCII.isWhiteSpace(bytes[end]) else {
            throw AddressError(.controlCharacter(UInt32(ASCII.carriageReturn)), at: position)
        }
        position = end
    }

    private mutating func skipComment() throws(AddressError) {
        let start = position
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "("):
                depth += 1
                position += 1
            case UInt8(ascii: ")"):
                depth -= 1
                position += 1
                guard depth > 0 else {
                    comment = (start + 1)..<(position - 1)
                    return
                }
            default:
                try skipQuotedByte()
            }
        }
        throw AddressError(.unclosedComment, at: start)
    }

    /// One character inside quotes or a comment: a fold, an escaped character, or any that is not a control.
    private mutating func skipQuotedByte() throws(AddressError) {
        if bytes[position] == ASCII.carriageReturn { return try skipFold() }
        if bytes[position] == UInt8(ascii: "\\") { position += 1 }
        guard let byte = next else { return }
        guard !ASCII.isControl(byte) || byte == ASCII.tab else { throw unexpected() }
        position += 1
    }

    /// Words up to the next special that is not part of one. None is no error here.
    mutating func words() throws(AddressError) -> [Word] {
        var words: [Word] = []
        while true {
            let followsSpace = try skipSpace()
            guard let byte = next else { return words }
            let start = position
            let kind: Word.Kind
            if byte == UInt8(ascii: "\"") {
                try skipQuotedString()
                kind = .quoted
            } else if byte == UInt8(ascii: ".") {
                position += 1
                kind = .dot
            } else if let end = EncodedWord.end(in: bytes, from: start) {
                position = end
                kind = .encoded
            } else if ASCII.isAtom(byte) {
                skipAtom()
                kind = .atom
            } else {
                return words
            }
            words.append(Word(kind: kind, range: start..<position, followsSpace: followsSpace))
        }
    }

    mutating func skipAtom() {
        while position < bytes.count, ASCII.isAtom(bytes[position]) { position += 1 }
    }

    private mutating func skipQuotedString() throws(AddressError) {
        let start = position
        position += 1
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                position += 1
                return
            }
            try skipQuotedByte()
        }
        throw AddressError(.unclosedQuote, at: start)
    }

    /// The meaning of what stands inside quotes or a comment: escapes resolved, folds undone.
    func unquoted(_ range: Range<Int>) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == ASCII.carriageReturn {
                index += 2
                continue
            }
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound { index += 1 }
            content.append(bytes[index])
            index += 1
        }
        return content
    }
}
