import Testing

@testable import SMTPTransmit

@Suite struct DotStuffingTests {
    private static let texts = [
        ".", "..", ".\r\n", "a\r\n.b\r\n", "a\r\n..\r\n.\r\n.c", "a.b.c\r\n", "\r\n\r\n.", "a\r.\r\n", "a\n.b\r\n", "\r\n.\r\n.\r\n", "",
        "no end", "end\r", "end\n",
    ]

    /// What RFC 5321 4.5.2 asks for, written as simply as it can be.
    private func expected(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var before: UInt8 = 0x0A
        for byte in text.utf8 {
            if before == 0x0A, byte == UInt8(ascii: ".") { out.append(byte) }
            out.append(byte)
            before = byte
        }
        let ends = text.isEmpty || text.hasSuffix("\r\n")
        return out + Array((ends ? ".\r\n" : "\r\n.\r\n").utf8)
    }

    private func stuffed(_ pieces: [[UInt8]]) -> [UInt8] {
        var stuffing = DotStuffing()
        var out: [UInt8] = []
        for piece in pieces {
            var from = 0
            for dot in stuffing.dots(in: piece) {
                out += piece[from..<dot] + [UInt8(ascii: ".")]
                from = dot
            }
            out += piece[from...]
        }
        return out + stuffing.ending
    }

    @Test(arguments: texts) func isTheSameAtEverySplitPoint(_ text: String) {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(stuffed(pieces) == expected(text))
            }
        }
    }

    @Test(arguments: texts) func isTheSameByteByByte(_ text: String) {
        #expect(stuffed(text.utf8.map { [$0] }) == expected(text))
    }
}
