import Mail
import Testing

struct HeaderBlockTests {
    private static let sample =
        "Received: by x\r\n\tfor y\r\nFrom: Ann <a@x.org>\r\nsubject:\r\n a folded\r\n  subject\r\nX-Raw: \u{FC}\r\nfrom : b@x.org\r\n"

    @Test func fieldsKeepTheirBytes() throws {
        let header = try HeaderBlock(Array(Self.sample.utf8))
        #expect(header.bytes == Array(Self.sample.utf8))
        #expect(header.byteCount == Self.sample.utf8.count)
        #expect(header.fields.map(\.name.text) == ["Received", "From", "subject", "X-Raw", "from"])
        #expect(header.first(.subject).map { Array($0.value) } == Array("\r\n a folded\r\n  subject".utf8))
        #expect(header.first(.subject)?.unfolded() == "a folded  subject")
        #expect(header.fields(named: .from).map { $0.unfolded() } == ["Ann <a@x.org>", "b@x.org"])
    }

    @Test func theClosingEmptyLineIsOptional() throws {
        #expect(try HeaderBlock(Array("\(Self.sample)\r\n".utf8)) == HeaderBlock(Array(Self.sample.utf8)))
        #expect(try HeaderBlock(Array("\r\n".utf8)).bytes == [])
        #expect(try HeaderBlock([]).bytes == [])
    }

    @Test func removeTakesEveryFieldOfTheNameAndNothingElse() throws {
        var header = try HeaderBlock(Array(Self.sample.utf8))
        header.remove(.from)
        #expect(header.bytes == Array("Received: by x\r\n\tfor y\r\nsubject:\r\n a folded\r\n  subject\r\nX-Raw: \u{FC}\r\n".utf8))
        header.remove { $0.isNamed(.received) }
        #expect(header.fields.count == 2)
    }

    @Test func prependPutsFieldsFirst() throws {
        var header = try HeaderBlock(Array(Self.sample.utf8))
        header.prepend(FieldWriter.text(.autoSubmitted, "auto-generated"))
        #expect(header.bytes == Array("Auto-Submitted: auto-generated\r\n\(Self.sample)".utf8))
        #expect(header.first(.autoSubmitted)?.unfolded() == "auto-generated")
    }

    struct Bad: CustomTestStringConvertible {
        let input: String
        let error: HeaderError

        init(_ input: String, _ error: HeaderError) {
            self.input = input
            self.error = error
        }

        var testDescription: String { input.debugDescription }
    }

    @Test(arguments: [
        Bad("A: b\r\nno colon here\r\n", .missingColon(line: 2)),
        Bad("A: b\r\n c\r\nno colon here\r\n", .missingColon(line: 3)),
        Bad("hello\r\n", .missingColon(line: 1)),
        Bad(" A: b\r\n", .startsWithSpace),
        Bad("\tA: b\r\n", .startsWithSpace),
        Bad(": b\r\n", .invalidFieldName(line: 1)),
        Bad("A b: c\r\n", .invalidFieldName(line: 1)),
        Bad("Ä: c\r\n", .invalidFieldName(line: 1)),
        Bad("A\u{1}: c\r\n", .invalidFieldName(line: 1)),
        Bad("From ann@x.org Mon Nov 23 23:14:56 2026\r\nA: b\r\n", .mboxLine(line: 1)),
        Bad(">From ann@x.org Mon Nov 23 23:14:56 2026\r\nA: b\r\n", .mboxLine(line: 1)),
        Bad("A: b\r\nFrom ann Mon Nov 23 2026\r\n", .mboxLine(line: 2)),
        Bad("A: b\u{0}c\r\n", .nul(line: 1)),
        Bad("A: b\r\n \u{0}\r\n", .nul(line: 2)),
        Bad("A: b\u{0}", .nul(line: 1)),
        Bad("A: b\nC: d\n", .bareLineFeed(line: 1)),
        Bad("A: b\r\nC: d\n", .bareLineFeed(line: 2)),
        Bad("A: b\rC: d\r\n", .bareCarriageReturn(line: 1)),
        Bad("A: b\r\r\n", .bareCarriageReturn(line: 1)),
        Bad("A: b\r", .bareCarriageReturn(line: 1)),
        Bad("A: b\r\nC: d", .unterminatedLine(line: 2)),
        Bad("A: b\r\n\r\nbody\r\n", .textAfterHeader(line: 3)),
        Bad("\r\n\r\n", .textAfterHeader(line: 2)),
    ])
    func whatIsNoHeaderIsRefusedWithItsLine(_ bad: Bad) {
        #expect(throws: bad.error) { try HeaderBlock(Array(bad.input.utf8)) }
        #expect(!bad.error.description.contains("\n"))
    }

    @Test(arguments: [
        "From: a\r\n", "From : a\r\n", "From \t : a\r\n", "FROM:\r\n", "From:a\r\n b\r\n", "A!#$%&'*+-./;<=>?@[\\]^_`{|}~: b\r\n",
    ])
    func oddButValidFieldsAreTaken(_ text: String) throws {
        let header = try HeaderBlock(Array(text.utf8))
        #expect(header.fields.count == 1)
        #expect(header.bytes == Array(text.utf8))
    }

    @Test func eightBitBytesComeThrough() throws {
        let bytes = Array("Subject: ".utf8) + Array(UInt8(0x80)...0xFF) + Array("\r\n".utf8)
        let header = try HeaderBlock(bytes)
        #expect(header.bytes == bytes)
        #expect(header.first(.subject)?.unfolded().unicodeScalars.count == 128)
    }

    @Test func aLineOfSpaceBelongsToTheFieldAboveIt() throws {
        let header = try HeaderBlock(Array("A: b\r\n \t\r\n c\r\nD: e\r\n".utf8))
        #expect(header.fields.count == 2)
        #expect(header.fields.first?.unfolded() == "b \t c")
    }

    @Test func fieldNamesIgnoreCase() {
        #expect(FieldName("FROM") == .from)
        #expect(FieldName("message-id")?.hashValue == FieldName.messageID.hashValue)
        #expect(FieldName("") == nil)
        #expect(FieldName("A B") == nil)
        #expect(FieldName("A:") == nil)
        #expect(FieldName("Ä") == nil)
        #expect(FieldName("A\r\n") == nil)
    }

    @Test func decodedIsWhatPeopleRead() throws {
        let header = try HeaderBlock(Array("Subject: =?utf-8?Q?J=C3=B6?=\r\n =?utf-8?Q?rg?= and\r\n more \r\n".utf8))
        #expect(header.first(.subject)?.decoded() == "Jörg and more")
    }
}
