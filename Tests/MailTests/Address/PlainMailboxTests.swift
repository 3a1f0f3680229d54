import Mail
import Testing

/// The usual form of an address field is read in place. A comma behind the value means nothing and is no part of that form, so it forces the long way.
struct PlainMailboxTests {
    private static let names = [
        "", "Ann ", "Ann B. Doe ", "\"Doe, Ann\" ", "\"\"", " Ann  B ", "=?utf-8?q?J=C3=B6rg?= ", "Jörg ", "A =?B?= ", "\"a\\\"b\" ", ". ",
        "Ann@ ",
        "\"Ann\" B ",
    ]
    private static let localParts =
        ["a", "A.b", "x_1+y", ".a", "a.", "a..b", "=?utf-8?q?a?=", "\"a b\"", "ä", "a b"]
        + [63, 64, 65].map { String(repeating: "l", count: $0) }
    private static let hosts =
        [
            "x.org", "X-1.Example", "xn--jrg-sna.example", "-x.org", "x-.org", "x..org", "x.org.", ".x", "x", "x_y", "[192.0.2.1]",
            "jörg.example", "x .org",
        ]
        + [63, 64].map { "x." + String(repeating: "d", count: $0) } + [94, 95, 126, 127].map { String(repeating: "d.", count: $0) + "x" }
    private static let intruders = [
        " ", "\t", "\r\n ", "\"", "\\", "(c)", ",", ";", ":", "<", ">", "@", ".", "=?", "\u{7F}", "\u{1}", "ä", "Z",
    ]

    private static func isSame(_ value: [UInt8]) -> Bool {
        guard let short = try? AddressList(parsing: value) else { return true }
        guard let long = try? AddressList(parsing: value + Array(",".utf8)) else { return false }
        return short == long && short.addresses.map(\.address.description) == long.addresses.map(\.address.description)
            && short.addresses.map(\.address.text) == long.addresses.map(\.address.text)
            && short.addresses.map(\.address.localPart) == long.addresses.map(\.address.localPart)
    }

    @Test(arguments: [
        "a@x.org", " Ann <A.B@X.org>", "Ann B. Doe <a@x.org> ", "\"Doe, Ann\" <a@x.org>", "\"\" <a@x.org>", "\"Ann\"<a@x.org>", "<a@x.org>",
        ". <a@x.org>",
        "Ann  <a@x.org>", "Ann\t<a@x.org>", "Ann  B <a@x.org>", "\"Ann\\\" B\" <a@x.org>", "=?utf-8?q?Ann?= <a@x.org>", "a@localhost",
        "=?utf-8?q?a?=@x.org", "a=?b@x.org", "A =?utf-8?q?B?= <a@x.org>", "a@xn--jrg-sna.example", "Ann\r\n <a@x.org>", "a@x.org (Ann)",
        "\"a b\" <a@x.org>",
    ])
    func bothWaysReadTheSame(_ value: String) throws {
        #expect(try AddressList(value).addresses.count == 1)
        #expect(Self.isSame(Array(value.utf8)))
    }

    @Test func bothWaysReadTheSameWhateverThereIs() {
        var generator = SeededGenerator(seed: 23)
        func one(_ texts: [String]) -> String { texts[Int.random(in: 0..<texts.count, using: &generator)] }
        var read = 0
        for round in 0..<8_000 {
            let address = "\(one(Self.localParts))@\(one(Self.hosts))"
            var value = Array((round.isMultiple(of: 3) ? address : "\(one(Self.names))<\(address)>").utf8)
            if round.isMultiple(of: 2) {
                value.insert(contentsOf: one(Self.intruders).utf8, at: Int.random(in: 0...value.count, using: &generator))
            }
            if (try? AddressList(parsing: value)) != nil { read += 1 }
            #expect(Self.isSame(value), "\(String(decoding: value, as: UTF8.self).debugDescription)")
        }
        #expect(read > 1000)
    }

    struct Saying: CustomTestStringConvertible {
        let value: String
        let name: String?
        let isSaid: Bool

        var testDescription: String { value.debugDescription }
    }

    @Test(arguments: [
        Saying(value: "Ann Doe <ann@x.org>", name: "Ann Doe", isSaid: true),
        Saying(value: "\"Ann Doe\" <Ann@X.ORG>", name: "Ann Doe", isSaid: true),
        Saying(value: "Ann\r\n Doe <ann@x.org>", name: "Ann Doe", isSaid: true),
        Saying(value: "Ann (her) Doe <ann@x.org>", name: "Ann Doe", isSaid: true),
        Saying(value: "ann@x.org", name: nil, isSaid: true), Saying(value: "ann@x.org", name: "", isSaid: true),
        Saying(value: "ann@x.org (Ann)", name: "Ann", isSaid: true),
        Saying(value: "Ann Do <ann@x.org>", name: "Ann Doe", isSaid: false),
        Saying(value: "Ann Doe <ann@x.org>", name: "ann doe", isSaid: false),
        Saying(value: "Ann Doe <ann@x.org>", name: nil, isSaid: false),
        Saying(value: "Ann Doe <amn@x.org>", name: "Ann Doe", isSaid: false),
        Saying(value: "Ann Doe <ann@x.net>", name: "Ann Doe", isSaid: false),
        Saying(value: "ann@x.org, ann@x.org", name: nil, isSaid: false),
        Saying(value: "G: ann@x.org;", name: nil, isSaid: false), Saying(value: "ann", name: nil, isSaid: false),
        Saying(value: "K <ann@x.org>", name: "\u{212A}", isSaid: true),
        Saying(value: "=?utf-8?q?J=C3=B6rg?= <ann@x.org>", name: "Jo\u{308}rg", isSaid: true),
    ])
    func aFieldSaysTheSameHoweverItIsWritten(_ saying: Saying) throws {
        let field = try #require(try HeaderBlock(Array("From: \(saying.value)\r\n".utf8)).first(.from))
        let wanted = NamedAddress(name: saying.name, address: try EmailAddress("ann@x.org"))
        #expect(field.says([wanted]) == saying.isSaid)
        #expect(!field.says([wanted, wanted]) || saying.value.contains(","))
        #expect(!field.says([]))
    }

    @Test(arguments: [
        ("ann@x.org", true, true), ("Ann <ANN@x.org>", true, true), ("bob@x.org", true, false), ("bob@x.org, ann@x.org", true, true),
        ("G: bob@x.org, ann@x.org;", true, true), ("G:;", false, false), ("ann", false, false), ("", false, false),
        ("ann@x.org;", false, false),
    ])
    func aFieldNamesWhomItNames(_ value: String, _ anybody: Bool, _ ann: Bool) throws {
        let field = try #require(try HeaderBlock(Array("Reply-To: \(value)\r\n".utf8)).first(.replyTo))
        #expect(field.names(nil) == anybody)
        #expect(field.names(try EmailAddress("ann@x.org")) == ann)
    }
}
