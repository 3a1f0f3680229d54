/// Cuts a header section into fields, each byte looked at a fixed number of times.
enum HeaderParser {
    static func places(_ bytes: [UInt8]) throws(HeaderError) -> [FieldPlace] {
        // Nearly no header has one, so it is looked for once and not in each line.
        let mayHaveNUL = ByteScan.first(0, in: bytes.span.bytes, 0..<bytes.count) != nil
        var places: [FieldPlace] = []
        places.reserveCapacity(32)
        var start = 0
        var line = 0
        while start < bytes.count {
            line += 1
            let end = try lineEnd(bytes, from: start, line: line, mayHaveNUL: mayHaveNUL)
            if end - start == 2 {
                guard end == bytes.count else { throw .textAfterHeader(line: line + 1) }
                break
            }
            if !ASCII.isWhiteSpace(bytes[start]) {
                places.append(try place(bytes, start..<end, line: line))
            } else if start == 0 {
                throw .startsWithSpace
            } else {
                places[places.count - 1].end = end
            }
            start = end
        }
        return places
    }

    /// The index behind the CRLF that ends the line at `start`.
    private static func lineEnd(_ bytes: [UInt8], from start: Int, line: Int, mayHaveNUL: Bool) throws(HeaderError) -> Int {
        let span = bytes.span.bytes
        let lineFeed = ByteScan.first(ASCII.lineFeed, in: span, start..<bytes.count)
        let end = lineFeed ?? bytes.count
        if mayHaveNUL, ByteScan.first(0, in: span, start..<end) != nil { throw .nul(line: line) }
        let carriageReturn = ByteScan.first(ASCII.carriageReturn, in: span, start..<end)
        if let carriageReturn, carriageReturn != end - 1 { throw .bareCarriageReturn(line: line) }
        guard lineFeed != nil else { throw carriageReturn == nil ? .unterminatedLine(line: line) : .bareCarriageReturn(line: line) }
        guard carriageReturn != nil else { throw .bareLineFeed(line: line) }
        return end + 1
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
