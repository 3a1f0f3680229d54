/// The character classes of RFC 5321 and 5322, on bytes.
enum ASCII {
    static let space = UInt8(ascii: " ")
    static let tab: UInt8 = 0x09
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A

    static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// RFC 5322 3.2.3, with every byte of a UTF-8 sequence as RFC 6532 adds.
    static func isAtom(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) || byte >= 0x80 { return true }
        switch Unicode.Scalar(byte) {
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~": return true
        default: return false
        }
    }

    /// Letters, digits, hyphen; and the underscore, which DNS allows and real hosts have.
    static func isHostByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    static func lowercasedString(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { buffer in
            var count = 0
            for byte in bytes {
                buffer[count] = lowercased(byte)
                count += 1
            }
            return count
        }
    }

    static func lowercasedString(_ bytes: Span<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { buffer in
            for index in bytes.indices { buffer[index] = lowercased(bytes[index]) }
            return bytes.count
        }
    }

    /// Only A to Z change; everything else, also beyond ASCII, stays.
    static func lowercased(_ text: String) -> String {
        text.utf8.contains { $0 &- 0x41 < 26 } ? lowercasedString(text.utf8) : text
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Without spaces, tabs and line ends at both ends.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in isWhiteSpace(byte) || byte == carriageReturn || byte == lineFeed }
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) }) else { return [] }
        return bytes[start...last]
    }
}
