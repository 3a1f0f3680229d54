import Foundation
import Sandbox
import Testing

@testable import Main

/// Programs that people send mail with reach the provider through us, by a changed host name or command path and nothing else. Those that are not installed
/// are left out; `.ci/peers` installs them.
@Suite(.timeLimit(.minutes(3)), .serialized)
struct RealClientTests {
    @Test func everyProgramsMessageArrives() async throws {
        let programs = MailProgram.all.filter(\.isInstalled)
        #expect(programs.count >= 2, "not even curl and sh are here")
        try await ServedHouse.with { house in
            var count = 0
            for program in programs {
                let subject = "from \(program)"
                let letter = try MailProgram.Letter(house, subject)
                let said = try await house.run(try program.words(house, letter))
                guard said.status == 0 else { continue }
                count += 1
                let arrivals = await house.arrived(count)
                let arrival = try #require(arrivals.first { $0.field("Subject") == subject }, "\(program): nothing arrived")
                #expect(arrival.recipients == [letter.recipient] && arrival.sender == letter.author, "\(program)")
                #expect(
                    arrival.field("From")?.contains("<\(letter.author)>") == true || arrival.field("From") == letter.author, "\(program)")
                #expect(arrival.field("Received")?.contains(" by ") == true || arrival.header.hasPrefix("Received: by "), "\(program)")
                #expect(arrival.header.contains("Message-ID: ") || arrival.header.lowercased().contains("message-id: "), "\(program)")
                let text = letter.text.replacing("\n", with: "\r\n")
                if program.composes {
                    #expect(Self.decoded(arrival).hasPrefix(text.dropLast(2)), "\(program): \(arrival.body)")
                } else {
                    #expect(arrival.body == text || arrival.body == text + "\r\n", "\(program): \(arrival.body)")
                }
            }
            #expect(house.sandbox.messages.count == programs.count, "each once")
        }
    }

    /// Composed messages may be in quoted-printable.
    private static func decoded(_ arrival: Arrival) -> String {
        guard arrival.field("Content-Transfer-Encoding")?.lowercased() == "quoted-printable" else { return arrival.body }
        var bytes: [UInt8] = []
        var rest = Array(arrival.body.replacing("=\r\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "="), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
