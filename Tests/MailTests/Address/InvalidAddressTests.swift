import Mail
import Testing

struct InvalidAddress: CustomTestStringConvertible {
    let input: String
    let reason: AddressError.Reason
    let offset: Int

    init(_ input: String, _ reason: AddressError.Reason, _ offset: Int) {
        self.input = input
        self.reason = reason
        self.offset = offset
    }

    var testDescription: String { input.debugDescription }

    private static let a65 = String(repeating: "a", count: 65)
    private static let b64 = String(repeating: "b", count: 64)
    private static let b63 = String(repeating: "b", count: 63)

    static let localParts = [
        Self("", .empty, 0),
        Self("   ", .empty, 3),
        Self("(only a comment)", .empty, 16),
        Self("ann", .missingAt, 3),
        Self("ann.smith", .missingAt, 9),
        Self("\"ann@example.org\"", .missingAt, 17),
        Self("example.org (ann@)", .missingAt, 18),
        Self("@example.org", .emptyLocalPart, 0),
        Self(" @example.org", .emptyLocalPart, 1),
        Self("@", .emptyLocalPart, 0),
        Self(".ann@example.org", .misplacedDot, 0),
        Self("ann.@example.org", .misplacedDot, 3),
        Self("a..b@example.org", .misplacedDot, 2),
        Self(".@example.org", .misplacedDot, 0),
        Self("ann smith@example.org", .secondWordInLocalPart, 4),
        Self("ann\"smith\"@example.org", .secondWordInLocalPart, 3),
        Self("\"a\"\"b\"@example.org", .secondWordInLocalPart, 3),
        Self("\(a65)@example.org", .localPartTooLong(octets: 65), 0),
        Self("  \(a65)@example.org", .localPartTooLong(octets: 65), 2),
        // The quotes count, since they travel.
        Self("\"\(String(a65.prefix(62))) \"@example.org", .localPartTooLong(octets: 65), 0),
        Self("ann<@example.org", .unexpected("<"), 3),
        Self("<ann@example.org>", .unexpected("<"), 0),
        Self("ann,bob@example.org", .unexpected(","), 3),
        Self("ann;@example.org", .unexpected(";"), 3),
        Self("ann:bob@example.org", .unexpected(":"), 3),
        Self("a)b@example.org", .unexpected(")"), 1),
        Self("a\\b@example.org", .unexpected("\\"), 1),
        Self("[a]@example.org", .unexpected("["), 0),
        Self("\"ann@example.org", .unclosedQuote, 0),
        Self("\"ann\\\"@example.org", .unclosedQuote, 0),
        Self("\"ann\\", .unclosedQuote, 0),
        Self("(ann@example.org", .unclosedComment, 0),
        Self("ann(a(b)@example.org", .unclosedComment, 3),
        Self("a\u{0}b@example.org", .controlCharacter(0), 1),
        Self("a\u{7F}b@example.org", .controlCharacter(127), 1),
        Self("ann\nb@example.org", .controlCharacter(10), 3),
        Self("ann\rb@example.org", .controlCharacter(13), 3),
        Self("ann\r\nRCPT TO:<b@example.org>", .controlCharacter(13), 3),
        Self("\"a\u{1}b\"@example.org", .controlCharacter(1), 2),
        Self("\"a\\\nb\"@example.org", .controlCharacter(10), 3),
        Self("(a\u{8}b)ann@example.org", .controlCharacter(8), 2),
        Self("\"a\tb\"@example.org", .controlCharacter(9), 1),
        Self("a\u{85}b@example.org", .controlCharacter(0x85), 1),
        Self("a\u{2028}b@example.org", .controlCharacter(0x2028), 1),
    ]

