/// Reads CSV (RFC 4180) as it arrives: bytes go in, whole records come out. LF alone ends a record too, a UTF-8 byte order mark at the
/// start is skipped, empty lines are not records.
package struct CSVDecoder {
    package struct Record: Sendable, Hashable {
        /// Where it begins, counted from 1.
        package let line: Int
        package let fields: [String]

        package init(line: Int, fields: [String]) {
            self.line = line
            self.fields = fields
        }
    }

    package struct Failure: Error, Sendable, Hashable {
        package let line: Int
        package let sentence: String

        package init(line: Int, sentence: String) {
            self.line = line
            self.sentence = sentence
        }
    }

    private enum State { case fieldStart, plain, quoted, quoteInQuoted, afterReturn }

    /// More than this in one field is a file of another kind, or a quote that was never closed.
    private static let fieldLimit = 64 * 1024

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var recordLine = 1
    private var mark = 0
    private var records: [Record] = []

    private let separator: UInt8

    /// `separator`: a semicolon or a tab where the writer's land has them.
    package init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

    /// The records that these bytes complete.
    package mutating func decode(_ bytes: [UInt8]) throws(Failure) -> [Record] {
        for byte in bytes {
            if mark < 3 {
                if byte == [0xEF, 0xBB, 0xBF][mark] {
                    mark += 1
                    continue
                }
                guard mark == 0 else { throw Failure(line: 1, sentence: "the file begins with bytes that are not UTF-8") }
                mark = 3
            }
            try take(byte)
        }
        defer { records.removeAll(keepingCapacity: true) }
        return records
    }

    /// The last record, if the file does not end with a line end.
    package mutating func finish() throws(Failure) -> [Record] {
        if state == .quoted { throw Failure(line: recordLine, sentence: "a quote is not closed") }
        if state != .fieldStart || !fields.isEmpty { try endRecord() }
        defer { records.removeAll() }
        return records
    }

    private mutating func take(_ byte: UInt8) throws(Failure) {
        switch state {
        case .quoted: try takeQuoted(byte)
        case .afterReturn:
            guard byte == UInt8(ascii: "\n") else { throw Failure(line: line, sentence: "a carriage return stands alone") }
            try endRecord()
        case .fieldStart where byte == UInt8(ascii: "\""): state = .quoted
        case .quoteInQuoted where byte == UInt8(ascii: "\""):
            field.append(byte)
            state = .quoted
        case .fieldStart, .plain, .quoteInQuoted: try takePlain(byte)
        }
    }

    private mutating func takeQuoted(_ byte: UInt8) throws(Failure) {
        if byte == UInt8(ascii: "\"") {
            state = .quoteInQuoted
        } else {
            if byte == UInt8(ascii: "\n") { line += 1 }
            try append(byte)
        }
    }

    private mutating func takePlain(_ byte: UInt8) throws(Failure) {
        switch byte {
        case separator: try endField()
        case UInt8(ascii: "\r"): state = .afterReturn
        case UInt8(ascii: "\n"): try endRecord()
        case UInt8(ascii: "\""): throw Failure(line: line, sentence: "a quote stands inside a field that does not begin with one")
        default:
            guard state != .quoteInQuoted else { throw Failure(line: line, sentence: "something follows a closing quote") }
            state = .plain
            try append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) throws(Failure) {
        guard field.count < Self.fieldLimit else {
            throw Failure(line: recordLine, sentence: "a field has more than \(Self.fieldLimit) bytes; perhaps a quote is not closed")
        }
        field.append(byte)
    }

    private mutating func endField() throws(Failure) {
        guard let text = String(validating: field, as: UTF8.self) else { throw Failure(line: recordLine, sentence: "a field is not UTF-8") }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    private mutating func endRecord() throws(Failure) {
        // An empty line has one field, empty and without quotes.
        let isEmptyLine = fields.isEmpty && field.isEmpty && (state == .fieldStart || state == .afterReturn)
        if !isEmptyLine {
            try endField()
            records.append(Record(line: recordLine, fields: fields))
        }
        fields.removeAll(keepingCapacity: true)
        state = .fieldStart
        line += 1
        recordLine = line
    }
}
