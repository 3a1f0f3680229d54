import Mail
import Testing

struct AddressListTests {
    struct Case: CustomTestStringConvertible {
        let input: String
        /// Name (or nil) and address of each.
        let expects: [(String?, String)]

        init(_ input: String, _ expects: (String?, String)...) {
            self.input = input
            self.expects = expects
        }

        var testDescription: String { input.debugDescription }
    }

    static let cases = [
        Case("ann@x.org", (nil, "ann@x.org")),
        Case("<ann@x.org>", (nil, "ann@x.org")),
        Case("Ann <ann@x.org>", ("Ann", "ann@x.org")),
        Case("Ann Smith <ann@x.org>", ("Ann Smith", "ann@x.org")),
        Case("Ann   \t Smith<ann@x.org>", ("Ann Smith", "ann@x.org")),
        Case("\"Smith, Ann\" <ann@x.org>", ("Smith, Ann", "ann@x.org")),
        Case("\"Ann \\\"the boss\\\" Smith\" <ann@x.org>", ("Ann \"the boss\" Smith", "ann@x.org")),
        Case("\"\" <ann@x.org>", (nil, "ann@x.org")),
        Case("\"ann@y.org\" <ann@x.org>", ("ann@y.org", "ann@x.org")),
        Case("\"Ann\" Q. \"Smith\" <ann@x.org>", ("Ann Q. Smith", "ann@x.org")),
        Case("John Q. Public <john@x.org>", ("John Q. Public", "john@x.org")),
        Case("Ann Smith\r\n <ann@x.org>", ("Ann Smith", "ann@x.org")),
        Case("\"Ann\r\n Smith\" <ann@x.org>", ("Ann Smith", "ann@x.org")),
        Case("ann@x.org (Ann Smith)", ("Ann Smith", "ann@x.org")),
        Case("root@x.org ( Cron Daemon )", ("Cron Daemon", "root@x.org")),
        Case("ann@x.org (=?utf-8?Q?J=C3=B6rg?=)", ("Jörg", "ann@x.org")),
        Case("(comment) ann@x.org", (nil, "ann@x.org")),
        Case("ann@x.(the host)org", (nil, "ann@x.org")),
        Case("ann@(the host)x.org", (nil, "ann@x.org")),
        Case("ann@(a)x(b).(c)org (Ann)", ("Ann", "ann@x.org")),
        Case("ann(her account)@x.org", (nil, "ann@x.org")),
        Case("ann@(here)[192.0.2.1]", (nil, "ann@[192.0.2.1]")),
        Case("Ann (not her name) <ann@x.org> (nor this)", ("Ann", "ann@x.org")),
        Case("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", ("Pete", "pete@silly.test")),
        Case("=?utf-8?Q?J=C3=B6rg?= <j@x.org>", ("Jörg", "j@x.org")),
        Case("=?utf-8?B?SsO2cmc=?= Smith <j@x.org>", ("Jörg Smith", "j@x.org")),
        Case("=?utf-8?Q?J=C3=B6rg?= =?utf-8?Q?_Smith?= <j@x.org>", ("Jörg Smith", "j@x.org")),
        Case("=?utf-8?Q?J=C3?=\r\n =?utf-8?Q?=B6rg?= <j@x.org>", ("Jörg", "j@x.org")),
        Case("=?utf-8?Q?Smith,_Ann?= <a@x.org>", ("Smith, Ann", "a@x.org")),
        Case("=?x-unknown?Q?a?= <a@x.org>", ("=?x-unknown?Q?a?=", "a@x.org")),
        Case("=?x-unknown?Q?a?= =?utf-8?Q?b?= <a@x.org>", ("=?x-unknown?Q?a?= b", "a@x.org")),
        Case("\"=?utf-8?Q?literal?=\" <a@x.org>", ("=?utf-8?Q?literal?=", "a@x.org")),
        Case("Jörg <j@x.org>", ("Jörg", "j@x.org")),
        Case("\"Jörg\" <jörg@x.org>", ("Jörg", "jörg@x.org")),
        Case("a@x.org, b@y.org", (nil, "a@x.org"), (nil, "b@y.org")),
        Case("A <a@x.org>,B <b@y.org>", ("A", "a@x.org"), ("B", "b@y.org")),
        Case("a@x.org,\r\n\tb@y.org,\r\n c@z.org", (nil, "a@x.org"), (nil, "b@y.org"), (nil, "c@z.org")),
        Case(",a@x.org, , b@y.org,,", (nil, "a@x.org"), (nil, "b@y.org")),
        Case("<@route.example,@other.example:ann@x.org>", (nil, "ann@x.org")),
        Case("Ann <@route.example:ann@x.org>", ("Ann", "ann@x.org")),
        Case(" Ann <ann@x.org>\r\n", ("Ann", "ann@x.org")),
        Case("undisclosed-recipients:;"),
        Case("A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>;", ("Ed Jones", "joe@where.test"), ("John", "jdoe@one.test")),
        Case("a@x.org, G: b@x.org, c@x.org; , d@x.org", (nil, "a@x.org"), (nil, "b@x.org"), (nil, "c@x.org"), (nil, "d@x.org")),
        Case("G:,,b@x.org,,;", (nil, "b@x.org")),
        Case("Nobody (that I know) : (none) ;"),
    ]

