/// Cuts a client's octets into command lines and content, whichever the session expects next. Only CRLF ends a line: a reader that is laxer than its
/// neighbours is what messages are smuggled through.
struct InputDecoder: Sendable {
    enum Event: Sendable, Hashable {
        /// Without its CRLF.
        case line([UInt8])
        /// Longer than it may be; it has been read to its end.
        case overlong
        /// A line with a CR or LF that stands alone. Told as soon as it is seen; the line itself goes on to its CRLF, and nobody is given the rest of it.
        case malformed
        case content([UInt8])
        case contentEnded(ContentReader.Flaw?)
    }

    private var input: [UInt8] = []
    private var position = 0
    private var reader: ContentReader?
    /// The content's last octets have been handed out, and its end has not been told yet.
    private var isEndDue = false
    /// What is being thrown away, up to the next CRLF.
    private enum Discarding: Sendable {
        /// To be told at its end.
        case overlong
        /// Told already. Were what follows a bare LF a line of its own, it would be run as a command that our neighbour saw as a part of another.
        case malformed
    }
    private var discarding: Discarding?
    /// Octets of such a line that were thrown away.
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
        while let lineFeed = input[position...].firstIndex(of: 0x0A) {
            let line = input[position..<lineFeed]
            position = lineFeed + 1
            guard line.last == 0x0D else {
                discarded += line.count + 1
                if discarding != nil { continue }
                discarding = .malformed
                return .malformed
            }
            let before = discarding
            discarding = nil
            discarded = 0
            switch before {
            case .malformed: continue
            case .overlong: return .overlong
            case nil:
                if line.count - 1 > limit { return .overlong }
                let content = line.dropLast()
                return content.contains(0x0D) ? .malformed : .line(Array(content))
            }
        }
        let waiting = input.count - position
        guard waiting > limit + 2 || discarding != nil else { return nil }
        discarding = discarding ?? .overlong
        // A CR at the very end may belong to the CRLF that ends the line.
        let keep = input.last == 0x0D && waiting > 0 ? 1 : 0
        discarded += waiting - keep
        position = input.count - keep
        return nil
    }
}
