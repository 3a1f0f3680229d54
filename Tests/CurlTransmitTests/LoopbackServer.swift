import CurlTransmit
import Glibc
import Synchronization

/// A server that can misbehave, on a port of its own at 127.0.0.1: a thread accepts, and a thread per connection does what the test says.
final class LoopbackServer: Sendable {
    struct Received: Sendable {
        let head: String
        let body: String
        /// Counted from 1 in the order of their coming.
        let connection: Int
    }

    enum Step: Sendable {
        case send(String)
        /// Until the client has enough.
        case endless(String)
        /// Says nothing more; goes on when the client closes or the server stops.
        case hang
        /// Leaves the connection open for the next request where no step closes it.
        case close
    }

    private struct Shared {
        var connections: Set<Int32> = []
        var accepted = 0
        var isStopped = false
    }

    let port: UInt16
    /// Every request once it has come whole, before it is answered.
    let requests: AsyncStream<Received>
    private let announce: AsyncStream<Received>.Continuation
    private let answer: @Sendable (Received) -> [Step]
    private let listener: Int32
    private let shared = Mutex(Shared())

    init(_ answer: @escaping @Sendable (Received) -> [Step]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        (requests, announce) = AsyncStream.makeStream()
        self.answer = answer
        guard listener >= 0, isOpen else { throw Failure.noPort(errno) }
        Self.detach { [self] in acceptAll() }
    }

    enum Failure: Error { case noPort(Int32) }

    func url(_ path: String = "/token") -> String { "http://127.0.0.1:\(port)\(path)" }
    var accepted: Int { shared.withLock { $0.accepted } }

    func stop() {
        shared.withLock { shared in
            guard !shared.isStopped else { return }
            shared.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in shared.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        announce.finish()
    }

    private func acceptAll() {
        defer { close(listener) }
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let number = shared.withLock { shared -> Int? in
                guard !shared.isStopped else { return nil }
                shared.connections.insert(connection)
                shared.accepted += 1
                return shared.accepted
            }
            guard let number else {
                close(connection)
                return
            }
            Self.detach { [self] in
                serve(connection, number)
                shared.withLock { shared in
                    shared.connections.remove(connection)
                    close(connection)
                }
            }
        }
    }

    private func serve(_ connection: Int32, _ number: Int) {
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer, number) {
            announce.yield(request)
            for step in answer(request) { guard perform(step, on: connection) else { return } }
        }
    }

    private func perform(_ step: Step, on connection: Int32) -> Bool {
        switch step {
        case .send(let text): return write(connection, Array(text.utf8))
        case .endless(let text):
            let bytes = Array(text.utf8)
            while write(connection, bytes) {}
            return false
        case .hang:
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
            return false
        case .close: return false
        }
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8], _ number: Int) -> Received? {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                let count = line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
                if buffer.count >= end.upperBound + count {
                    let body = String(decoding: buffer[end.upperBound..<(end.upperBound + count)], as: UTF8.self)
                    buffer.removeFirst(end.upperBound + count)
                    return Received(head: head, body: body, connection: number)
                }
            }
            let got = recv(connection, &chunk, chunk.count, 0)
            guard got > 0 else { return nil }
            buffer += chunk[..<got]
        }
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private final class Job: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func detach(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Job(run)).toOpaque())
        pthread_detach(thread)
    }
}

extension LoopbackServer {
    static func answer(_ status: String, _ body: String = "", fields: [String] = []) -> Step {
        .send((["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}

/// A server and a curl thread for one test, both gone afterwards.
func withServer<Value>(
    _ answer: @escaping @Sendable (LoopbackServer.Received) -> [LoopbackServer.Step],
    _ body: (LoopbackServer, CurlThread) async throws -> Value
) async throws -> Value {
    let server = try LoopbackServer(answer)
    let thread = try CurlThread()
    defer { server.stop() }
    do {
        let value = try await body(server, thread)
        await thread.stop()
        return value
    } catch {
        await thread.stop()
        throw error
    }
}
