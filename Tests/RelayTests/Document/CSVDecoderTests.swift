import Testing
import Relay

struct CSVDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let records: [CSVDecoder.Record]
    }

    private static func record(_ line: Int, _ fields: String...) -> CSVDecoder.Record { CSVDecoder.Record(line: line, fields: fields) }

    static let good = [
        Case(testDescription: "plain", text: "a,b\r\nc,d\r\n", records: [record(1, "a", "b"), record(2, "c", "d")]),
        Case(testDescription: "bare LF and no end", text: "a,b\nc,d", records: [record(1, "a", "b"), record(2, "c", "d")]),
        Case(testDescription: "byte order mark", text: "\u{FEFF}a,b\n", records: [record(1, "a", "b")]),
        Case(testDescription: "quotes", text: "\"a,\"\"b\"\"\",\"\"\n", records: [record(1, "a,\"b\"", "")]),
        Case(testDescription: "line end in quotes", text: "\"a\r\nb\",c\nd,e\n", records: [record(1, "a\r\nb", "c"), record(3, "d", "e")]),
        Case(testDescription: "empty fields", text: ",,\n", records: [record(1, "", "", "")]),
        Case(testDescription: "empty lines", text: "\n\na\n\r\n", records: [record(3, "a")]),
        Case(testDescription: "empty quoted line", text: "\"\"\n", records: [record(1, "")]),
        Case(testDescription: "quoted at the end", text: "a,\"b\"", records: [record(1, "a", "b")]),
        Case(testDescription: "comma at the end", text: "a,", records: [record(1, "a", "")]),
        Case(testDescription: "nothing", text: "", records: []),
        Case(testDescription: "not ASCII", text: "Jürgen,日本\n", records: [record(1, "Jürgen", "日本")]),
    ]

    private func decode(_ pieces: [[UInt8]]) throws(CSVDecoder.Failure) -> [CSVDecoder.Record] {
        var decoder = CSVDecoder()
        var records: [CSVDecoder.Record] = []
        for piece in pieces { records += try decoder.decode(piece) }
        return records + (try decoder.finish())
    }

    @Test(arguments: good) func readsWholeByteByByteAndSplitAnywhere(_ example: Case) throws {
        let bytes = Array(example.text.utf8)
        #expect(try decode([bytes]) == example.records)
        #expect(try decode(bytes.map { [$0] }) == example.records)
        for split in 0...bytes.count { #expect(try decode([Array(bytes[..<split]), Array(bytes[split...])]) == example.records) }
    }

    @Test(arguments: [
        ("a\n\"b", 2, "not closed"), ("a\nb\"c\n", 2, "a quote stands inside"), ("\"a\"b\n", 1, "follows a closing quote"),
        ("a\rb\n", 1, "carriage return"), ("a,\u{0}\n" + "\"\n\n", 2, "not closed"),
    ])
    func namesTheLineThatIsWrong(_ text: String, _ line: Int, _ words: String) {
        let failure = #expect(throws: CSVDecoder.Failure.self) { try decode([Array(text.utf8)]) }
        #expect(failure?.line == line)
        #expect(failure?.sentence.contains(words) == true)
    }

    @Test func whatIsNotUTF8IsNamed() {
        let failure = #expect(throws: CSVDecoder.Failure.self) { try decode([[0x61, 0x0A, 0xFF, 0x2C, 0x61, 0x0A]]) }
        #expect(failure?.line == 2)
    }

    @Test func aQuoteThatIsNeverClosedEndsInBoundedMemory() {
        let failure = #expect(throws: CSVDecoder.Failure.self) {
            try decode([Array("\"".utf8)] + [[UInt8]](repeating: [UInt8](repeating: 0x61, count: 4096), count: 100))
        }
        #expect(failure?.sentence.contains("65536") == true)
    }
}
