internal import NIOCore

/// Cuts the client's octets into command lines, dot-stuffed content and counted chunks, whichever the session expects next.
///
/// A value without I/O: it is fed buffers of any cut and asked for events until it has none.
struct SubmissionDecoder: Sendable {
    enum Event: Sendable, Hashable {
        case line(String)
        case overlong
        case malformed
        case contentEnded(octets: Int)
        case chunkEnded
    }

    private enum Mode: Sendable {
        case lines
        /// In the middle of a line that is too long: everything up to its LF is dropped.
        case skipping
        case content(ContentUnstuffer)
        case chunk(left: Int)
    }

    let contentLimit: Int
    private var buffer = ByteBuffer()
    private var mode = Mode.lines
    private(set) var content: [UInt8] = []

    init(contentLimit: Int) {
        // One more than is allowed, so that the session sees the excess.
        self.contentLimit = contentLimit == .max ? contentLimit : contentLimit + 1
    }

    mutating func append(_ more: ByteBuffer) {
        guard buffer.readableBytes > 0 else { return buffer = more }
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(more)
    }

    /// Forgets all that was received and not yet used: after STARTTLS nothing sent in clear may count (RFC 3207, section 6).
    mutating func clear() { buffer.clear() }

    mutating func expectContent(reserving size: Int) {
        content.reserveCapacity(min(size, contentLimit))
        mode = .content(ContentUnstuffer())
    }

    mutating func expectChunk(_ octets: Int) { mode = .chunk(left: octets) }

    mutating func discardContent() { content = [] }

    mutating func takeContent() -> [UInt8] {
        defer { content = [] }
        return content
    }

    /// The next event, or nil until more arrives. A line and its CRLF may have `lineLimit` octets.
    mutating func next(lineLimit: Int) -> Event? {
        switch mode {
        case .lines: return nextLine(limit: lineLimit)
        case .skipping: return skipLine()
        case .content(var unstuffer):
            let (used, isEnd) = buffer.withUnsafeReadableBytes { unstuffer.feed($0, into: &content, limit: contentLimit) }
            buffer.moveReaderIndex(forwardBy: used)
            mode = isEnd ? .lines : .content(unstuffer)
            return isEnd ? .contentEnded(octets: unstuffer.octets) : nil
        case .chunk(let left):
            let taken = min(left, buffer.readableBytes)
            let kept = min(taken, max(0, contentLimit - content.count))
            content.append(contentsOf: buffer.readableBytesView.prefix(kept))
            buffer.moveReaderIndex(forwardBy: taken)
            mode = taken == left ? .lines : .chunk(left: left - taken)
            return taken == left ? .chunkEnded : nil
        }
    }

    private mutating func nextLine(limit: Int) -> Event? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            // Reported at its LF, so that one long line is one error.
            if buffer.readableBytes >= limit { mode = .skipping }
            return nil
        }
        let line = view[view.startIndex..<end]
        defer { buffer.moveReaderIndex(forwardBy: line.count + 1) }
        guard line.count + 1 <= limit else { return .overlong }
        guard line.last == UInt8(ascii: "\r") else { return .malformed }
        let text = line.dropLast()
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }), let string = String(validating: text, as: UTF8.self) else {
            return .malformed
        }
        return .line(string)
    }

    private mutating func skipLine() -> Event? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            buffer.clear()
            return nil
        }
        buffer.moveReaderIndex(to: end + 1)
        mode = .lines
        return .overlong
    }
}
