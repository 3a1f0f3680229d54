import Testing

@testable import CurlTransmit

@Suite struct FormBodyTests {
    static let table: [(String, String)] = [
        ("", ""), ("abcXYZ019", "abcXYZ019"), ("*-._", "*-._"), ("~", "%7E"), (" ", "+"), ("+", "%2B"), ("%", "%25"), ("&", "%26"),
        ("=", "%3D"),
        ("a=b&c", "a%3Db%26c"), (":/?#[]@", "%3A%2F%3F%23%5B%5D%40"), ("!$'(),;", "%21%24%27%28%29%2C%3B"),
        ("\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("\r\n\t", "%0D%0A%09"), ("\u{0}\u{7F}", "%00%7F"), ("é", "%C3%A9"), ("e\u{301}", "e%CC%81"), ("日本", "%E6%97%A5%E6%9C%AC"),
        ("🦜", "%F0%9F%A6%9C"),
        ("https://outlook.office365.com/.default", "https%3A%2F%2Foutlook.office365.com%2F.default"),
        ("Q~8.x~+/=%20", "Q%7E8.x%7E%2B%2F%3D%2520"),
    ]

    @Test(arguments: table) func encodes(_ plain: String, _ encoded: String) {
        #expect(String(decoding: FormBody.encode(Array(plain.utf8)), as: UTF8.self) == encoded)
    }

    @Test func everyByteComesBack() {
        let all = Array(UInt8.min...UInt8.max)
        let encoded = FormBody.encode(all)
        #expect(encoded.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "=") })
        #expect(Self.decode(encoded) == all)
    }

    @Test func pairsKeepTheirOrderAndNamesAreEncodedToo() {
        let body = FormBody([("grant_type", Array("client_credentials".utf8)), ("a b", Array("c&d".utf8)), ("empty", [])])
        #expect(String(decoding: body.bytes, as: UTF8.self) == "grant_type=client_credentials&a+b=c%26d&empty=")
    }

    private static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                plain.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            rest = rest.dropFirst(2)
            plain.append(UInt8(digits, radix: 16) ?? 0)
        }
        return plain
    }
}