    static let domains = [
        Self("ann@", .missingDomain, 4),
        Self("ann@ ", .missingDomain, 5),
        Self("ann@(c)", .missingDomain, 7),
        Self("ann@example.org.", .trailingDot, 15),
        Self("ann@.example.org", .emptyLabel, 4),
        Self("ann@example..org", .emptyLabel, 12),
        Self("ann@.", .emptyLabel, 4),
        Self("ann@-example.org", .hyphenAtLabelEdge, 4),
        Self("ann@example-.org", .hyphenAtLabelEdge, 11),
        Self("ann@example.-org", .hyphenAtLabelEdge, 12),
        Self("ann@\(b64).org", .labelTooLong(octets: 64), 4),
        Self("ann@x.\(b64)", .labelTooLong(octets: 64), 6),
        Self("ann@\(b63).\(b63).\(b63).\(b63)", .domainTooLong(octets: 255), 4),
        Self("ann12345678@\(b63).\(b63).\(b63).\(b63.prefix(54))", .addressTooLong(octets: 258), 0),
        Self("ann@exa!mple.org", .unexpected("!"), 7),
        Self("ann@example.org/x", .unexpected("/"), 15),
        Self("ann@example@org", .textAfterAddress, 11),
        Self("ann@example.org bob", .textAfterAddress, 16),
        Self("ann@example.org>", .textAfterAddress, 15),
        Self("ann@example.org, bob@example.org", .textAfterAddress, 15),
        Self("ann@\"example\".org", .missingDomain, 4),
        Self("ann@exam\u{0}ple.org", .controlCharacter(0), 8),
        Self("ann@example.org\n", .controlCharacter(10), 15),
        Self("ann@example.org\r\nBcc: x", .controlCharacter(13), 15),
        Self("ann@[192.0.2.1", .unclosedLiteral, 4),
        Self("ann@[192.0.2.256]", .invalidLiteral, 4),
        Self("ann@[192.0.2]", .invalidLiteral, 4),
        Self("ann@[192.0.2.1.5]", .invalidLiteral, 4),
        Self("ann@[192.0.02.1]", .invalidLiteral, 4),
        Self("ann@[]", .invalidLiteral, 4),
        Self("ann@[2001:db8::1]", .invalidLiteral, 4),
        Self("ann@[IPv6:1:2:3:4:5:6:7]", .invalidLiteral, 4),
        Self("ann@[IPv6:1:2:3:4:5:6:7:8:9]", .invalidLiteral, 4),
        Self("ann@[IPv6:1::2::3]", .invalidLiteral, 4),
        Self("ann@[IPv6:12345::]", .invalidLiteral, 4),
        Self("ann@[IPv6:1:2:3:4::5:6:7:8]", .invalidLiteral, 4),
        Self("ann@[IPv6:192.0.2.1::]", .invalidLiteral, 4),
        Self("ann@[x-tag:content]", .invalidLiteral, 4),
        Self("ann@[192.0.2.1]x", .textAfterAddress, 15),
        Self("ann@\u{FF20}.example", .unexpected("@"), 4),
        Self("ann@b\u{FC}cher..example", .emptyLabel, 4),
        Self("ann@\u{308}x.example", .invalidIDN(""), 4),
        Self("ann@a\u{200B}\u{85}.example", .controlCharacter(0x85), 8),
        Self("ann@☃☃\u{FFFF}.example", .invalidIDN(""), 4),
    ]
}

struct InvalidAddressTests {
    @Test(arguments: InvalidAddress.localParts + InvalidAddress.domains)
    func isRefusedWithReasonAndPlace(_ invalid: InvalidAddress) throws {
        let error = try #require(throws: AddressError.self) { try EmailAddress(invalid.input) }
        #expect(error.offset == invalid.offset)
        // The words of libidn2 are its own.
        if case .invalidIDN = invalid.reason, case .invalidIDN(let why) = error.reason {
            #expect(!why.isEmpty)
        } else {
            #expect(error.reason == invalid.reason)
        }
    }

    @Test func thereAreEnoughCases() {
        #expect(InvalidAddress.localParts.count + InvalidAddress.domains.count >= 60)
    }

    @Test(arguments: InvalidAddress.localParts + InvalidAddress.domains)
    func theReasonIsOneSentenceThatSaysWhere(_ invalid: InvalidAddress) throws {
        let error = try #require(throws: AddressError.self) { try EmailAddress(invalid.input) }
        #expect(error.description.hasSuffix("(at byte \(invalid.offset))"))
        #expect(!error.description.contains("\n"))
    }

    @Test func bytesThatAreNotUTF8AreRefusedInAnAddress() {
        #expect(throws: AddressError(.invalidUTF8, at: 0)) { try AddressList(parsing: [0xFF, 0x61] + Array("@x.org".utf8)) }
        #expect(throws: AddressError(.invalidUTF8, at: 2)) { try AddressList(parsing: Array("a@".utf8) + [0xFC] + Array(".org".utf8)) }
    }
}