    @Test(arguments: cases)
    func namesAndAddressesAreRead(_ each: Case) throws {
        let addresses = try AddressList(each.input).addresses
        #expect(addresses.map(\.name) == each.expects.map(\.0))
        #expect(addresses.map(\.address) == (try each.expects.map { try EmailAddress($0.1) }))
    }

    @Test func groupsKeepTheirNameAndPlace() throws {
        let list = try AddressList("a@x.org, \"The Team\": B <b@x.org>;, Empty:;")
        let named = try ["a@x.org", "b@x.org"].map { try EmailAddress($0) }
        #expect(
            list.entries == [
                .address(NamedAddress(address: named[0])), .group(name: "The Team", [NamedAddress(name: "B", address: named[1])]),
                .group(name: "Empty", []),
            ])
    }

    @Test func unlabelled8BitIsReadAsWindows1252() throws {
        let list = try AddressList(parsing: Array("J".utf8) + [0xF6] + Array("rg \"M".utf8) + [0x80] + Array("\" <j@x.org>".utf8))
        #expect(list.addresses.first?.name == "Jörg M€")
    }

    @Test func anEncodedLineEndIsASpace() throws {
        #expect(try AddressList("=?utf-8?Q?a=0D=0ABcc:=00b?= <a@x.org>").addresses.first?.name == "a  Bcc: b")
    }

    static let loose = [
        Case("info@shop.example <info@shop.example>", ("info@shop.example", "info@shop.example")),
        Case("info@shop.example<info@shop.example>\r\n", ("info@shop.example", "info@shop.example")),
        Case("[Shop] Info <info@shop.example>", ("[Shop] Info", "info@shop.example")),
        Case("Shop: Info <info@shop.example>", ("Shop: Info", "info@shop.example")),
        Case("Smith, Ann <ann@x.org>", ("Smith, Ann", "ann@x.org")),
        Case("[=?utf-8?Q?J=C3=B6rg?=]\r\n =?utf-8?Q?Smith?= <j@x.org>", ("[Jörg] Smith", "j@x.org")),
        Case("J\u{F6}rg @ home <\"j s\"@x.org> ", ("J\u{F6}rg @ home", "\"j s\"@x.org")),
    ]

    @Test(arguments: loose)
    func aNameOfOldProgramsIsReadOnlyLoosely(_ each: Case) throws {
        #expect(throws: AddressError.self) { try AddressList(each.input) }
        let read = try #require(NamedAddress(loosely: each.input.utf8))
        let wanted = try #require(each.expects.first)
        #expect(read.name == wanted.0)
        #expect(read.address.description == wanted.1)
    }

    /// Each has another address, or a place that might hide one, for a reader who is lax in another way.
    @Test(arguments: [
        "A <a@x.org> B <b@x.org>", "a@x.org <b@x.org> <c@x.org>", "<b@x.org> a@x.org <c@x.org>", "a@x.org >< <c@x.org>",
        "a@x.org <c@x.org> d",
        "a@x.org <c@x.org> (d@x.org)", "a@x.org (b@x.org) <c@x.org>", "[A] (x <c@x.org>", "a@x.org) <c@x.org>", "[A] \\ <c@x.org>",
        "\"a@evil.example x\"@internal.example <c@x.org>", "[A] \"<b@x.org>\" <c@x.org>",
        "[A] \"x <c@x.org>", "a@x.org, b <c@x.org>", "a, b@x.org <c@x.org>", "G: a@x.org <c@x.org>", "a@x.org; b <c@x.org>",
        "[A] <c@x.org>;",
        "[A] < c@x.org >", "[A] <@b.org:c@x.org>", "[A] <c(b@x.org)@x.org>", "[A] <c@x.org, d@x.org>", "[A] <c>", "[A] <>",
        "=?utf-8?Q?x<c@x.org>?=", "[A] =?utf-8?Q?x<c@x.org>?=", "[A] c@x.org",
        "[A]",
        "[A]\r\nBcc: <c@x.org>", "[A]\r<c@x.org>", "[A]\u{0}<c@x.org>", "[A] <c\r\n @x.org>", "[A] <c@x.org>\u{0}",
    ])
    func whatMayHideAnAddressIsNotReadLoosely(_ input: String) {
        #expect(NamedAddress(loosely: input.utf8) == nil)
    }

    @Test func aQuotedLocalPartIsOfTheDomainBehindIt() throws {
        let list = try AddressList("\"a@evil.example x\"@internal.example")
        #expect(list.addresses.map(\.address.domain.ascii) == ["internal.example"])
    }

    static let invalid: [InvalidAddress] = [
        InvalidAddress("", .empty, 0),
        InvalidAddress(" ,, ", .empty, 4),
        InvalidAddress("Ann Smith", .missingAt, 9),
        InvalidAddress("a@x.org, Bob", .missingAt, 12),
        InvalidAddress("Bob, a@x.org", .missingAt, 3),
        InvalidAddress("a@x.org b@x.org", .missingComma, 8),
        InvalidAddress("A <a@x.org> B <b@x.org>", .missingComma, 12),
        InvalidAddress("A <a@x.org> <b@x.org>", .missingComma, 12),
        InvalidAddress("a@x.org; b@x.org", .unexpected(";"), 7),
        InvalidAddress("ann@x.org <ann@x.org>", .unquotedName, 0),
        InvalidAddress("Ann <ann@x.org", .unclosedAngle, 4),
        InvalidAddress("Ann <", .unclosedAngle, 4),
        InvalidAddress("Ann <>", .emptyAngle, 4),
        InvalidAddress("Ann <ann>", .missingAt, 8),
        InvalidAddress("Ann <ann", .missingAt, 8),
        InvalidAddress("Ann <@route.example>", .unexpected(">"), 19),
        InvalidAddress("Ann <@route.example", .missingAt, 19),
        InvalidAddress("Ann <a@x.org, b@x.org>", .unexpected(","), 12),
        InvalidAddress(": a@x.org;", .missingGroupName, 0),
        InvalidAddress("G: a@x.org", .unclosedGroup, 0),
        InvalidAddress("a@x.org, G: b@x.org, ", .unclosedGroup, 9),
        InvalidAddress("G: H: a@x.org;;", .nestedGroup, 4),
        InvalidAddress("G: a@x.org b@x.org;", .missingComma, 11),
        InvalidAddress("\"Ann <a@x.org>", .unclosedQuote, 0),
        InvalidAddress("Ann (x <a@x.org>", .unclosedComment, 4),
        InvalidAddress("Ann\u{0} <a@x.org>", .controlCharacter(0), 3),
        InvalidAddress("\"Ann\u{1}\" <a@x.org>", .controlCharacter(1), 4),
        InvalidAddress("Ann\r\nBcc: <a@x.org>", .controlCharacter(13), 3),
        InvalidAddress("Ann\n <a@x.org>", .controlCharacter(10), 3),
        InvalidAddress("=?utf-8?Q?a(b?=@x.org", .unexpected("("), 11),
        InvalidAddress("a@x.org, b@-x.org", .hyphenAtLabelEdge, 11),
        InvalidAddress("a@x.org, <b@x..org>", .emptyLabel, 14),
    ]

    @Test(arguments: invalid)
    func aBadListIsRefusedWithReasonAndPlace(_ invalid: InvalidAddress) throws {
        let error = try #require(throws: AddressError.self) { try AddressList(invalid.input) }
        #expect(error == AddressError(invalid.reason, at: invalid.offset))
    }
}
