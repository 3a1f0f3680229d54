/// Cuts a header section into fields, each byte looked at a fixed number of times.
enum HeaderParser {
    /// Reads the fields from `offset` on, which is where line 1 begins.
    static func read(_ bytes: [UInt8], from offset: Int, into places: inout [FieldPlace]) throws(HeaderError) {
        // Nearly all headers are in order, so that is found out once, and not line by line.
        let isInOrder = ByteScan.isLines(bytes.span, offset..<bytes.count)
        var start = offset
        var line = 0
        while start < bytes.count {
            line += 1
            if !isInOrder { try checkLine(bytes, from: start, line: line) }
            guard let lineFeed = ByteScan.first(ASCII.lineFeed, in: bytes.span.bytes, start..<bytes.count) else { break }
            let end = lineFeed + 1
            if end - start == 2 {
                guard end == bytes.count else { throw .textAfterHeader(line: line + 1) }
                break
            }
            if !ASCII.isWhiteSpace(bytes[start]) {
                places.append(try place(bytes, start..<end, line: line))
            } else if start == offset {
                throw .startsWithSpace
            } else {
                places[places.count - 1].end = end
            }
            start = end
        }
    }

    /// Whether the line at `start` ends with CRLF and has neither a NUL nor half a line end in it.
    private static func checkLine(_ bytes: [UInt8], from start: Int, line: Int) throws(HeaderError) {
        let span = bytes.span.bytes
        let lineFeed = ByteScan.first(ASCII.lineFeed, in: span, start..<bytes.count)
        let end = lineFeed ?? bytes.count
        if ByteScan.first(0, in: span, start..<end) != nil { throw .nul(line: line) }
        let carriageReturn = ByteScan.first(ASCII.carriageReturn, in: span, start..<end)
        if let carriageReturn, carriageReturn != end - 1 { throw .bareCarriageReturn(line: line) }
        guard lineFeed != nil else { throw carriageReturn == nil ? .unterminatedLine(line: line) : .bareCarriageReturn(line: line) }
        guard carriageReturn != nil else { throw .bareLineFeed(line: line) }
    }

    private static func place(_ bytes: [UInt8], _ range: Range<Int>, line: Int) throws(HeaderError) -> FieldPlace {
        let (nameEnd, colon) = shape(bytes, range)
        if colon == nil || nameEnd == range.lowerBound || colon != nameEnd, isMboxLine(bytes, range) { throw .mboxLine(line: line) }
        guard let colon else {
            throw ByteScan.first(UInt8(ascii: ":"), in: bytes.span.bytes, range) == nil
                ? .missingColon(line: line) : .invalidFieldName(line: line)
        }
        guard nameEnd > range.lowerBound, colon >= nameEnd else { throw .invalidFieldName(line: line) }
        return FieldPlace(
            start: range.lowerBound, nameEnd: nameEnd, colon: colon, end: range.upperBound,
            mark: FieldName.mark(first: bytes[range.lowerBound], last: bytes[nameEnd - 1], count: nameEnd - range.lowerBound))
    }

    /// Where the name ends, and the colon behind it with nothing but space between.
    private static func shape(_ bytes: [UInt8], _ line: Range<Int>) -> (nameEnd: Int, colon: Int?) {
        var nameEnd = line.lowerBound
        while nameEnd < line.upperBound, FieldName.isNameByte(bytes[nameEnd]) { nameEnd += 1 }
        var colon = nameEnd
        while colon < line.upperBound, ASCII.isWhiteSpace(bytes[colon]) { colon += 1 }
        guard colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else { return (nameEnd, nil) }
        return (nameEnd, colon)
    }

    /// `From ann Mon Nov 23 …`, also as quoted by mbox writers; `From : ann` is the obsolete form of a field.
    private static func isMboxLine(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let isMarked = bytes[range].starts(with: "From ".utf8) || bytes[range].starts(with: ">From ".utf8)
        return isMarked && shape(bytes, range).colon == nil
    }
}
