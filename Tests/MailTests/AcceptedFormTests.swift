import Mail
import Testing

struct AcceptedFormTests {
    struct Case: CustomTestStringConvertible {
        let input: String
        /// Nil where it is refused.
        let output: String?
        let error: AcceptedFormError?

        var testDescription: String { input.debugDescription }

        static func passes(_ input: String, as output: String) -> Self { Self(input: input, output: output, error: nil) }
        static func fails(_ input: String, _ error: AcceptedFormError) -> Self { Self(input: input, output: nil, error: error) }
    }

    static let cases: [Case] = [
        .passes("", as: ""),
        .passes("a", as: "a"),
        .passes("\n", as: "\r\n"),
        .passes("\r\n", as: "\r\n"),
        .passes("a: b\n\nc\n", as: "a: b\r\n\r\nc\r\n"),
        .passes("a: b\r\n\r\nc\r\n", as: "a: b\r\n\r\nc\r\n"),
        .passes("a\nb", as: "a\r\nb"),
        .passes("a\r\nb", as: "a\r\nb"),
        .passes("\n\n\n", as: "\r\n\r\n\r\n"),
        .fails("\r", .bareCarriageReturn(line: 1)),
        .fails("a\rb", .bareCarriageReturn(line: 1)),
        .fails("a\n\rb\n", .bareCarriageReturn(line: 2)),
        .fails("a\r\r\n", .bareCarriageReturn(line: 1)),
        .fails("a\r\nb\rc\r\n", .bareCarriageReturn(line: 2)),
        .fails("a\r\nb\r", .bareCarriageReturn(line: 2)),
        .fails("a\nb\r", .bareCarriageReturn(line: 2)),
        .fails("\u{0}", .nul(line: 1)),
        .fails("a\u{0}b\n", .nul(line: 1)),
        .fails("a: b\r\n\r\nc\u{0}", .nul(line: 3)),
        .fails("a\u{0}b\rc\n", .nul(line: 1)),
        .fails("a\rb\u{0}c\n", .bareCarriageReturn(line: 1)),
        .fails("a\r\u{0}\n", .bareCarriageReturn(line: 1)),
        .fails("a\nb\r\n\u{0}", .mixedLineEnds(line: 2, .lf)),
        .fails("a\nb\r\n", .mixedLineEnds(line: 2, .lf)),
        .fails("a\n\r\n", .mixedLineEnds(line: 2, .lf)),
        .fails("a\r\nb\n", .mixedLineEnds(line: 2, .crlf)),
        .fails("\r\n\n", .mixedLineEnds(line: 2, .crlf)),
        .fails("a\r\n\r\nb\r\n\nc", .mixedLineEnds(line: 4, .crlf)),
    ]

    private static func run(_ chunks: [[UInt8]]) throws(AcceptedFormError) -> ([UInt8], AcceptedForm.Report) {
        var form = AcceptedForm()
        var output: [UInt8] = []
        for chunk in chunks { output += try form.consume(chunk) }
        return (output, try form.finish())
    }

    private static func check(_ each: Case, _ chunks: [[UInt8]]) {
        do throws(AcceptedFormError) {
            let (output, _) = try run(chunks)
            #expect(each.output.map { Array($0.utf8) } == output)
        } catch {
            #expect(each.error == error)
        }
    }

    @Test(arguments: cases)
    func isTheSameWholeByteByByteAndAtEachSplit(_ each: Case) {
        let bytes = Array(each.input.utf8)
        Self.check(each, [bytes])
        Self.check(each, bytes.map { [$0] })
        for first in 0...bytes.count {
            for second in first...bytes.count {
                Self.check(each, [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])])
            }
        }
    }

    @Test func crlfInputIsHandedBackUncopied() throws {
        let chunk = Array(repeating: Array("a line of text\r\n".utf8), count: 100).flatMap { $0 }
        var form = AcceptedForm()
        let output = try form.consume(chunk)
        let isSame = chunk.withUnsafeBufferPointer { one in output.withUnsafeBufferPointer { $0.baseAddress == one.baseAddress } }
        #expect(isSame)
    }

    @Test(arguments: ["\n", "\r\n"])
    func longLinesPassAndAreNoted(_ lineEnd: String) throws {
        let lines = [998, 999, 10, 5000].map { String(repeating: "x", count: $0) }
        let bytes = Array(lines.joined(separator: lineEnd).utf8)
        for size in [1, 7, 998, bytes.count] {
            let chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            let (output, report) = try Self.run(chunks)
            #expect(output.count == lines.reduce(0) { $0 + $1.utf8.count } + 6)
            #expect(report.longLines == 2)
            #expect(report.firstLongLine == 2)
            #expect(report.lines == 3)
            #expect(!report.endsWithLineEnd)
            #expect(report.lineEnds == (lineEnd == "\n" ? .lf : .crlf))
        }
    }
}
