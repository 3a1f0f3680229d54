/// Brings a message to the accepted form, chunk by chunk: CRLF throughout passes as it is, LF throughout becomes CRLF, anything else is refused.
///
/// So is NUL (RFC 5321 section 4.5.2 has no place for it without BINARYMIME): many programs take it for the end of the text, so that what a filter read and what
/// a person sees would differ.
/// The same bytes come out however the input is cut. CRLF input is handed back uncopied. Lines over 998 octets (RFC 5322 2.1.1) pass and are noted.
package struct AcceptedForm: Sendable {
    package enum LineEnds: Sendable, Hashable { case lf, crlf }

    /// What was seen, once all is read.
    package struct Report: Sendable, Hashable {
        /// Nil where there was no line end at all.
        package var lineEnds: LineEnds?
        /// Line ends seen; a last line without one does not count.
        package var lines = 0
        package var longLines = 0
        /// Counted from 1.
        package var firstLongLine: Int?
        package var endsWithLineEnd = true
    }

    private var report = Report()
    /// Octets of the current line that came with earlier chunks, without line end.
    private var column = 0
    private var endsInCR = false

    package init() {}

    package mutating func consume(_ chunk: [UInt8]) throws(AcceptedFormError) -> [UInt8] {
        guard let first = chunk.first else { return chunk }
        guard !endsInCR || first == ASCII.lineFeed else { throw .bareCarriageReturn(line: line) }
        let nul = ByteScan.first(0, in: chunk.span.bytes, 0..<chunk.count)
        var copy: [UInt8] = []
        var start = 0
        while let lineFeed = ByteScan.first(ASCII.lineFeed, in: chunk.span.bytes, start..<chunk.count) {
            let hasCR = lineFeed > start ? chunk[lineFeed - 1] == ASCII.carriageReturn : lineFeed == 0 && endsInCR
            let end = hasCR && lineFeed > start ? lineFeed - 1 : lineFeed
            try check(chunk, start..<end, nul)
            try note(hasCR ? .crlf : .lf)
            if !hasCR {
                if copy.isEmpty { copy.reserveCapacity(chunk.count + chunk.count / 16 + 16) }
                copy.append(contentsOf: chunk[start..<end])
                copy.append(ASCII.carriageReturn)
                copy.append(ASCII.lineFeed)
            }
            endLine(length: column + end - start)
            start = lineFeed + 1
        }
        try keepRest(of: chunk, from: start, nul)
        guard report.lineEnds == .lf else { return chunk }
        copy.append(contentsOf: chunk[start...])
        return copy
    }

    /// The end of the input, at which a CR may turn out to stand alone.
    package mutating func finish() throws(AcceptedFormError) -> Report {
        guard !endsInCR else { throw .bareCarriageReturn(line: line) }
        report.endsWithLineEnd = column == 0
        if column > Self.longest { noteLongLine() }
        return report
    }

    /// RFC 5322 2.1.1: a line must not have more octets than this, line end excluded.
    private static let longest = 998

    private var line: Int { report.lines + 1 }

    /// `nul`: where the chunk has its first one. Of two faults in a line the first is told, as it would be had they come one by one.
    private func check(_ chunk: [UInt8], _ content: Range<Int>, _ nul: Int?) throws(AcceptedFormError) {
        let carriageReturn = ByteScan.first(ASCII.carriageReturn, in: chunk.span.bytes, content)
        if let nul, content.contains(nul), nul < carriageReturn ?? content.upperBound { throw .nul(line: line) }
        guard carriageReturn == nil else { throw .bareCarriageReturn(line: line) }
    }

    private mutating func note(_ lineEnds: LineEnds) throws(AcceptedFormError) {
        guard let before = report.lineEnds else { return report.lineEnds = lineEnds }
        guard before == lineEnds else { throw .mixedLineEnds(line: line, before) }
    }

    private mutating func endLine(length: Int) {
        if length > Self.longest { noteLongLine() }
        report.lines += 1
        column = 0
        endsInCR = false
    }

    private mutating func noteLongLine() {
        report.longLines += 1
        if report.firstLongLine == nil { report.firstLongLine = line }
    }

    private mutating func keepRest(of chunk: [UInt8], from start: Int, _ nul: Int?) throws(AcceptedFormError) {
        endsInCR = start < chunk.count && chunk[chunk.count - 1] == ASCII.carriageReturn
        let end = endsInCR ? chunk.count - 1 : chunk.count
        try check(chunk, start..<end, nul)
        column += end - start
    }
}

/// Why input has no accepted form; lines are counted from 1.
package enum AcceptedFormError: Error, Hashable, Sendable, CustomStringConvertible {
    case bareCarriageReturn(line: Int)
    case nul(line: Int)
    /// The line whose end differs, and how the lines before it end.
    case mixedLineEnds(line: Int, AcceptedForm.LineEnds)

    package var description: String {
        switch self {
        case .bareCarriageReturn(let line): "line \(line) has a carriage return that no line feed follows"
        case .nul(let line): "line \(line) contains a NUL character: what is no text travels encoded, as base64"
        case .mixedLineEnds(let line, .lf): "line \(line) ends with CRLF, the lines before it with LF; use one of them throughout"
        case .mixedLineEnds(let line, .crlf): "line \(line) ends with LF, the lines before it with CRLF; use one of them throughout"
        }
    }
}
