/// One encoded word taken apart (RFC 2047 2).
struct EncodedWordParts {
    let charset: Charset?
    /// Nil where the Base64 is broken, or the encoding neither B nor Q.
    let content: [UInt8]?
    let end: Int

    /// Longer words than the 75 octets of RFC 2047 are taken: they are common.
    init?(_ bytes: [UInt8], from start: Int) {
        let question = UInt8(ascii: "?")
        guard start + 1 < bytes.count, bytes[start] == UInt8(ascii: "="), bytes[start + 1] == question else { return nil }
        let isToken = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && byte != question }
        let span = bytes[(start + 2)...]
        let charsetEnd = span.firstIndex { !isToken($0) } ?? span.endIndex
        guard charsetEnd > start + 2, charsetEnd + 2 < bytes.count, bytes[charsetEnd] == question, bytes[charsetEnd + 2] == question else {
            return nil
        }
        let text = bytes[(charsetEnd + 3)...]
        let textEnd = text.firstIndex { !isToken($0) } ?? text.endIndex
        guard textEnd + 1 < bytes.count, bytes[textEnd] == question, bytes[textEnd + 1] == UInt8(ascii: "=") else { return nil }
        // RFC 2231 5: a language may follow the character set.
        charset = Charset(span[..<charsetEnd].prefix { $0 != UInt8(ascii: "*") })
        content = Self.content(bytes[(charsetEnd + 3)..<textEnd], encoding: bytes[charsetEnd + 1])
        end = textEnd + 2
    }

    private static func content(_ text: ArraySlice<UInt8>, encoding: UInt8) -> [UInt8]? {
        switch Unicode.Scalar(encoding) {
        case "B", "b": Base64.decode(text)
        case "Q", "q": unquoted(text)
        default: nil
        }
    }

    /// A `=` that no two hex digits follow stands for itself.
    private static func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "="), index + 2 < text.endIndex, let high = ASCII.hexValue(text[index + 1]),
                let low = ASCII.hexValue(text[index + 2])
            {
                content.append(high << 4 | low)
                index += 3
            } else {
                content.append(byte == UInt8(ascii: "_") ? ASCII.space : byte)
                index += 1
            }
        }
        return content
    }
}
