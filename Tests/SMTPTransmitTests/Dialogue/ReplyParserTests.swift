import Relay
import Testing

@testable import SMTPTransmit

@Suite struct ReplyParserTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let reply: ProviderReply
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ reply: ProviderReply) {
            self.name = name
            self.text = text
            self.reply = reply
        }
    }

    static let good = [
        Case("one line", "250 ok\r\n", ProviderReply(code: 250, text: "ok")),
        Case("code alone", "250\r\n", ProviderReply(code: 250, text: "")),
        Case("enhanced", "550 5.7.60 no\r\n", ProviderReply(code: 550, enhanced: "5.7.60", text: "no")),
        Case("enhanced alone", "550 5.1.1\r\n", ProviderReply(code: 550, enhanced: "5.1.1", text: "")),
        Case("another class", "501 4.5.127 x\r\n", ProviderReply(code: 501, enhanced: "4.5.127", text: "x")),
        Case("no enhanced code: four digits", "550 5.1234.1 x\r\n", ProviderReply(code: 550, text: "5.1234.1 x")),
        Case("no enhanced code: an address", "220 2.0.0.1 x\r\n", ProviderReply(code: 220, text: "2.0.0.1 x")),
        Case("several lines", "550-5.7.1 a\r\n550-5.7.1 b\r\n550 5.7.1 c\r\n", ProviderReply(code: 550, enhanced: "5.7.1", text: "a b c")),
        Case("code in the first line only", "550-5.7.1 a\r\n550 b\r\n", ProviderReply(code: 550, enhanced: "5.7.1", text: "a b")),
        Case("bare LF", "550-5.7.1 a\n550 b\n", ProviderReply(code: 550, enhanced: "5.7.1", text: "a b")),
        Case("control characters", "250 a\u{1b}[2J\u{0}b\rc\r\n", ProviderReply(code: 250, text: "a [2J b c")),
        Case("empty text", "334 \r\n", ProviderReply(code: 334, text: "")),
    ]

    @Test(arguments: good) func readsWhole(_ test: Case) throws {
        var parser = ReplyParser()
        parser.append(Array(test.text.utf8))
        #expect(try parser.next()?.reply == test.reply)
        #expect(!parser.hasUnread)
    }

    @Test(arguments: good) func readsSplitAtEachPoint(_ test: Case) throws {
        let bytes = Array(test.text.utf8)
        for point in 1..<bytes.count {
            var parser = ReplyParser()
            parser.append(bytes[..<point])
            #expect(try parser.next() == nil)
            parser.append(bytes[point...])
            #expect(try parser.next()?.reply == test.reply)
        }
    }

    @Test func severalRepliesComeOneByOne() throws {
        var parser = ReplyParser()
        parser.append(Array("250 a\r\n550 b\r\n35".utf8))
        #expect(try parser.next()?.code == 250)
        #expect(try parser.next()?.code == 550)
        #expect(try parser.next() == nil)
        #expect(parser.hasUnread)
    }

    @Test(arguments: [
        "ok\r\n", "25\r\n", "2500 x\r\n", "150 x\r\n", "600 x\r\n", "250_x\r\n", "\r\n", "250-a\r\n251 b\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
        String(repeating: "x", count: 5000), "250 " + String(repeating: "x", count: 5000) + "\r\n",
        String(repeating: "250-x\r\n", count: 201),
    ]) func refuses(_ text: String) {
        var parser = ReplyParser()
        parser.append(Array(text.utf8))
        #expect(throws: ReplyParser.Violation.self) { try parser.next() }
    }

    @Test func twoHundredLinesOfFourKilobytesAreTaken() throws {
        let line = String(repeating: "x", count: ReplyParser.lineLimit - 5)
        var parser = ReplyParser()
        parser.append(Array((String(repeating: "250-\(line)\r\n", count: 199) + "250 \(line)\r\n").utf8))
        let reply = try #require(try parser.next())
        #expect(reply.lines.count == 200)
        #expect(reply.reply.text.utf8.count < 4200)
    }

    /// Ten megabytes, as they come from a connection: of a line, of lines, of a reply that changes its mind at its end.
    @Test(arguments: [
        ("2", 1), ("250-x\r\n", 200), ("250-" + String(repeating: "x", count: ReplyParser.lineLimit - 6) + "\r\n", 200), ("\u{0}", 1),
        ("250-x\r\n251-x\r\n", 1), ("\r\n", 1),
    ]) func tenMegabytesAreGivenUpAtTheBound(_ piece: String, _ lines: Int) {
        let bytes = Array(piece.utf8)
        let read = 16 << 10
        var parser = ReplyParser()
        var taken = 0
        while taken < 10_000_000 {
            parser.append((0..<read).map { bytes[(taken + $0) % bytes.count] })
            taken += read
            do throws(ReplyParser.Violation) { #expect(try parser.next() == nil) } catch { break }
        }
        #expect(taken <= lines * ReplyParser.lineLimit + read, "\(taken) octets were taken")
    }
}
