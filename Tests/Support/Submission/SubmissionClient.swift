internal import Foundation
internal import Glibc

/// A client that hands mail over by SMTP as old programs do: one socket, one thing after another. Its calls block, so it lives on a thread of its own (`aside`).
///
/// A class because it owns a socket and closes it.
package final class SubmissionClient {
    package struct Trouble: Error, CustomStringConvertible {
        package let description: String

        init(_ what: String) { description = what }
    }

    package struct Reply: Sendable, Hashable {
        package let code: Int
        /// Its last line.
        package let text: String
    }

    private let socket: Int32
    private var heard: [UInt8] = []

    /// Connects to this machine. `source`: which of its loopback addresses it calls from, since connections are limited for each.
    package init(port: Int, source: String = "127.0.0.1", patience seconds: Int = 60) throws(Trouble) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Trouble("no socket: \(String(cString: strerror(errno)))") }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        var one: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let isBound = Self.with(source, port: 0) { Glibc.bind(socket, $0, $1) == 0 }
        guard isBound, Self.with("127.0.0.1", port: port, { Glibc.connect(socket, $0, $1) == 0 }) else {
            throw Trouble("no connection: \(String(cString: strerror(errno)))")
        }
        try expect(220, try reply())
    }

    deinit { close(socket) }

    private static func with<Value>(_ host: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
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

    package func send(_ octets: [UInt8]) throws(Trouble) {
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Trouble("the connection takes nothing more: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    package func reply() throws(Trouble) -> Reply {
        while true {
            while let end = heard.firstIndex(of: 0x0A) {
                let line = String(decoding: heard[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
                heard.removeFirst(end + 1)
                let isLast = line.utf8.count == 3 || line.utf8.dropFirst(3).first == UInt8(ascii: " ")
                if isLast { return Reply(code: Int(line.prefix(3)) ?? 0, text: line) }
            }
            var piece = [UInt8](repeating: 0, count: 2_048)
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { throw Trouble("the connection ended: \(count == 0 ? "closed" : String(cString: strerror(errno)))") }
            heard += piece[..<count]
        }
    }

    private func expect(_ code: Int, _ reply: Reply) throws(Trouble) {
        guard reply.code == code else { throw Trouble("\(code) was expected, and it said \(reply.text)") }
    }
}

extension SubmissionClient {
    /// Runs what blocks on a thread of its own: the two that all tests share are not for waiting.
    package static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            let thread = Thread { done.resume(with: Result { try work() }) }
            thread.start()
        }
    }

    /// A port that nobody listens at, for a service that is to come back at the same one; not among those that the system gives to connections
    /// (ip_local_port_range begins at 32,768), or one of them could sit there meanwhile.
    package static func freePort() throws(Trouble) -> Int {
        let probe = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<32_000)
            if with("127.0.0.1", port: port, { Glibc.bind(probe, $0, $1) == 0 }) { return port }
        }
        throw Trouble("a hundred ports were taken: \(String(cString: strerror(errno)))")
    }
}
