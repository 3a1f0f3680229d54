/// Why bytes are not a header section (RFC 5322 2.2 in the accepted form); lines are counted from 1.
package enum HeaderError: Error, Hashable, Sendable, CustomStringConvertible {
    case nul(line: Int)
    case bareCarriageReturn(line: Int)
    case bareLineFeed(line: Int)
    case missingColon(line: Int)
    case invalidFieldName(line: Int)
    case startsWithSpace
    case mboxLine(line: Int)
    case unterminatedLine(line: Int)
    case textAfterHeader(line: Int)
    case tooLong(limit: Int)

    package var description: String {
        switch self {
        case .nul(let line): "line \(line) of the header contains a NUL character"
        case .bareCarriageReturn(let line): "line \(line) of the header has a carriage return that no line feed follows"
        case .bareLineFeed(let line): "line \(line) of the header ends with a line feed that no carriage return precedes"
        case .missingColon(let line):
            "line \(line) of the header is not a field: it has no colon, and no empty line before it ends the header"
        case .invalidFieldName(let line):
            "line \(line) of the header has a field name that is empty or has a space or a special character in it"
        case .startsWithSpace: "the header begins with a space or tab, as if it continued a field"
        case .mboxLine(let line): "line \(line) of the header is the \"From \" line of an mbox file, which is no part of a message"
        case .unterminatedLine(let line): "line \(line) of the header, the last, has no line end"
        case .textAfterHeader(let line): "text follows the empty line that ends the header (line \(line))"
        case .tooLong(let limit): "the header has not ended after \(limit) bytes, the limit"
        }
    }
}
