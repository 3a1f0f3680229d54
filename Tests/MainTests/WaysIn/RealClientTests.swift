import Foundation
import Sandbox
import Testing

@testable import Main

/// Programs that people send mail with reach the provider through us, by a changed host name or command path and nothing else. Those that are not installed
/// are left out; `.ci/peers` installs them.
@Suite(.timeLimit(.minutes(20)), .serialized)
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

extension RealClientTests {
    /// A mail server that hands everything to us; what we refuse it bounces, and the bounce comes to us as well.
    @Test(.enabled(if: Postfix.isInstalled)) func postfixRelaysToUsBouncesIncluded() async throws {
        try await ServedHouse.with { house in
            // Bounces are from MAILER-DAEMON, who has no mailbox: the relay's client says as whom they leave.
            _ = try await house.mandate("clients", "limit", "app", "--unlimited", "--author-if-unusable", "tracker@fabrikam.example")
            // Its processes are other users, who cannot look into the store's folder.
            let folder = FileManager.default.temporaryDirectory.appending(path: house.premises.live.identifier("mandate-relaying")).path
            defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
            let postfix = try await RelayingPostfix(folder: folder, to: house)
            let result: Result<Void, any Error>
            do { result = .success(try await relay(house, postfix)) } catch { result = .failure(error) }
            try await postfix.stop()
            try result.get()
        }
    }

    private func relay(_ house: ServedHouse, _ postfix: RelayingPostfix) async throws {
        let letter = try MailProgram.Letter(house, "by Postfix")
        let hand = ["/usr/bin/curl", "-sS", "--url", "smtp://127.0.0.1:\(postfix.port)/cli.test", "--mail-from"]
        try await house.run(hand + [letter.author, "--mail-rcpt", letter.recipient, "-T", letter.crlf])
        let first = try #require(await house.arrived(1).first)
        #expect(first.field("Subject") == "by Postfix" && first.body == letter.text.replacing("\n", with: "\r\n"))
        #expect(first.header.components(separatedBy: "Received: ").count == 3, "Postfix's and ours")

        // Nobody may be the ceo: we refuse after DATA, Postfix tells the sender, and its bounce has no envelope sender.
        let refused = house.folder + "/refused.crlf"
        try Data("From: ceo@fabrikam.example\r\nTo: x@elsewhere.example\r\nSubject: refused\r\n\r\nx\r\n".utf8).write(
            to: URL(filePath: refused))
        try await house.run(hand + ["ann@fabrikam.example", "--mail-rcpt", "x@elsewhere.example", "-T", refused])
        let bounce = try #require(await house.arrived(2).last)
        #expect(bounce.recipients == ["ann@fabrikam.example"])
        #expect(bounce.body.contains("(denied)") && bounce.body.contains("Subject: refused"), "with our words in it")
    }
}
