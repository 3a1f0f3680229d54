import Testing

@testable import Sandbox

struct ContentUnstufferTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var wire: String
        var content: String
        var rest = ""
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "empty", wire: ".\r\n", content: ""),
        Case(name: "one line", wire: "a\r\n.\r\n", content: "a\r\n"),
        Case(name: "stuffed dot", wire: "..\r\n.\r\n", content: ".\r\n"),
        Case(name: "stuffed word", wire: "..hidden\r\n...\r\n.\r\n", content: ".hidden\r\n..\r\n"),
        Case(name: "unstuffed dot is dropped", wire: ".x\r\n.\r\n", content: "x\r\n"),
        Case(name: "dot within a line", wire: "a.b.\r\n.\r\n", content: "a.b.\r\n"),
        Case(name: "bare LF ends no line", wire: "a\n.\r\nb\r\n.\r\n", content: "a\n.\r\nb\r\n"),
        Case(name: "bare LF after the dot", wire: "a\r\n.\nb\r\n.\r\n", content: "a\r\n\nb\r\n"),
        Case(name: "bare CR ends no line", wire: "a\r.\r\nb\r\n.\r\n", content: "a\r.\r\nb\r\n"),
        Case(name: "CR CR LF", wire: "a\r\r\n.\r\n", content: "a\r\r\n"),
        Case(name: "dot CR CR LF", wire: "a\r\n.\r\r\nb\r\n.\r\n", content: "a\r\n\r\r\nb\r\n"),
        Case(name: "dot CR other", wire: ".\rx\r\n.\r\n", content: "\rx\r\n"),
        Case(name: "empty lines", wire: "\r\n\r\n.\r\n", content: "\r\n\r\n"),
        Case(name: "what follows is not taken", wire: "a\r\n.\r\nQUIT\r\n", content: "a\r\n", rest: "QUIT\r\n"),
    ]

    private func decode(_ pieces: [[UInt8]]) -> (content: String, rest: [UInt8]?, octets: Int) {
        var unstuffer = ContentUnstuffer()
        var content: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            let (used, isEnd) = piece.withUnsafeBytes { unstuffer.feed($0, into: &content, limit: .max) }
            guard isEnd else { continue }
            let rest = Array(piece[used...]) + pieces[(index + 1)...].joined()
            return (String(decoding: content, as: UTF8.self), rest, unstuffer.octets)
        }
        return (String(decoding: content, as: UTF8.self), nil, unstuffer.octets)
    }

    @Test(arguments: cases)
    func contentIsTheSameHoweverItIsCut(_ one: Case) {
        let bytes = Array(one.wire.utf8)
        var cuts = [[bytes], bytes.map { [$0] }]
        cuts += (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
        for pieces in cuts {
            let (content, rest, octets) = decode(pieces)
            #expect(content == one.content, "\(pieces)")
            #expect(rest == Array(one.rest.utf8), "\(pieces)")
            #expect(octets == one.content.utf8.count, "\(pieces)")
        }
    }

    @Test func whatIsOverTheLimitIsCountedAndNotKept() {
        var unstuffer = ContentUnstuffer()
        var content: [UInt8] = []
        let wire = Array("12345678\r\n.9\r\n.\r\n".utf8)
        let isEnd = wire.withUnsafeBytes { unstuffer.feed($0, into: &content, limit: 5).isEnd }
        #expect(isEnd)
        #expect(content == Array("12345".utf8))
        #expect(unstuffer.octets == 13)
    }
}
