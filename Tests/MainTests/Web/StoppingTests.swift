import Foundation
import Relay
import Store
import TestSupport
import Testing

@testable import Main

/// What is under way over HTTP when the service is told to stop.
@Suite(.serialized) struct StoppingTests {
    /// A batch mailer in the middle of a message hears what became of it; whoever only keeps a connection keeps nobody.
    @Test(.timeLimit(.minutes(20))) func aMessageThatHasBegunIsTakenAndAnswered() async throws {
        try await ServedHouse.with { house in
            let port = try await house.log.webPort()
            let message = "To: customer@elsewhere.example\r\nSubject: Before the end\r\n\r\nHello.\r\n"
            let head =
                "POST /v1/messages?purpose=notification HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(house.key)\r\n"
                + "Content-Type: message/rfc822\r\nContent-Length: \(message.utf8.count)\r\n\r\n"
            let (answer, isStillOpen) = try await LoopbackSocket.aside { [service = house.service] in
                let idle = try LoopbackSocket(port: port, patience: 30)
                let socket = try LoopbackSocket(port: port, patience: 30)
                try socket.send(Array((head + message.prefix(20)).utf8))
                while try Self.isUnread(from: socket.ownPort, at: port) { usleep(1000) }
                service.signal(SIGTERM)
                var isStillOpen = true
                for _ in 0..<1000 where isStillOpen {
                    do throws(LoopbackSocket.Trouble) { _ = try LoopbackSocket(port: port) } catch { isStillOpen = false }
                    usleep(10_000)
                }
                #expect(try idle.receive().isEmpty)
                try socket.send(Array(message.dropFirst(20).utf8))
                var answer: [UInt8] = []
                while case let piece = try socket.receive(), !piece.isEmpty { answer += piece }
                return (answer, isStillOpen)
            }
            #expect(!isStillOpen, "nobody new comes in")
            let reply = try WebClient.read(answer)
            #expect(reply.status == 202, "\(reply.text)")
            #expect(reply.field("Connection") == "close")
            #expect(await house.service.end() == 0)
            let accepted = try await house.premises.store.entries(JournalFilter()).filter { $0.entry.kind == .accepted }
            #expect(accepted.count == 1)
        }
    }

    /// Whether the service has octets of this connection that it has not looked at, as the system has it (/proc/net/tcp).
    private static func isUnread(from port: Int, at service: Int) throws -> Bool {
        let table = String(decoding: try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp")).readToEnd() ?? Data(), as: UTF8.self)
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ")
            guard columns.count > 4, Self.port(columns[1]) == service, Self.port(columns[2]) == port else { continue }
            return columns[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } != 0
        }
        return true
    }

    private static func port(_ address: Substring) -> Int? { address.split(separator: ":").last.flatMap { Int($0, radix: 16) } }
}
