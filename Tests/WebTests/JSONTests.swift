import Relay
import Testing

@testable import Web

/// Octets in, a document out, or where it is wrong; and back.
struct JSONTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let value: DocumentValue

        init(_ text: String, _ value: DocumentValue) {
            self.text = text
            self.value = value
        }

        var testDescription: String { text }
    }

    private static let good: [Case] = [
        Case("null", nil), Case(" true ", true), Case("[]", []), Case("{}", [:]), Case("-0", 0), Case("9223372036854775807", .number(.max)),
        Case("1.5", .decimal(1.5)), Case("1e3", .decimal(1000)), Case("9223372036854775808", .decimal(9_223_372_036_854_775_808)),
        Case(#""a\"\\\/\b\f\n\r\té""#, .text("a\"\\/\u{8}\u{c}\n\r\té")), Case(#""😀""#, "😀"), Case(#""😀""#, "😀"),
        Case(#"{"a": [1, {"b": null}], "c": "d"}"#, ["a": [1, ["b": nil]], "c": "d"]),
    ]

    @Test(arguments: good) func whatIsJSONIsRead(_ example: Case) throws {
        let value = try JSONReader.value(Array(example.text.utf8))
        #expect(value == example.value)
        #expect(try JSONReader.value(JSONWriter.bytes(value)) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "[1,]", "{\"a\":1,}", "{a:1}", "[1 2]", "01", "1.", ".5", "+1", "1e", "--1", "\"a", "\"\\x\"", "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "{} {}", "[[[", "{\"a\":1,\"a\":2}", "1e999", "\u{FEFF}{}", "'a'",
    ]) func whatIsNotIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try JSONReader.value(Array(text.utf8)) }
    }

    @Test func octetsThatAreNoTextAreRefused() {
        #expect(throws: JSONError.self) { try JSONReader.value([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONError.self) { try JSONReader.value([0x22, 0xC0, 0x80, 0x22]) }
    }

    /// An attack on the stack ends at a level, not at its end.
    @Test func depthIsBounded() throws {
        let deep = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        _ = try JSONReader.value(Array(deep.utf8))
        #expect(throws: JSONError.self) { try JSONReader.value(Array(String(repeating: "[", count: 1_000_000).utf8)) }
    }

    /// Each octet cut off, and each replaced, ends in a value or a clear error.
    @Test func noTextCrashesIt() {
        let text = Array(#"{"purpose": "ad-hoc", "user": "a😀", "n": [-1.5e3, true, null]}"#.utf8)
        for cut in 0..<text.count {
            _ = try? JSONReader.value(Array(text[..<cut]))
            for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x5D, 0xFF] {
                var changed = text
                changed[cut] = byte
                _ = try? JSONReader.value(changed)
            }
        }
    }

    @Test func nothingInAnAnswerBeginsATag() {
        let text = String(decoding: JSONWriter.bytes(["a": "</script><b>\u{0}\u{1f}\u{7f}"]), as: UTF8.self)
        #expect(text == #"{"a":"\u003c/script>\u003cb>\u0000\u001f\u007f"}"#)
    }
}
