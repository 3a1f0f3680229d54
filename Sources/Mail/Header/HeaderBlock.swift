/// The header section of a message, byte-exact (RFC 5322 2.2).
///
/// A field nobody touched is written back byte for byte, also where it breaks the rules for its value. There are two edits, `remove` and
/// `prepend`; there is no "set", so nobody is tempted to reformat what others wrote.
package struct HeaderBlock: Sendable, Hashable {
    package private(set) var fields: [HeaderField]

    /// Takes the section with or without the empty line that ends it. Lines must end with CRLF.
    package init(_ bytes: [UInt8]) throws(HeaderError) {
        fields = try HeaderParser.fields(bytes)
    }

    package init() {
        fields = []
    }

    /// The section as it is now: whole fields, no empty line.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for field in fields { bytes += field.line }
        return bytes
    }

    package var byteCount: Int { fields.reduce(0) { $0 + $1.line.count } }

    package func fields(named name: FieldName) -> [HeaderField] { fields.filter { $0.isNamed(name) } }

    package func first(_ name: FieldName) -> HeaderField? { fields.first { $0.isNamed(name) } }

    package mutating func remove(_ name: FieldName) { remove { $0.isNamed(name) } }

    package mutating func remove(where isUnwanted: (HeaderField) -> Bool) { fields.removeAll(where: isUnwanted) }

    /// Puts fields made by `FieldWriter` before all others. Bytes that are no whole fields are our own mistake and trap.
    package mutating func prepend(_ lines: [UInt8]) {
        do throws(HeaderError) {
            fields.insert(contentsOf: try HeaderParser.fields(lines), at: 0)
        } catch {
            preconditionFailure("a field was made that is none: \(error)")
        }
    }
}

/// Cuts a header section into fields, each byte looked at a fixed number of times.
private enum HeaderParser {
    static func fields(_ bytes: [UInt8]) throws(HeaderError) -> [HeaderField] {
        var fields: [HeaderField] = []
        var fieldStart = 0
        var start = 0
        var line = 0
        while start < bytes.count {
            line += 1
            let end = try lineEnd(bytes, from: start, line: line)
            if end - start == 2 {
                guard end == bytes.count else { throw .textAfterHeader(line: line + 1) }
                break
            }
            if !ASCII.isWhiteSpace(bytes[start]) {
                if start > 0 { fields.append(try field(bytes[fieldStart..<start], line: line - 1)) }
                try checkName(bytes, start..<end, line: line)
                fieldStart = start
            } else if start == 0 {
                throw .startsWithSpace
            }
            start = end
        }
        if start > 0 { fields.append(try field(bytes[fieldStart..<start], line: line)) }
        return fields
    }

    /// The index behind the CRLF that ends the line at `start`.
    private static func lineEnd(_ bytes: [UInt8], from start: Int, line: Int) throws(HeaderError) -> Int {
        let span = bytes.span.bytes
        let lineFeed = ByteScan.first(ASCII.lineFeed, in: span, start..<bytes.count)
        let end = lineFeed ?? bytes.count
        guard ByteScan.first(0, in: span, start..<end) == nil else { throw .nul(line: line) }
        let carriageReturn = ByteScan.first(ASCII.carriageReturn, in: span, start..<end)
        if let carriageReturn, carriageReturn != end - 1 { throw .bareCarriageReturn(line: line) }
        guard lineFeed != nil else { throw carriageReturn == nil ? .unterminatedLine(line: line) : .bareCarriageReturn(line: line) }
        guard carriageReturn != nil else { throw .bareLineFeed(line: line) }
        return end + 1
    }

    private static func checkName(_ bytes: [UInt8], _ range: Range<Int>, line: Int) throws(HeaderError) {
        let (nameEnd, colon) = shape(bytes[range])
        if colon == nil || nameEnd == range.lowerBound || colon != nameEnd, isMboxLine(bytes[range]) { throw .mboxLine(line: line) }
        guard let colon else {
            throw ByteScan.first(UInt8(ascii: ":"), in: bytes.span.bytes, range) == nil
                ? .missingColon(line: line) : .invalidFieldName(line: line)
        }
        guard nameEnd > range.lowerBound, colon >= nameEnd else { throw .invalidFieldName(line: line) }
    }

    /// Where the name ends, and the colon behind it with nothing but space between.
    private static func shape(_ line: ArraySlice<UInt8>) -> (nameEnd: Int, colon: Int?) {
        let nameEnd = line.firstIndex { !FieldName.isNameByte($0) } ?? line.endIndex
        let colon = line[nameEnd...].firstIndex { !ASCII.isWhiteSpace($0) }
        guard let colon, line[colon] == UInt8(ascii: ":") else { return (nameEnd, nil) }
        return (nameEnd, colon)
    }

    /// `From ann Mon Nov 23 …`, also as quoted by mbox writers; `From : ann` is the obsolete form of a field.
    private static func isMboxLine(_ line: ArraySlice<UInt8>) -> Bool {
        let isMarked = line.starts(with: "From ".utf8) || line.starts(with: ">From ".utf8)
        return isMarked && shape(line).colon == nil
    }

    private static func field(_ bytes: ArraySlice<UInt8>, line: Int) throws(HeaderError) -> HeaderField {
        let (nameEnd, colon) = shape(bytes)
        guard let colon else { throw .missingColon(line: line) }
        return HeaderField(line: bytes, nameLength: nameEnd - bytes.startIndex, colon: colon - bytes.startIndex)
    }
}
