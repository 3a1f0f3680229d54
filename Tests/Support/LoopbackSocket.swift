internal import Foundation
internal import Glibc

/// A connection to this machine. Its calls block, so it lives on a thread of its own.
///
/// A class because it owns a descriptor and closes it.
package final class LoopbackSocket {
    package struct Trouble: Error, CustomStringConvertible {
        package let description: String

        package init(_ what: String) { description = what }
    }

    private let descriptor: Int32

    /// `source`: which of this machine's loopback addresses it calls from, where that matters. `patience`: seconds without an octet.
    package init(port: Int, source: String? = nil, patience: Double = 60) throws(Trouble) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble("no socket: \(Self.reason)") }
        var limit = timeval(tv_sec: Int(patience), tv_usec: Int(patience.truncatingRemainder(dividingBy: 1) * 1_000_000))
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let isBound = source.map { Self.with($0, port: 0) { Glibc.bind(descriptor, $0, $1) == 0 } } ?? true
        guard isBound, Self.with("127.0.0.1", port: port, { Glibc.connect(descriptor, $0, $1) == 0 }) else {
            throw Trouble("no connection to \(port): \(Self.reason)")
        }
    }

    deinit { close(descriptor) }

    package func send(_ octets: [UInt8]) throws(Trouble) {
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Trouble("the connection takes nothing more: \(Self.reason)") }
            sent += count
        }
    }

    /// What has come, and waits for it; none: the other side has closed.
    package func receive(atMost most: Int = 65_536) throws(Trouble) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &octets, most, 0)
        guard count >= 0 else { throw Trouble("nothing came: \(Self.reason)") }
        return Array(octets[..<count])
    }

    /// Where it calls from.
    package var ownPort: Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        return isKnown ? Int(UInt16(bigEndian: address.sin_port)) : 0
    }

    static var reason: String { String(cString: strerror(errno)) }

    static func with<Value>(_ host: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// Runs what blocks on a thread of its own: the two that all tests share are not for waiting.
    package static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            let thread = Thread { done.resume(with: Result { try work() }) }
            thread.start()
        }
    }
}
