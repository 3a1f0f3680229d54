import Testing

@testable import Sandbox

struct HeaderGlanceTests {
    @Test(arguments: [
        ("ann@x.example", ["ann@x.example"]),
        ("Ann <ann@x.example>", ["ann@x.example"]),
        (#""Ann, the <first>" <ann@x.example>, bob@x.example"#, ["ann@x.example", "bob@x.example"]),
        ("ann@x.example (Ann, or <a@b.example>)", ["ann@x.example"]),
        ("(a \\) b) ann@x.example", ["ann@x.example"]),
        ("Team: ann@x.example, Bob <bob@x.example>;", ["ann@x.example", "bob@x.example"]),
        ("Nobody:;", []),
        (#""odd, one"@x.example"#, [#""odd, one"@x.example"#]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.example>", ["j@x.example"]),
        ("", []),
    ])
    func addressesAreFound(list: String, addresses: [String]) {
        #expect(AddressScanner.addresses(list) == addresses)
    }

    @Test(arguments: ["\r\n", "\n"])
    func foldedFieldsAndTheBodyAreFound(end: String) {
        let lines = [
            "Received: x", "FROM: Ann", "\t<ann@x.example>", "Sender : s@x.example", "Message-ID:", " <1@x>", "", "From: body@x.example",
        ]
        let content = Array(lines.joined(separator: end).utf8)
        let glance = HeaderGlance(content)
        #expect(glance.from == ["ann@x.example"])
        #expect(glance.fromFields == 1)
        #expect(glance.sender == "s@x.example")
        #expect(glance.messageID == "<1@x>")
        #expect(content[glance.bodyStart...] == Array("From: body@x.example".utf8)[...])
    }

    @Test func headerWithoutEndHasNoBody() {
        let content = Array("From: a@x.example".utf8)
        #expect(HeaderGlance(content).bodyStart == content.count)
        #expect(HeaderGlance(content).from == ["a@x.example"])
    }
}
