import Mail
import Testing

struct ValidAddress: CustomTestStringConvertible {
    let input: String
    let localPart: String
    let domain: String
    let written: String

    init(_ input: String, _ localPart: String, _ domain: String, _ written: String) {
        self.input = input
        self.localPart = localPart
        self.domain = domain
        self.written = written
    }

    var testDescription: String { input.debugDescription }

    private static let long64 = String(repeating: "a", count: 64)
    private static let label63 = String(repeating: "b", count: 63)
    /// 254 octets: 64 + 1 + 189.
    private static let domain189 = "\(label63).\(label63).\(String(repeating: "c", count: 57)).org"

    static let plain = [
        Self("ann@example.org", "ann", "example.org", "ann@example.org"),
        Self("Ann.Smith@Example.ORG", "Ann.Smith", "example.org", "Ann.Smith@example.org"),
        Self("a@b.c", "a", "b.c", "a@b.c"),
        Self("ann+tag@example.org", "ann+tag", "example.org", "ann+tag@example.org"),
        Self("a.b.c.d@example.org", "a.b.c.d", "example.org", "a.b.c.d@example.org"),
        Self("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~", "example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
        Self("123@example.org", "123", "example.org", "123@example.org"),
        Self("-@example.org", "-", "example.org", "-@example.org"),
        Self("root@localhost", "root", "localhost", "root@localhost"),
        Self("ann@mail.sub.example.co.uk", "ann", "mail.sub.example.co.uk", "ann@mail.sub.example.co.uk"),
        Self("ann@my_host.example.org", "ann", "my_host.example.org", "ann@my_host.example.org"),
        Self("ann@a-b.example", "ann", "a-b.example", "ann@a-b.example"),
        Self("ann@1.2.3.example", "ann", "1.2.3.example", "ann@1.2.3.example"),
        Self("ann@123", "ann", "123", "ann@123"),
        Self("=?utf-8?q?ann?=@example.org", "=?utf-8?q?ann?=", "example.org", "=?utf-8?q?ann?=@example.org"),
        Self("\(long64)@example.org", long64, "example.org", "\(long64)@example.org"),
        Self("ann@\(label63).org", "ann", "\(label63).org", "ann@\(label63).org"),
        Self("\(long64)@\(domain189)", long64, domain189, "\(long64)@\(domain189)"),
    ]

    static let quoted = [
        Self("\"ann\"@example.org", "ann", "example.org", "ann@example.org"),
        Self("\"ann smith\"@example.org", "ann smith", "example.org", "\"ann smith\"@example.org"),
        Self("\"a@b\"@example.org", "a@b", "example.org", "\"a@b\"@example.org"),
        Self("\"a\\\"b\"@example.org", "a\"b", "example.org", "\"a\\\"b\"@example.org"),
        Self("\"a\\\\b\"@example.org", "a\\b", "example.org", "\"a\\\\b\"@example.org"),
        Self("\"\\a\\n\\n\"@example.org", "ann", "example.org", "ann@example.org"),
        Self("\"\"@example.org", "", "example.org", "\"\"@example.org"),
        Self("\" \"@example.org", " ", "example.org", "\" \"@example.org"),
        Self("\".ann\"@example.org", ".ann", "example.org", "\".ann\"@example.org"),
        Self("\"ann.\"@example.org", "ann.", "example.org", "\"ann.\"@example.org"),
        Self("\"a..b\"@example.org", "a..b", "example.org", "\"a..b\"@example.org"),
        Self("\"a.b\"@example.org", "a.b", "example.org", "a.b@example.org"),
        Self("\"(a)\"@example.org", "(a)", "example.org", "\"(a)\"@example.org"),
        Self("\"<a>,;:[]\"@example.org", "<a>,;:[]", "example.org", "\"<a>,;:[]\"@example.org"),
        Self("ann.\"b c\".d@example.org", "ann.b c.d", "example.org", "\"ann.b c.d\"@example.org"),
        Self("\"ann\".\"smith\"@example.org", "ann.smith", "example.org", "ann.smith@example.org"),
        Self("\"a\r\n b\"@example.org", "a b", "example.org", "\"a b\"@example.org"),
    ]

    static let obsolete = [
        Self("  ann@example.org  ", "ann", "example.org", "ann@example.org"),
        Self("ann @ example.org", "ann", "example.org", "ann@example.org"),
        Self("ann@example . org", "ann", "example.org", "ann@example.org"),
        Self("ann . smith @ example.org", "ann.smith", "example.org", "ann.smith@example.org"),
        Self("ann\t@\texample.org", "ann", "example.org", "ann@example.org"),
        Self("ann\r\n @\r\n example.org", "ann", "example.org", "ann@example.org"),
        Self("ann@example.org\r\n", "ann", "example.org", "ann@example.org"),
        Self("(before)ann@example.org", "ann", "example.org", "ann@example.org"),
        Self("ann(inside)@example.org", "ann", "example.org", "ann@example.org"),
        Self("ann@(inside)example.org", "ann", "example.org", "ann@example.org"),
        Self("ann@example(dot follows).org(end)", "ann", "example.org", "ann@example.org"),
        Self("ann@example.org (Ann (the (very) first) Smith)", "ann", "example.org", "ann@example.org"),
        Self("ann@example.org (a \\) in it \\\\)", "ann", "example.org", "ann@example.org"),
        Self("()(\t)ann()@()example.org()", "ann", "example.org", "ann@example.org"),
        Self("(Jörg)ann@example.org", "ann", "example.org", "ann@example.org"),
    ]

    static let literals = [
        Self("ann@[192.0.2.1]", "ann", "[192.0.2.1]", "ann@[192.0.2.1]"),
        Self("ann@[0.0.0.0]", "ann", "[0.0.0.0]", "ann@[0.0.0.0]"),
        Self("ann@[ 192.0.2.1 ]", "ann", "[192.0.2.1]", "ann@[192.0.2.1]"),
        Self("ann@[IPv6:2001:DB8::1]", "ann", "[IPv6:2001:db8::1]", "ann@[IPv6:2001:db8::1]"),
        Self("ann@[ipv6:2001:0db8:0:0:0:0:0:1]", "ann", "[IPv6:2001:db8::1]", "ann@[IPv6:2001:db8::1]"),
        Self("ann@[IPv6:::]", "ann", "[IPv6:::]", "ann@[IPv6:::]"),
        Self("ann@[IPv6:::1]", "ann", "[IPv6:::1]", "ann@[IPv6:::1]"),
        Self("ann@[IPv6:fe80::]", "ann", "[IPv6:fe80::]", "ann@[IPv6:fe80::]"),
        Self("ann@[IPv6:1:2:3:4:5:6:7:8]", "ann", "[IPv6:1:2:3:4:5:6:7:8]", "ann@[IPv6:1:2:3:4:5:6:7:8]"),
        Self("ann@[IPv6:1:0:3:0:0:6:0:0]", "ann", "[IPv6:1:0:3::6:0:0]", "ann@[IPv6:1:0:3::6:0:0]"),
        Self("ann@[IPv6:1:0:3:4:5:6:7:8]", "ann", "[IPv6:1:0:3:4:5:6:7:8]", "ann@[IPv6:1:0:3:4:5:6:7:8]"),
        Self("ann@[IPv6:::ffff:192.0.2.1]", "ann", "[IPv6:::ffff:c000:201]", "ann@[IPv6:::ffff:c000:201]"),
    ]

    static let international = [
        Self("ann@bücher.example", "ann", "xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Self("ann@BÜCHER.example", "ann", "xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Self("ann@bu\u{308}cher.example", "ann", "xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Self("ann@XN--BCHER-KVA.example", "ann", "xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        Self("ann@straße.example", "ann", "xn--strae-oqa.example", "ann@xn--strae-oqa.example"),
        Self("ann@例え.テスト", "ann", "xn--r8jz45g.xn--zckzah", "ann@xn--r8jz45g.xn--zckzah"),
        Self("ann@例え。テスト", "ann", "xn--r8jz45g.xn--zckzah", "ann@xn--r8jz45g.xn--zckzah"),
        Self("jörg@example.org", "jörg", "example.org", "jörg@example.org"),
        Self("jo\u{308}rg@example.org", "j\u{F6}rg", "example.org", "j\u{F6}rg@example.org"),
        Self("\"jörg m\"@example.org", "jörg m", "example.org", "\"jörg m\"@example.org"),
        Self("用户@例え.テスト", "用户", "xn--r8jz45g.xn--zckzah", "用户@xn--r8jz45g.xn--zckzah"),
        Self("😀@example.org", "😀", "example.org", "😀@example.org"),
    ]
}

struct ValidAddressTests {
    @Test(arguments: ValidAddress.plain + ValidAddress.quoted + ValidAddress.obsolete + ValidAddress.literals + ValidAddress.international)
    func isReadByItsMeaning(_ valid: ValidAddress) throws {
        let address = try EmailAddress(valid.input)
        #expect(Array(address.localPart.utf8) == Array(valid.localPart.utf8))
        #expect(address.domain.ascii == valid.domain)
        #expect(Array(address.description.utf8) == Array(valid.written.utf8))
    }

    @Test(arguments: ValidAddress.plain + ValidAddress.quoted + ValidAddress.obsolete + ValidAddress.literals + ValidAddress.international)
    func isReadAgainAsItWasWritten(_ valid: ValidAddress) throws {
        let address = try EmailAddress(valid.input)
        let again = try EmailAddress(address.description)
        #expect(again == address)
        #expect(again.description == address.description)
        #expect(try AddressList(valid.input).addresses.map(\.address) == [address])
    }

    @Test func thereAreEnoughCases() {
        let count =
            ValidAddress.plain.count + ValidAddress.quoted.count + ValidAddress.obsolete.count + ValidAddress.literals.count
            + ValidAddress.international.count
        #expect(count >= 60)
    }

    @Test(arguments: [
        ("Ann@Example.org", "aNN@example.ORG"), ("\"ann\"@example.org", "ann@example.org"),
        ("jo\u{308}rg@example.org", "j\u{F6}rg@example.org"), ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("\"a.b\"@example.org", "a(c).b@example.org"), ("a@[IPv6:0:0:0:0:0:0:0:1]", "a@[IPv6:::1]"),
    ])
    func sameMeaningIsEqual(_ left: String, _ right: String) throws {
        let (left, right) = (try EmailAddress(left), try EmailAddress(right))
        #expect(left == right)
        #expect(Array(left.key.utf8) == Array(right.key.utf8))
        #expect(Set([left, right]).count == 1)
    }

    @Test(arguments: [
        ("ann@example.org", "anna@example.org"), ("ann@example.org", "ann@example.com"), ("Ö@example.org", "ö@example.org"),
        ("straße@example.org", "strasse@example.org"), ("ann@straße.example", "ann@strasse.example"), ("a.b@x.org", "ab@x.org"),
    ])
    func otherMeaningIsNot(_ left: String, _ right: String) throws {
        #expect(try EmailAddress(left) != EmailAddress(right))
    }

    @Test func caseAsWrittenIsKept() throws {
        let address = try EmailAddress("Ann.O'Brien@Example.org")
        #expect(address.localPart == "Ann.O'Brien")
        #expect(address.key == "ann.o'brien@example.org")
    }

    @Test func onlyTheLocalPartAsksForSMTPUTF8() throws {
        #expect(try EmailAddress("ann@bücher.example").isASCII)
        #expect(try !EmailAddress("jörg@example.org").isASCII)
    }

    @Test func peopleSeeTheDomainInItsScript() throws {
        #expect(try EmailAddress("ann@xn--bcher-kva.example").text == "ann@bücher.example")
    }

    @Test func aMeaningNeedsNoQuotes() throws {
        let address = try EmailAddress(localPart: "ann smith", domain: Domain("example.org"))
        #expect(address.description == "\"ann smith\"@example.org")
        #expect(throws: AddressError(.controlCharacter(10), at: 1)) { try EmailAddress(localPart: "a\nb", domain: Domain("example.org")) }
    }
}
