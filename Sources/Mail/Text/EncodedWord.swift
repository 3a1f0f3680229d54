/// Text beyond ASCII in a header, both ways (RFC 2047): `=?utf-8?Q?J=C3=B6rg?=`.
///
/// Decoding never fails: what is not a valid encoded word, or is in a character set we do not know, stays as it stands. Control characters, which
/// could smuggle a line end into a name, come out as spaces.
package enum EncodedWord {
    package static func decode(_ text: String) -> String { decode(text.utf8) }

    /// Decodes a field's value, folded or not.
    package static func decode(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var joiner = EncodedWordJoiner()
        var plainStart = 0
        var index = 0
        while index < bytes.count {
            guard let word = EncodedWordParts(bytes, from: index), let charset = word.charset, let content = word.content else {
                index += 1
                continue
            }
            joiner.addPlain(bytes[plainStart..<index])
            joiner.add(content, charset)
            index = word.end
            plainStart = index
        }
        joiner.addPlain(bytes[plainStart...])
        return joiner.finish()
    }

    /// Encoded words that are known to stand side by side.
    static func decode(words: [ArraySlice<UInt8>]) -> String {
        var joiner = EncodedWordJoiner()
        for (index, bytes) in words.enumerated() {
            if index > 0 { joiner.addPlain([ASCII.space]) }
            if let word = EncodedWordParts(Array(bytes), from: 0), let charset = word.charset, let content = word.content {
                joiner.add(content, charset)
            } else {
                joiner.addPlain(bytes)
            }
        }
        return joiner.finish()
    }

    /// The index behind the encoded word that begins at `start`, if one does; its character set need not be known.
    static func end(in bytes: [UInt8], from start: Int) -> Int? { EncodedWordParts(bytes, from: start)?.end }

    /// Words of at most 75 octets, Q or B, whichever is shorter. To be joined by a space or a fold. None splits a character.
    package static func encode(_ text: String) -> [String] {
        let useQ = text.utf8.reduce(0) { $0 + qLength($1) } <= (text.utf8.count + 2) / 3 * 4
        // 75 octets less "=?UTF-8?Q?" and "?="; Base64 comes in fours, of three bytes each.
        let capacity = useQ ? 63 : 45
        var words: [String] = []
        var part: [UInt8] = []
        var length = 0
        for piece in pieces(of: text) {
            let cost = useQ ? piece.reduce(0) { $0 + qLength($1) } : piece.count
            if length + cost > capacity {
                words.append(word(part, useQ: useQ))
                part = []
                length = 0
            }
            part += piece
            length += cost
        }
        if !part.isEmpty { words.append(word(part, useQ: useQ)) }
        return words
    }

    /// What must not be split: a character as people see it, unless it is so large (a family of emoji, a tower of accents) that only its
    /// scalars fit a word.
    private static func pieces(of text: String) -> [[UInt8]] {
        text.flatMap { character -> [[UInt8]] in
            let bytes = Array(character.utf8)
            // In Q a byte takes three octets at most, so 21 bytes fit 63.
            return bytes.count <= 21 ? [bytes] : character.unicodeScalars.map { Array($0.utf8) }
        }
    }

    private static func word(_ bytes: [UInt8], useQ: Bool) -> String {
        var content: [UInt8] = []
        if useQ {
            for byte in bytes { appendQ(byte, to: &content) }
        } else {
            content = Base64.encode(bytes)
        }
        return "=?UTF-8?\(useQ ? "Q" : "B")?\(String(decoding: content, as: UTF8.self))?="
    }

    private static func qLength(_ byte: UInt8) -> Int { isPlainQ(byte) || byte == ASCII.space ? 1 : 3 }

    /// RFC 2047 5 (3): what may stand for itself also within a name.
    private static func isPlainQ(_ byte: UInt8) -> Bool {
        if byte < 0x80, ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch Unicode.Scalar(byte) {
        case "!", "*", "+", "-", "/": return true
        default: return false
        }
    }

    private static func appendQ(_ byte: UInt8, to content: inout [UInt8]) {
        if byte == ASCII.space {
            content.append(UInt8(ascii: "_"))
        } else if isPlainQ(byte) {
            content.append(byte)
        } else {
            let digits = Array("0123456789ABCDEF".utf8)
            content += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
