/// Puts encoded words and the text between them together. The bytes of neighbours in one character set are decoded as one, since senders split
/// characters between words; the space between two encoded words is no text (RFC 2047 6.2).
struct EncodedWordJoiner {
    private var text = ""
    private var pending: [UInt8] = []
    private var charset: Charset?
    /// Blanks after an encoded word: text only if no other encoded word follows.
    private var blanks: ArraySlice<UInt8> = []

    mutating func add(_ content: [UInt8], _ charset: Charset) {
        if charset != self.charset { flush() }
        self.charset = charset
        blanks = []
        pending += content
    }

    mutating func addPlain(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        let isBlank = bytes.allSatisfy { ASCII.isWhiteSpace($0) || $0 == ASCII.carriageReturn || $0 == ASCII.lineFeed }
        if isBlank, charset != nil, blanks.isEmpty {
            blanks = bytes
        } else {
            endRun()
            append(bytes)
        }
    }

    /// All text, each control character as a space.
    mutating func finish() -> String {
        endRun()
        return ForbiddenScalar.replaced(in: text)
    }

    private mutating func endRun() {
        flush()
        charset = nil
        append(blanks)
        blanks = []
    }

    private mutating func flush() {
        if let charset { text += charset.text(pending) }
        pending = []
    }

    /// The CRLF of a fold is no text; the space or tab behind it is.
    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        var flat: [UInt8] = []
        flat.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == ASCII.carriageReturn, index + 1 < bytes.endIndex, bytes[index + 1] == ASCII.lineFeed {
                index += 2
            } else {
                flat.append(bytes[index])
                index += 1
            }
        }
        text += Charset.textOf8Bit(flat)
    }
}
