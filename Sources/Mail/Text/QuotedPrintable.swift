/// Quoted-printable (RFC 2045 section 6.7): text that any hop takes, whatever it says, and that people can still read.
package enum QuotedPrintable {
    /// RFC 2045 section 6.7 (5): no encoded line is longer, its soft break included.
    private static let longest = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Lines end with CRLF, in the text as in what comes out of it.
    package static func encode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var encoded: [UInt8] = []
        var column = 0
        var held: [UInt8] = []  // blanks that are the line's last if a break follows
        func put(_ piece: [UInt8]) {
            if column + piece.count > longest - 1 {
                encoded += [0x3D, 0x0D, 0x0A]
                column = 0
            }
            encoded += piece
            column += piece.count
        }
        func escaped(_ byte: UInt8) -> [UInt8] { [0x3D, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        func release(beforeBreak: Bool) {
            for (index, blank) in held.enumerated() { put(beforeBreak && index == held.count - 1 ? escaped(blank) : [blank]) }
            held = []
        }
        var isAfterCR = false
        for byte in text {
            if isAfterCR {
                isAfterCR = false
                if byte == 0x0A {
                    release(beforeBreak: true)
                    encoded += [0x0D, 0x0A]
                    column = 0
                    continue
                }
                release(beforeBreak: false)
                put(escaped(0x0D))
            }
            switch byte {
            case 0x0D: isAfterCR = true
            case 0x20, 0x09: held.append(byte)
            case 0x21...0x3C, 0x3E...0x7E:
                release(beforeBreak: false)
                put([byte])
            default:
                release(beforeBreak: false)
                put(escaped(byte))
            }
        }
        release(beforeBreak: true)
        if isAfterCR { put(escaped(0x0D)) }
        return encoded
    }

    /// What stands for itself does; a `=` that begins neither an octet nor a soft break is one of those.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let rest = text[index...].prefix(3)
            if rest.first == UInt8(ascii: "="), rest.count == 3, let high = ASCII.hexValue(text[index + 1]),
                let low = ASCII.hexValue(text[index + 2])
            {
                content.append(high << 4 | low)
                index += 3
            } else if rest.elementsEqual([0x3D, 0x0D, 0x0A]) {
                index += 3
            } else if rest.starts(with: [0x3D, 0x0A]) {
                index += 2
            } else {
                content.append(text[index])
                index += 1
            }
        }
        return content
    }
}
