/// The message at the standard input of `sendmail`, as lines: LF and CRLF both end one, also mixed – PHP writes a header with the one and a body with the
/// other – and come out as CRLF. Without `-i` a dot alone ends it.
struct SendmailInput {
    private let read: () throws(CommandFailure) -> [UInt8]
    private let endsAtDot: Bool
    private var line: [UInt8] = []
    private var isOver = false
    private var isFirstLine = true

    init(endsAtDot: Bool, read: @escaping () throws(CommandFailure) -> [UInt8]) {
        self.endsAtDot = endsAtDot
        self.read = read
    }

    /// The next whole lines, each with its CRLF; empty at the end.
    mutating func next() throws(CommandFailure) -> [UInt8] {
        var output: [UInt8] = []
        while output.isEmpty, !isOver {
            let piece = try read()
            if piece.isEmpty {
                isOver = true
                if !line.isEmpty { end(into: &output) }
                break
            }
            output.reserveCapacity(piece.count + piece.count / 32)
            var rest = piece[...]
            while !isOver, let lineFeed = rest.firstIndex(of: 0x0A) {
                line += rest[..<lineFeed]
                rest = rest[(lineFeed + 1)...]
                end(into: &output)
            }
            if !isOver { line += rest }
        }
        return output
    }

    private mutating func end(into output: inout [UInt8]) {
        defer { line.removeAll(keepingCapacity: true) }
        if line.last == 0x0D { line.removeLast() }
        defer { isFirstLine = false }
        // The separator of an mbox file is no part of a message; programs that read one out of it leave it there.
        if isFirstLine, line.starts(with: "From ".utf8) { return }
        guard !endsAtDot || line != [UInt8(ascii: ".")] else { return isOver = true }
        output += line
        output += [0x0D, 0x0A]
    }
}
