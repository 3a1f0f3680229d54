import Foundation
import Glibc
import Mail
import Relay
import Sandbox
import Store
import TestSupport
import Testing

@testable import Main

/// Connections that are many, silent or endless.
@Suite(.serialized) struct HostileConnectionTests {
    /// More connections than a browser ever has, all of them silent: the next one is served.
    @Test(.timeLimit(.minutes(20))) func aCrowdThatSaysNothingHoldsNobodyUp() async throws {
        try await WebHouse.with { house in
            let crowd = try (0..<600).map { try LoopbackSocket(port: house.port, source: "127.0.0.\(2 + $0 / 200)") }
            #expect(try await house.sender.send("POST", "/v1/decisions", json: #"{"purpose": "notification"}"#).status == 200)
            withExtendedLifetime(crowd) {}
        }
    }

    /// Whoever has as many connections as one address may have gets no further one, and others do.
    @Test(.timeLimit(.minutes(20))) func noAddressTakesAllTheRoom() async throws {
        try await WebHouse.with(["http.connections-per-address=20"]) { house in
            try await LoopbackSocket.aside { [port = house.port] in
                let crowd = try (0..<20).map { _ in try LoopbackSocket(port: port, source: "127.0.0.9") }
                for socket in crowd { #expect(Self.isServed(socket)) }
                #expect(!Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.9")))
                #expect(Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.8")))
            }
            // They have left, so there is room again, once the service has seen it.
            let isServed = try await LoopbackSocket.aside { [port = house.port] in
                for _ in 0..<500 {
                    if Self.isServed(try LoopbackSocket(port: port, source: "127.0.0.9")) { return true }
                    usleep(10_000)
                }
                return false
            }
            #expect(isServed)
        }
    }

    private static func isServed(_ socket: LoopbackSocket) -> Bool {
        do throws(LoopbackSocket.Trouble) {
            try socket.send(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            return try socket.receive().starts(with: "HTTP/1.1 200".utf8)
        } catch { return false }
    }

    /// An answer before the end of the request is the last: whoever announces more than anyone will read holds nothing.
    @Test(.timeLimit(.minutes(20))) func anEndlessBodyEndsTheConnection() async throws {
        try await WebHouse.with { house in
            var stranger = house.client(nil)
            stranger.patience = 20
            let head =
                "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000000\r\n\r\n"
            let said = try await stranger.exchange([Array(head.utf8) + [UInt8](repeating: 0x78, count: 100_000)])
            let answer = try WebClient.read(said)
            #expect(answer.status == 413)
            #expect(answer.field("Connection") == "close")
            // And nobody is kept waiting who has no key.
            let message =
                "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\nContent-Length: 10000000000\r\n\r\nFrom: "
            #expect(try WebClient.read(try await stranger.exchange([Array(message.utf8)])).status == 401)
        }
    }

    /// Many requests without waiting (RFC 9112 section 9.3.2) get their answers, each in its turn.
    @Test(.timeLimit(.minutes(20))) func manyAtOnceAreAnsweredInTurn() async throws {
        try await WebHouse.with { house in
            let paths = (0..<300).map { $0.isMultiple(of: 3) ? "/assets/console.css" : "/healthz" }
            let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n" }.joined(separator: "\r\n") + "Connection: close\r\n\r\n"
            let said = String(decoding: try await house.client(nil).exchange([Array(requests.utf8)]), as: UTF8.self)
            let types = said.matches(of: /Content-Type: ([a-z\/]+)/.ignoresCase()).map { String($0.1) }
            #expect(types.count == 300)
            #expect(types.enumerated().allSatisfy { ($0.element == "text/css") == $0.offset.isMultiple(of: 3) })
        }
    }
}
