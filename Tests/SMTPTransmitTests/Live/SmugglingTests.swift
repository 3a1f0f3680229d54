import Foundation
import Relay
import Testing

@testable import SMTPTransmit

/// No octet of a message is a command to the server that gets it, wherever in it the sequences stand that servers have taken for its end.
@Suite(.timeLimit(.minutes(20))) struct SmugglingTests {
    private static let sequences = [
        "\n.\n", "\n.\r\n", "\r.\r\n", "\r.\r", "\r\n.\r", "\r\n.\n", "\r\n.\r\n", "\r\n.\0\r\n", ".\r\n", "\r\n..\r\n",
    ]
    private static let evil = "MAIL FROM:<mallory@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nFrom: m\r\n\r\nx"

    @Test(arguments: sequences, [0, 3_000]) func nothingIsSmuggledOut(_ sequence: String, _ length: Int) async throws {
        let line = String(repeating: "x", count: length)
        let text = line + sequence + Self.evil + sequence + line
        let bytes = Array(text.utf8)
        // Whole, and cut within the sequence, as the store cuts a body anywhere.
        let cuts = [bytes.count] + (0...sequence.utf8.count).map { length + $0 }
        try await ScriptedServer.with({ _ in .good("PIPELINING") }) { server in
            let client = Sample.client()
            for cut in cuts {
                let pieces = [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
                _ = try await client.send(Sample.message(server.port, header: "From: a@example.org\r\nX-Long: \(line)\r\n", body: pieces))
            }
            await client.shutdown()
            #expect(server.log.contents.count == cuts.count)
            #expect(server.log.commands.count { $0.hasPrefix("MAIL") } == cuts.count)
            #expect(!server.log.commands.contains { $0.contains("mallory") || $0.contains("victim") })
            for content in server.log.contents {
                // Nor does one who takes a bare LF for a line's end see an end before the end.
                let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.last == 0x0D ? $0.dropLast() : $0 }
                #expect(lines.count { $0 == [UInt8(ascii: ".")] } == 1)
                #expect(content.suffix(5) == Array("\r\n.\r\n".utf8)[...])
            }
        }
    }
}
