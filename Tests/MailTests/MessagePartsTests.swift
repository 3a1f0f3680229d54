import Mail
import Testing

/// What a message carries, found in what mailboxes hold.
struct MessagePartsTests {
    private func parts(_ text: String) -> [MessageParts.Part] { MessageParts.all(of: Array(text.utf8)) }

    private func text(_ part: MessageParts.Part) -> String { String(decoding: part.content, as: UTF8.self) }

    @Test(arguments: ["\r\n", "\n"]) func leavesAreDecoded(_ end: String) {
        let message = [
            "Content-Type: multipart/mixed;", "  boundary=\"a b\"", "", "preamble", "--a b", "", "hello", "--a b",
            "Content-Type: Text/XML; name=r.xml", "Content-Transfer-Encoding: Quoted-Printable", "", "<a b=3D\"=", "c\"/>", "--a b",
            "Content-Type: message/rfc822", "", "Content-Type: multipart/report; boundary=inner", "", "--inner",
            "Content-Transfer-Encoding: base64", "Content-Disposition: attachment; filename=\"x; y.gz\"", "", "SGVs", "bG8=", "--inner--",
            "--a b--", "epilogue",
        ].joined(separator: end)
        let found = parts(message)
        #expect(found.map(\.type) == ["text/plain", "text/xml", "text/plain"])
        #expect(found.map(\.name) == ["", "r.xml", "x; y.gz"])
        #expect(found.map(text) == ["hello" + end, "<a b=\"c\"/>" + end, "Hello"])
    }

    @Test func whatIsNoMIMEIsOneText() {
        #expect(parts("Subject: x\n\nbody").map(text) == ["body"])
        #expect(parts("").map(text) == [""])
        #expect(parts("no header at all").map(text) == [""])
    }

    @Test func nestingAndNumberAreBounded() {
        let deep = (0..<1000).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
        #expect(parts(deep).isEmpty)
        let wide = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 10_000)
        #expect(parts(wide).count == 200)
    }

    @Test func aBoundaryThatNeverClosesEndsWithTheMessage() {
        #expect(parts("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nrest").map(text) == ["rest"])
    }
}
