import Relay
import Testing

@testable import Web
@testable import WebAPI

/// A message within JSON, as it arrives: the same whatever pieces it comes in, and never whole.
struct MessageDocumentTests {
    private func read(_ json: [UInt8], in size: Int = .max, limit: Int = 1_000) throws -> (message: [UInt8], fields: DocumentFields) {
        var document = MessageDocument(limit: limit)
        var message: [UInt8] = []
        var rest = json[...]
        while !rest.isEmpty {
            try document.consume(rest.prefix(size), into: &message)
            rest = rest.dropFirst(size)
        }
        return (message, try document.finished())
    }

    @Test(arguments: [
        (#"{"message": "From: a\r\n\r\nHello.\n"}"#, "From: a\r\n\r\nHello.\n"),
        (#"{"message":"a","purpose":"notification"}"#, "a"), (#" { "recipients" : ["message"] , "message" : "a" } "#, "a"),
        (#"{"user": "message", "message": ""}"#, ""), (#"{"mess\u0061ge": "a\/b\"c\\d\u00e4\ud83d\ude00"}"#, "a/b\"c\\d\u{E4}\u{1F600}"),
        (#"{"user": "\"", "message": "ä€😀\t"}"#, "ä€😀\t"),
    ])
    func itIsTheSameInWhateverPieces(_ json: String, _ message: String) throws {
        for size in [1, 2, 3, 5, .max] {
            let read = try read(Array(json.utf8), in: size)
            #expect(String(decoding: read.message, as: UTF8.self) == message, "\(json) in pieces of \(size)")
            #expect(read.fields["message"]?.value == .text(""))
        }
        let whole = try DocumentReader(JSONReader.value(Array(json.utf8))).fields()
        #expect(try whole.required("message").text() == message)
        #expect(try read(Array(json.utf8)).fields.entries.map(\.key) == whole.entries.map(\.key))
    }

    @Test(arguments: [
        #"{"message": "a"#, #"{"message": "a}"#, #"{"message": "a"} x"#, #"{"message": "a", "message": "b"}"#, #"{"message": "\x"}"#,
        #"{"message": "\ud800"}"#, #"{"message": "\ud800\n"}"#, #"{"message": "\u12"}"#, #"{"message": "\ude00"}"#,
        "{\"message\": \"a\nb\"}",
        #"{"message" "a"}"#, #"["message":"a"]"#, #"{"message": "a" "b"}"#, #"{"mesage": "a"}"#, #"{"message": "a\"#, "",
    ])
    func whatIsNoJSONIsRefused(_ json: String) {
        for size in [1, 4, .max] { #expect(throws: (any Error).self, "\(json)") { try read(Array(json.utf8), in: size) } }
    }

    @Test(arguments: [
        [0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xC3, 0x5C, 0x6E], [0x80] as [UInt8],
    ])
    func whatIsNoUTF8IsRefused(_ octets: [UInt8]) {
        let json = Array(#"{"message": "a"#.utf8) + octets + Array(#""}"#.utf8)
        for size in [1, 3, .max] { #expect(throws: Problem.self, "\(octets)") { try read(json, in: size) } }
    }

    /// A hundred megabytes that stand nowhere whole.
    @Test func nothingIsKeptOfALargeMessage() throws {
        var document = MessageDocument(limit: 1_000)
        var message: [UInt8] = []
        try document.consume(Array(#"{"purpose": "notification", "message": ""#.utf8)[...], into: &message)
        let piece = Array(String(repeating: #"a line of text\r\n"#, count: 4_000).utf8)
        var octets = 0
        for _ in 0..<1_600 {
            try document.consume(piece[...], into: &message)
            #expect(message.count <= piece.count)
            octets += message.count
            message = []
        }
        #expect(octets == 1_600 * 4_000 * 16)
        #expect(try document.soFar().entries.map(\.key) == ["purpose", "message"])
        try document.consume(Array(#""}"#.utf8)[...], into: &message)
        #expect(try document.finished().entries.count == 2)
    }

    @Test func whatStandsBesideHasALimit() {
        let json = Array((#"{"recipients": [""# + String(repeating: "x", count: 2_000) + #""], "message": "a"}"#).utf8)
        #expect(throws: Problem.self) { try read(json, in: 64) }
    }
}
