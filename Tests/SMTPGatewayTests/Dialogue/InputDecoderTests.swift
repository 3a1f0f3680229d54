import Testing

@testable import SMTPGateway

/// Lines and content out of octets, whatever the octets are.
struct InputDecoderTests {
    private func events(_ octets: [UInt8], in pieces: Int = .max, limit: Int = 2_048) -> [InputDecoder.Event] {
        var decoder = InputDecoder()
        var events: [InputDecoder.Event] = []
        var rest = octets[...]
        while !rest.isEmpty {
            decoder.append(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            while let event = decoder.next(lineLimit: limit) { events.append(event) }
        }
        return events
    }

    /// Line feeds behind a line that is too long end nothing, however many come at once; each is counted as thrown away.
    @Test func aMillionLineFeedsEndNothing() {
        var decoder = InputDecoder()
        decoder.append([UInt8](repeating: 0x61, count: 3_000))
        #expect(decoder.next(lineLimit: 2_048) == nil)
        decoder.append([UInt8](repeating: 0x0A, count: 1_000_000))
        #expect(decoder.next(lineLimit: 2_048) == nil)
        #expect(decoder.discarded >= 1_000_000)
        decoder.append(Array("\r\nNOOP\r\n".utf8))
        #expect(decoder.next(lineLimit: 2_048) == .overlong)
        #expect(decoder.next(lineLimit: 2_048) == .line(Array("NOOP".utf8)))
    }

    @Test(arguments: [1, 2, 3, 7, 4_096]) func linesComeWhole(_ pieces: Int) {
        let text = "NOOP\r\n\r\nbare\nRSET\n\nhid\rden\r\nwith\rin\r\n" + String(repeating: "x", count: 2_049) + "\r\nQUIT\r\n"
        #expect(
            events(Array(text.utf8), in: pieces) == [
                .line(Array("NOOP".utf8)), .line([]), .malformed, .malformed, .overlong, .line(Array("QUIT".utf8)),
            ])
    }

    /// The same content and the same end at every split.
    @Test func contentEndsAtItsEndWhereverItIsCut() {
        let text = Array("a\r\n..b\r\n.\r\nNOOP\r\n".utf8)
        for split in 0...text.count {
            var decoder = InputDecoder()
            decoder.expectContent(limit: 100)
            var content: [UInt8] = []
            var after: [InputDecoder.Event] = []
            for piece in [text[..<split], text[split...]] {
                decoder.append(piece)
                while let event = decoder.next(lineLimit: 100) {
                    if case .content(let bytes) = event { content += bytes } else { after.append(event) }
                }
            }
            #expect(content == Array("a\r\n.b\r\n".utf8), "cut at \(split)")
            #expect(after == [.contentEnded(nil), .line(Array("NOOP".utf8))], "cut at \(split)")
        }
    }
}
