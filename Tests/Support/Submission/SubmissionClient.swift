internal import Foundation

/// A client that hands mail over by SMTP as old programs do: one thing after another. Its calls block, so it lives on a thread of its own.
///
/// A class because it owns its connection.
package final class SubmissionClient {
    package typealias Trouble = LoopbackSocket.Trouble

    package struct Reply: Sendable, Hashable {
        package let code: Int
        /// Its last line.
        package let text: String
    }

    private let socket: LoopbackSocket
    private var heard: [UInt8] = []

    /// `source`: which of this machine's loopback addresses it calls from, since connections are limited for each.
    package init(port: Int, source: String = "127.0.0.1") throws(Trouble) {
        socket = try LoopbackSocket(port: port, source: source)
        try expect(220, try reply())
    }

    package func signIn(_ name: String, key: String) throws(Trouble) {
        try expect(250, try ask("EHLO client.test"))
        try expect(235, try ask("AUTH PLAIN " + Data("\0\(name)\0\(key)".utf8).base64EncodedString()))
    }

    /// Up to where the content may follow.
    package func begin(from sender: String, to recipient: String) throws(Trouble) {
        try expect(250, try ask("MAIL FROM:<\(sender)>"))
        try expect(250, try ask("RCPT TO:<\(recipient)>"))
        try expect(354, try ask("DATA"))
    }

    /// A whole message, CRLF at its end and no line that begins with a dot; the answer to it.
    package func handOver(_ content: [UInt8], from sender: String, to recipient: String) throws(Trouble) -> Reply {
        try begin(from: sender, to: recipient)
        try send(content + Array(".\r\n".utf8))
        return try reply()
    }

    package func ask(_ line: String) throws(Trouble) -> Reply {
        try send(Array((line + "\r\n").utf8))
        return try reply()
    }

    package func send(_ octets: [UInt8]) throws(Trouble) { try socket.send(octets) }

    package func reply() throws(Trouble) -> Reply {
        while true {
            while let end = heard.firstIndex(of: 0x0A) {
                let line = String(decoding: heard[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
                heard.removeFirst(end + 1)
                let isLast = line.utf8.count == 3 || line.utf8.dropFirst(3).first == UInt8(ascii: " ")
                if isLast { return Reply(code: Int(line.prefix(3)) ?? 0, text: line) }
            }
            let piece = try socket.receive(atMost: 2_048)
            guard !piece.isEmpty else { throw Trouble("the connection was closed") }
            heard += piece
        }
    }

    private func expect(_ code: Int, _ reply: Reply) throws(Trouble) {
        guard reply.code == code else { throw Trouble("\(code) was expected, and it said \(reply.text)") }
    }
}
