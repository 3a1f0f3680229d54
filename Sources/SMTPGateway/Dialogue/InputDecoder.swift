/// Cuts a client's octets into command lines and content, whichever the session expects next. Only CRLF ends a line: a reader that is laxer than its
/// neighbours is what messages are smuggled through.
struct InputDecoder: Sendable {
    enum Event: Sendable, Hashable {
        /// Without its CRLF.
        case line([UInt8])
        /// Longer than it may be; it has been read to its end.
        case overlong
        /// A line that ends with LF alone, or has a CR within.
        case malformed
        case content([UInt8])
        case contentEnded(ContentReader.Flaw?)
    }

    private var input: [UInt8] = []
    private var position = 0
    private var reader: ContentReader?
    /// The content's last octets have been handed out, and its end has not been told yet.
    private var isEndDue = false
    private var isDiscardingLine = false
    /// Octets of an overlong line that were thrown away.
    private(set) var discarded = 0

    mutating func append(_ bytes: some Collection<UInt8>) {
        // What was read is dropped each time, or a client whose pieces always end within a line would have all of them kept.
        if position > 0 {
            input.removeFirst(position)
            position = 0
        }
        input.append(contentsOf: bytes)
    }

    /// Of the content being read, also of one that is not wanted any more.
    var contentOctets: Int { reader?.octets ?? 0 }

    mutating func expectContent(limit: Int) { reader = ContentReader(limit: limit) }

    /// For STARTTLS: what was sent in clear behind the command is nobody's.
    mutating func clear() {
        input = []
        position = 0
    }

    /// nil: more is needed.
    mutating func next(lineLimit: Int) -> Event? {
        guard reader != nil else { return nextLine(limit: lineLimit) }
        if isEndDue { return ended() }
        guard position < input.count else { return nil }
        var output: [UInt8] = []
        let end = reader?.consume(input[position...], into: &output)
        if let end {
            position = end
            // Content that came in the same piece as its end is told first.
            guard output.isEmpty else {
                isEndDue = true
                return .content(output)
            }
            return ended()
        }
        position = input.count
        return output.isEmpty ? nil : .content(output)
    }

    private mutating func ended() -> Event {
        let flaw = reader?.flaw
        reader = nil
        isEndDue = false
        return .contentEnded(flaw)
    }

    private mutating func nextLine(limit: Int) -> Event? {
        // Within a line that is too long a bare LF ends nothing: on to the next one.
        while let lineFeed = input[position...].firstIndex(of: 0x0A) {
            let line = input[position..<lineFeed]
            position = lineFeed + 1
            guard line.last == 0x0D else {
                guard isDiscardingLine else { return .malformed }
                discarded += line.count + 1
                continue
            }
            if isDiscardingLine || line.count - 1 > limit {
                isDiscardingLine = false
                discarded = 0
                return .overlong
            }
            let content = line.dropLast()
            return content.contains(0x0D) ? .malformed : .line(Array(content))
        }
        let waiting = input.count - position
        guard waiting > limit + 2 || isDiscardingLine else { return nil }
        isDiscardingLine = true
        // A CR at the very end may belong to the CRLF that ends the line.
        let keep = input.last == 0x0D && waiting > 0 ? 1 : 0
        discarded += waiting - keep
        position = input.count - keep
        return nil
    }
}
