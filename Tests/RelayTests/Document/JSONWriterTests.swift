import Relay
import Testing

/// One writer for programs, listings and people.
struct JSONWriterTests {
    private static let value: DocumentValue = ["a": [.number(1), .null, .flag(true)], "b": [:], "c": []]

    @Test func theLayoutIsTheOnlyDifference() {
        #expect(JSONWriter.text(Self.value, .compact) == #"{"a":[1,null,true],"b":{},"c":[]}"#)
        #expect(JSONWriter.text(Self.value, .spaced) == #"{"a": [1, null, true], "b": {}, "c": []}"#)
        #expect(
            JSONWriter.text(Self.value, .indented) == """
                {
                  "a": [
                    1,
                    null,
                    true
                  ],
                  "b": {},
                  "c": []
                }
                """)
    }

    /// What a terminal would obey, what ends a line in JavaScript, and, where a browser may read it, what begins a tag.
    @Test(arguments: [
        ("\u{1B}[2J", #"\u001b[2J"#), ("\u{9B}31m", #"\u009b31m"#), ("a\u{2028}b", #"a\u2028b"#), ("Zoë \"x\" \\", #"Zoë \"x\" \\"#),
        ("\n\r\t", #"\n\r\t"#),
        ("\u{7F}\u{0}", #"\u007f\u0000"#),
    ]) func whatActsIsEscaped(_ text: String, _ written: String) {
        #expect(JSONWriter.text(.text(text), .spaced) == "\"\(written)\"")
        #expect(JSONWriter.text(.text(text), .compact) == "\"\(written)\"")
    }

    @Test func aTagIsEscapedForBrowsersAlone() {
        #expect(JSONWriter.text(.text("<b>"), .compact) == #""\u003cb>""#)
        #expect(JSONWriter.text(.text("<b>"), .spaced) == #""<b>""#)
    }
}
