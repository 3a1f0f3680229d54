import Mail
import Testing

struct HeaderSplitterTests {
    private enum Outcome: Equatable {
        case split(header: String, body: String)
        case headerOnly(String)
        case failed(HeaderError)
    }

    private static func run(_ chunks: [[UInt8]], limit: Int = HeaderSplitter.usualLimit) -> Outcome {
        var splitter = HeaderSplitter(limit: limit)
        do throws(HeaderError) {
            for (index, chunk) in chunks.enumerated() {
                guard let split = try splitter.consume(chunk) else { continue }
                let body = chunk[split.bytesOfChunk...] + chunks[(index + 1)...].joined()
                return .split(header: String(decoding: split.header, as: UTF8.self), body: String(decoding: body, as: UTF8.self))
            }
            return .headerOnly(String(decoding: try splitter.finish(), as: UTF8.self))
        } catch {
            return .failed(error)
        }
    }

    private static func everyCut(_ text: String, _ wanted: Outcome, limit: Int = HeaderSplitter.usualLimit) {
        let bytes = Array(text.utf8)
        #expect(run([bytes], limit: limit) == wanted)
        #expect(run(bytes.map { [$0] }, limit: limit) == wanted)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let chunks = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(run(chunks, limit: limit) == wanted)
            }
        }
    }

    @Test func theBodyBeginsAfterTheEmptyLine() {
        Self.everyCut("A: b\r\nC: d\r\n\r\nbody\r\n", .split(header: "A: b\r\nC: d\r\n", body: "body\r\n"))
        Self.everyCut("A: b\r\n\r\n", .split(header: "A: b\r\n", body: ""))
        Self.everyCut("A: b\r\n\r\n\r\n\r\n", .split(header: "A: b\r\n", body: "\r\n\r\n"))
        Self.everyCut("\r\nbody", .split(header: "", body: "body"))
    }

    @Test func theBodyIsNotLookedAt() {
        Self.everyCut("A: b\r\n\r\na\nb\rc\u{0}", .split(header: "A: b\r\n", body: "a\nb\rc\u{0}"))
    }

    @Test func aMessageMayBeHeaderOnly() {
        Self.everyCut("A: b\r\nC: d\r\n", .headerOnly("A: b\r\nC: d\r\n"))
        Self.everyCut("", .headerOnly(""))
    }

    @Test func aMessageWithoutALastLineEndIsRefused() {
        Self.everyCut("A: b\r\nC: d", .failed(.unterminatedLine(line: 2)))
        Self.everyCut("A: b\r\nC: d\r", .failed(.unterminatedLine(line: 2)))
    }

    @Test func aBareLineFeedIsReportedAtItsLine() {
        Self.everyCut("A: b\r\nC: d\n\nbody", .failed(.bareLineFeed(line: 2)))
        Self.everyCut("\n", .failed(.bareLineFeed(line: 1)))
    }

    @Test func theLimitIsOfTheFieldsAlone() {
        Self.everyCut("A: b\r\n\r\nbody", .split(header: "A: b\r\n", body: "body"), limit: 6)
        Self.everyCut("A: b\r\n", .headerOnly("A: b\r\n"), limit: 6)
        Self.everyCut("A: b\r\n\r\nbody", .failed(.tooLong(limit: 5)), limit: 5)
        Self.everyCut("A: bc\r\n", .failed(.tooLong(limit: 6)), limit: 6)
    }

    @Test func everyFormOfChunkIsTaken() throws {
        let bytes = Array("xA: b\r\n\r\nbody".utf8)
        var first = HeaderSplitter()
        let split = try #require(try first.consume(bytes[1...]))
        #expect(split.header == Array("A: b\r\n".utf8))
        #expect(split.bytesOfChunk == 8)
        var second = HeaderSplitter()
        #expect(try bytes[1...].withUnsafeBytes { try second.consume($0) } == split)
    }
}
