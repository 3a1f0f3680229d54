import Mail
import Testing

struct FieldWriterTests {
    private static func written(_ name: String?, _ address: String = "ann@x.org", utf8: Bool = false) throws -> String {
        let list = [NamedAddress(name: name, address: try EmailAddress(address))]
        return String(decoding: FieldWriter.addresses(.from, list, utf8: utf8), as: UTF8.self)
    }

    @Test(arguments: [
        (nil, "From: ann@x.org\r\n"), ("", "From: ann@x.org\r\n"), ("Ann Smith", "From: Ann Smith <ann@x.org>\r\n"),
        ("Smith, Ann", "From: \"Smith, Ann\" <ann@x.org>\r\n"), ("Ann Q. Smith", "From: \"Ann Q. Smith\" <ann@x.org>\r\n"),
        ("a@b", "From: \"a@b\" <ann@x.org>\r\n"), ("the \"boss\" \\", "From: \"the \\\"boss\\\" \\\\\" <ann@x.org>\r\n"),
        ("Jörg", "From: =?UTF-8?B?SsO2cmc=?= <ann@x.org>\r\n"), ("a  b", "From: \"a  b\" <ann@x.org>\r\n"),
        (" a", "From: \" a\" <ann@x.org>\r\n"),
        ("=?utf-8?Q?x?=", "From: \"=?utf-8?Q?x?=\" <ann@x.org>\r\n"), ("a\r\nBcc: b@x.org", "From: \"a  Bcc: b@x.org\" <ann@x.org>\r\n"),
        ("a\u{0}b", "From: a b <ann@x.org>\r\n"), ("via", "From: via <ann@x.org>\r\n"),
    ])
    func namesAreQuotedOrEncodedOnlyWhereTheyMust(_ name: String?, _ field: String) throws {
        #expect(try Self.written(name) == field)
    }

    @Test func utf8IsWrittenRawWhenTold() throws {
        #expect(try Self.written("Jörg M", utf8: true) == "From: Jörg M <ann@x.org>\r\n")
        #expect(try Self.written("M, Jörg", "jörg@bücher.example", utf8: true) == "From: \"M, Jörg\" <jörg@xn--bcher-kva.example>\r\n")
    }

    @Test func groupsAndListsAreWritten() throws {
        let named = try ["a@x.org", "b@x.org"].map { NamedAddress(address: try EmailAddress($0)) }
        let entries: [AddressListEntry] = [.group(name: "The Team", named), .address(named[0]), .group(name: "None", [])]
        let field = FieldWriter.addresses(.to, entries)
        #expect(String(decoding: field, as: UTF8.self) == "To: The Team: a@x.org, b@x.org;, a@x.org, None:;\r\n")
    }

    @Test(arguments: [
        ("Hello world", "Subject: Hello world\r\n"), ("", "Subject:\r\n"), ("a  b", "Subject: a  b\r\n"),
        ("Grüße", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"), ("a\r\nBcc: x@y", "Subject: a  Bcc: x@y\r\n"),
        ("=?utf-8?Q?x?=", "Subject: =?UTF-8?B?PT91dGYtOD9RP3g/PQ==?=\r\n"), (" a", "Subject: =?UTF-8?Q?_a?=\r\n"),
    ])
    func textIsWritten(_ text: String, _ field: String) {
        #expect(String(decoding: FieldWriter.text(.subject, text), as: UTF8.self) == field)
    }

    @Test(arguments: [10, 77, 78, 79, 479, 480, 481, 998, 5000, 30_000])
    func noLineIsTooLongWhateverTheInput(_ length: Int) throws {
        let words = String(repeating: "word ", count: length / 5) + "end"
        let inputs = [
            String(repeating: "x", count: length), String(repeating: "\"", count: length), String(repeating: " ", count: length) + "x",
            words,
        ]
        for input in inputs {
            let fields = [
                FieldWriter.text(.subject, input), FieldWriter.text(.subject, input, utf8: true), Array(try Self.written(input).utf8),
                Array(try Self.written(input, utf8: true).utf8),
            ]
            for field in fields {
                #expect(String(decoding: field, as: UTF8.self).split(separator: "\r\n").allSatisfy { $0.utf8.count <= 998 })
                let read = try #require(try HeaderBlock(field).fields.first)
                let list = read.isNamed(.from) ? try AddressList(parsing: read.value).addresses.first?.name : read.decoded()
                #expect(list == input)
            }
        }
    }

    @Test func linesFoldAt78WhereTheyCan() throws {
        let subject = String(repeating: "word ", count: 60) + "end"
        let lines = String(decoding: FieldWriter.text(.subject, subject), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == 4 || lines.count == 5)
        #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    }

    /// Letters of every kind that a name can throw at the writer.
    private static let alphabet = Array("abcXYZ019  .,;:<>@()[]\"\\'=?_!#äéß日本語😀👩‍👧\r\n\t\u{0}\u{7F}\u{85}\u{2028}").map(String.init)

    private static func text(_ generator: inout SeededGenerator) -> String {
        let length = Int.random(in: 0..<120, using: &generator)
        return (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }.joined()
    }

    /// What can come back: control characters are spaces, and a name of nothing is none.
    private static func expected(_ name: String) -> String? {
        var clean = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.value == 0x2028
            clean.append(isControl ? " " : scalar)
        }
        return clean.isEmpty ? nil : String(clean)
    }

    @Test(arguments: [false, true])
    func whatIsWrittenIsReadBack(_ utf8: Bool) throws {
        var generator = SeededGenerator(seed: 20_261_123)
        for round in 0..<200 {
            let names = (0..<Int.random(in: 1..<4, using: &generator)).map { _ in Self.text(&generator) }
            let addresses = try names.enumerated().map { index, name in
                NamedAddress(name: name, address: try EmailAddress(localPart: "u \(round).\(index)", domain: Domain("bücher.example")))
            }
            let field = FieldWriter.addresses(.replyTo, addresses, utf8: utf8)
            let header = try HeaderBlock(field)
            #expect(header.fields.count == 1)
            let read = try AddressList(parsing: try #require(header.first(.replyTo)).value).addresses
            #expect(read.map(\.address) == addresses.map(\.address))
            #expect(read.map(\.name) == names.map(Self.expected), "round \(round)")
            let text = Self.text(&generator)
            let subject = try #require(try HeaderBlock(FieldWriter.text(.subject, text, utf8: utf8)).fields.first)
            #expect(subject.decoded() == Self.expected(text) ?? "", "round \(round)")
        }
    }
}
