import NIOCore
import Testing

@testable import Sandbox

struct SubmissionDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var wire: [UInt8]
        var events: [SubmissionDecoder.Event]
        var testDescription: String { name }

        init(_ name: String, _ wire: String, _ events: [SubmissionDecoder.Event]) {
            (self.name, self.wire, self.events) = (name, Array(wire.utf8), events)
        }
    }

    static let limit = 20
    static let cases = [
        Case("two commands", "NOOP\r\nQUIT\r\n", [.line("NOOP"), .line("QUIT")]),
        Case("empty line", "\r\n", [.line("")]),
        Case("no end yet", "NOOP", []),
        Case("bare LF", "NOOP\nQUIT\r\n", [.malformed, .line("QUIT")]),
        Case("bare CR within", "NO\rOP\r\n", [.malformed]),
        Case("NUL", "NO\0OP\r\n", [.malformed]),
        Case("UTF-8", "MAIL é\r\n", [.line("MAIL é")]),
        Case("at the limit", "123456789012345678\r\n", [.line("123456789012345678")]),
        Case("over the limit", "1234567890123456789\r\nNOOP\r\n", [.overlong, .line("NOOP")]),
        Case("far over the limit is one error", String(repeating: "x", count: 200) + "\r\nNOOP\r\n", [.overlong, .line("NOOP")]),
    ]

    private func events(_ pieces: [[UInt8]]) -> [SubmissionDecoder.Event] {
        var decoder = SubmissionDecoder(contentLimit: 1_000)
        var found: [SubmissionDecoder.Event] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let event = decoder.next(lineLimit: Self.limit) { found.append(event) }
        }
        return found
    }

    @Test(arguments: cases)
    func linesAreTheSameHoweverTheyAreCut(_ one: Case) {
        var cuts = [[one.wire], one.wire.map { [$0] }]
        cuts += (0...one.wire.count).map { [Array(one.wire[..<$0]), Array(one.wire[$0...])] }
        for pieces in cuts { #expect(events(pieces) == one.events, "\(pieces.map(\.count))") }
    }

    @Test func bytesThatAreNotUTF8AreMalformed() {
        #expect(events([[0x4E, 0xFF, 0x0D, 0x0A]]) == [.malformed])
    }

    @Test func contentAndChunksShareTheStreamWithCommands() {
        var decoder = SubmissionDecoder(contentLimit: 1_000)
        decoder.append(ByteBuffer(string: "DATA\r\n..x\r\n.\r\nBDAT 5\r\na\r\n.\rNOOP\r\n"))
        #expect(decoder.next(lineLimit: 64) == .line("DATA"))
        decoder.expectContent(reserving: 0)
        #expect(decoder.next(lineLimit: 64) == .contentEnded(octets: 4))
        #expect(decoder.takeContent() == Array(".x\r\n".utf8))
        #expect(decoder.next(lineLimit: 64) == .line("BDAT 5"))
        decoder.expectChunk(5)
        #expect(decoder.next(lineLimit: 64) == .chunkEnded)
        #expect(decoder.takeContent() == Array("a\r\n.\r".utf8))
        #expect(decoder.next(lineLimit: 64) == .line("NOOP"))
        #expect(decoder.next(lineLimit: 64) == nil)
    }

    @Test func nothingSentInClearSurvivesStartTLS() {
        var decoder = SubmissionDecoder(contentLimit: 1_000)
        decoder.append(ByteBuffer(string: "STARTTLS\r\nRCPT TO:<eve@evil.example>\r\n"))
        #expect(decoder.next(lineLimit: 64) == .line("STARTTLS"))
        decoder.clear()
        #expect(decoder.next(lineLimit: 64) == nil)
    }
}
