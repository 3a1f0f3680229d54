import Mail
import Relay
import TestSupport
import Testing

@testable import LocalGateway

/// Files whose envelope would become more than one line of a command: none of it is taken.
struct HostileEnvelopeTests {
    private static let evil = ["\0", "\r", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}"]
    private static let places: [@Sendable (String) -> String] = [
        { "X-Sender: <a\($0)b@example.org>\r\nX-Receiver: <rob@example.com>\r\n" },
        { "X-Sender: <\"a\($0)b\"@example.org>\r\nX-Receiver: <rob@example.com>\r\n" },
        { "X-Receiver: <a\($0)b@example.com>\r\n" }, { "X-Receiver: <\"a\\\($0)b\"@example.com>\r\n" },
        { "X-Receiver: <rob@exam\($0)ple.com>\r\n" },
        { "X-Receiver: ro\($0)ot\r\n" },
        { "X-Receiver: <rob@example.com>\r\nX-Mandate-Envelope: end notify=NEVER\($0)x\r\n" },
        { "X-Receiver: <rob@example.com>\r\nX-Mandate-Envelope: end ret=HDRS\($0)x\r\n" },
    ]

    @Test(arguments: evil, places.indices) func nothingOfItIsTaken(_ evil: String, _ place: Int) async throws {
        for isMaildrop in [false, true] {
            let yard = try PickupYard()
            try yard.put(Self.places[place](evil) + PickupYard.letter.replacing("\n", with: "\r\n"), as: "drop/one.eml")
            let path = yard.path + "/drop"
            let settings =
                isMaildrop
                ? PickupSettings.maildrop(path, isKeepers: true, node: "main")
                : .pickup(path, node: "main", client: nil, settle: 0)
            await yard.look(yard.folder(settings))
            #expect(try await yard.kept().isEmpty, "\(Self.places[place](evil).debugDescription)")
            #expect(try yard.files().contains { $0.hasSuffix(".reason") || $0.contains("rejected") })
        }
    }

    /// LF and CRLF end a field, and what follows is none of the envelope's.
    @Test(arguments: ["\n", "\r\n"]) func aLineEndIsTheEndOfAField(_ end: String) async throws {
        let yard = try PickupYard()
        let letter = PickupYard.letter.replacing("\n", with: end)
        try yard.put("X-Receiver: <rob@example.com>\(end)evil@example.com>\(end)" + letter, as: "one.eml")
        try yard.put("X-Receiver: <rob@example.com>\(end) evil@example.com\(end)" + letter, as: "two.eml")
        await yard.look(yard.folder())
        #expect(try await yard.kept().isEmpty)
    }

    /// An envelope id may be any word, and is written as RFC 3461 wants it.
    @Test func anEnvelopeIDIsAWord() async throws {
        for evil in ["\0", "\r"] {
            let yard = try PickupYard()
            try yard.put("X-Receiver: <rob@example.com>\r\nX-Mandate-Envelope: end envid=a\(evil)b\r\n\r\n", as: "one.eml")
            await yard.look(yard.folder())
            #expect(try await yard.kept().isEmpty)
        }
    }
}
