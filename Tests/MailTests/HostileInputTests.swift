import Mail
import Testing

/// Long input made to cost more than its length. A parser of quadratic time would not finish: the square of these sizes is hours.
struct HostileInputTests {
    private static let size = 300_000

    private static func repeated(_ piece: String, size: Int = size) -> [UInt8] {
        let bytes = Array(piece.utf8)
        return Array((0..<(size / bytes.count)).lazy.map { _ in bytes }.joined())
    }

    @Test(arguments: [
        "(", "()", "((a)", "\"", "\\", "<", "@", ",", "a ", "a.", "=?", "=?a?q?", "=?a?q?(", "=?utf-8?q?x?=", "=?utf-8?q?x?= ", "=?=", "a@",
        "[", "a@[", "[ ]", "a@ ",
        "G:", ":;", "\r\n ", "(\\", "\u{308}", "<@a,", "\"a\" ",
    ])
    func endsForEveryRepeatedPiece(_ piece: String) {
        let bytes = Self.repeated(piece)
        for suffix in ["", "<a@x.org>", "a@x.org", "@x.org"] {
            let input = bytes + Array(suffix.utf8)
            do throws(AddressError) {
                let list = try AddressList(parsing: input)
                #expect(list.addresses.map(\.address.description) == ["a@x.org"])
            } catch {
                #expect((0...input.count).contains(error.offset))
            }
        }
        for suffix in ["", "<a@x.org>"] {
            if let loose = NamedAddress(loosely: bytes + Array(suffix.utf8)) { #expect(loose.address.description == "a@x.org") }
        }
        #expect(EncodedWord.decode(bytes).utf8.count <= Self.size)
    }

    /// What is well nested has no depth either: nothing recurses.
    @Test func aHundredThousandNestedCommentsAreOne() throws {
        let depth = 100_000
        let nested = String(repeating: "(", count: depth) + "x" + String(repeating: ")", count: depth)
        for text in ["\(nested)a@x.org", "a@x.org\(nested)", "Ann \(nested) <\(nested)a@x.org\(nested)>", "G: \(nested)a@x.org\(nested);"] {
            #expect(try AddressList(text).addresses.map(\.address.description) == ["a@x.org"])
        }
        let groups = String(repeating: "G: ", count: depth) + "a@x.org" + String(repeating: ";", count: depth)
        let error = #expect(throws: AddressError.self) { try AddressList(groups) }
        #expect(error?.reason == .nestedGroup && error?.offset == 4, "given up at the first, not at the last")
        let many = String(repeating: "G: a@x.org;, ", count: depth)
        #expect(try AddressList(many).addresses.count == depth)
    }

    @Test func twentyThousandAddressesAreRead() throws {
        let list = try AddressList((0..<20_000).map { "a\($0)@x.org" }.joined(separator: ",\r\n "))
        #expect(list.addresses.count == 20_000)
        #expect(list.addresses.last?.address.localPart == "a19999")
    }

    @Test func aHugeFieldAndTenThousandFieldsAreRead() throws {
        let huge = "X-Huge: \(String(repeating: "x", count: 100_000))\r\n"
        let many = (0..<10_000).map { "X-\($0): value\r\n" }.joined()
        let header = try HeaderBlock(Array((huge + many).utf8))
        #expect(header.fields.count == 10_001)
        #expect(header.bytes == Array((huge + many).utf8))
        #expect(header.fields.first?.value.count == 100_001)
    }

    @Test func tenMegabytesOfOneFieldAreRead() throws {
        let bytes = Array("X: ".utf8) + Self.repeated("x\r\n ", size: 10_000_000) + [13, 10]
        let header = try HeaderBlock(bytes)
        #expect(header.fields.count == 1)
        #expect(header.byteCount == bytes.count)
    }

    @Test func headersOfEmptyAndFoldedFieldsAreRead() throws {
        for piece in ["a: b\r\n", "a:\r\n", "A:\r\n \r\n\t\r\n", "a                  : b\r\n"] {
            let bytes = Self.repeated(piece)
            #expect(try HeaderBlock(bytes).bytes == bytes)
        }
    }

    @Test func headersThatNeverEndAreGivenUpAtTheLimit() {
        for piece in ["a: b\r\n", "x", "\r", ":"] {
            var splitter = HeaderSplitter(limit: 1000)
            #expect(throws: HeaderError.tooLong(limit: 1000)) { try splitter.consume(Self.repeated(piece)) }
        }
    }

    @Test func theAcceptedFormOfManyLineEndsIsMade() throws {
        var form = AcceptedForm()
        #expect(try form.consume(Self.repeated("\n")).count == 2 * Self.size)
        #expect(try form.finish().lines == Self.size)
    }

    @Test func hostileNamesAreWritten() throws {
        let address = try EmailAddress("a@x.org")
        for piece in ["x", " ", "\"", "ä", "\r\n", "=?", "\u{301}"] {
            let name = "n" + String(decoding: Self.repeated(piece).prefix(100_000), as: UTF8.self)
            let field = FieldWriter.addresses(.from, [NamedAddress(name: name, address: address)])
            #expect(try AddressList(parsing: try #require(try HeaderBlock(field).first(.from)).value).addresses.first?.address == address)
        }
    }

    @Test func randomBytesNeverCrashAReader() {
        var generator = SeededGenerator(seed: 5)
        let texts = [
            "a", "B", "@x.org", "@", ".", "<", ">", ",", ":", ";", "(", ")", "[", "]", "\"", "\\", "=?utf-8?Q?", "?=", " ", "\r\n ",
            "IPv6:", "\t",
        ]
        let pieces = texts.map { Array($0.utf8) } + [[0], [0x7F], [0x80], [0xC3, 0xA4], [0xFF]]
        var read = 0
        for _ in 0..<10_000 {
            let length = Int.random(in: 0..<8, using: &generator)
            let bytes = (0..<length).flatMap { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
            do throws(AddressError) {
                let list = try AddressList(parsing: bytes)
                for address in list.addresses.map(\.address) {
                    read += 1
                    #expect(throws: Never.self) { try #expect(EmailAddress(address.description) == address) }
                }
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
            do throws(HeaderError) {
                #expect(try HeaderBlock(bytes).bytes.count <= bytes.count)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(read > 0)
    }

    /// A plain address is read by a shorter way; a space before it forces the long one.
    @Test func theShortWayAndTheLongAgree() {
        var generator = SeededGenerator(seed: 11)
        let letters = Array("aB.@-_1!")
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<9, using: &generator)
            let text = String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
            let (short, long) = (Result { try EmailAddress(text) }, Result { try EmailAddress(" \(text)") })
            switch (short, long) {
            case (.success(let one), .success(let other)): #expect(one == other && one.description == other.description)
            case (.failure(let one as AddressError), .failure(let other as AddressError)):
                #expect(one.reason == other.reason && one.offset + 1 == other.offset, "\(text)")
            default: Issue.record("\(text): \(short), \(long)")
            }
        }
    }
}
