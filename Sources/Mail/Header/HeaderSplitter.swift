/// Finds the end of the header section in a message that arrives in chunks, and never looks at the body.
///
/// Expects the accepted form; a bare line feed is reported at once, all else by `HeaderBlock`. Reads at most `limit` bytes.
package struct HeaderSplitter: Sendable {
    package struct Split: Sendable, Hashable {
        /// The fields, without the empty line that ended them.
        package let header: [UInt8]
        /// How many bytes of the chunk belong to the header section and its empty line: the body begins there.
        package let bytesOfChunk: Int
    }

    /// Real headers stay below 100 KiB even with long recipient lists and a dozen signatures; ten times that is still cheap to hold.
    package static let usualLimit = 1 << 20

    private let limit: Int
    private var header: [UInt8] = []
    /// Where in `header` the current line begins.
    private var lineStart = 0
    private var line = 1
    private var isDone = false

    package init(limit: Int = HeaderSplitter.usualLimit) {
        self.limit = limit
    }

    /// Nil: the header goes on after this chunk. Must not be called again once it has answered.
    package mutating func consume(_ chunk: RawSpan) throws(HeaderError) -> Split? {
        precondition(!isDone, "the header had ended")
        let before = header.count
        // The empty line does not count, hence its two bytes on top.
        let count = min(chunk.byteCount, limit - before + 2)
        var start = 0
        while let lineFeed = ByteScan.first(ASCII.lineFeed, in: chunk, start..<count) {
            let previous = lineFeed > 0 ? ByteScan.byte(chunk, at: lineFeed - 1) : header.last
            guard previous == ASCII.carriageReturn else { throw .bareLineFeed(line: line) }
            let lineEnd = before + lineFeed + 1
            if lineEnd - lineStart == 2 { return split(chunk, at: lineFeed + 1, headerCount: lineStart) }
            line += 1
            lineStart = lineEnd
            start = lineFeed + 1
        }
        guard before + chunk.byteCount <= limit + 1 else { throw .tooLong(limit: limit) }
        append(chunk, count)
        return nil
    }

    package mutating func consume(_ chunk: [UInt8]) throws(HeaderError) -> Split? { try consume(chunk.span.bytes) }

    package mutating func consume(_ chunk: ArraySlice<UInt8>) throws(HeaderError) -> Split? { try consume(chunk.span.bytes) }

    package mutating func consume(_ chunk: UnsafeRawBufferPointer) throws(HeaderError) -> Split? { try consume(chunk.bytes) }

    /// The message ended before an empty line: all of it was header, and there is no body.
    package mutating func finish() throws(HeaderError) -> [UInt8] {
        precondition(!isDone, "the header had ended")
        isDone = true
        guard lineStart == header.count else { throw .unterminatedLine(line: line) }
        guard header.count <= limit else { throw .tooLong(limit: limit) }
        return header
    }

    private mutating func split(_ chunk: RawSpan, at end: Int, headerCount: Int) -> Split {
        isDone = true
        append(chunk, end)
        header.removeLast(header.count - headerCount)
        defer { header = [] }
        return Split(header: header, bytesOfChunk: end)
    }

    private mutating func append(_ chunk: RawSpan, _ count: Int) {
        chunk.withUnsafeBytes { header.append(contentsOf: $0[..<count]) }
    }
}
