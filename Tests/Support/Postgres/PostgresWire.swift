internal import Foundation
internal import Synchronization

/// A wire between a store and a PostgreSQL server that can be told to break where it hurts. It understands as much of the protocol (protocol-message-formats) as it
/// takes to see a COMMIT go by.
package final class PostgresWire: Sendable {
    /// Where it breaks, once.
    package enum Break: Sendable, Hashable {
        /// The server never hears of the commit.
        case beforeCommit
        /// It does, and nobody hears of it any more.
        case afterCommit
    }

    private struct State {
        var planned: Break?
        var isClosed = false
        var breaks = 0
        var open: [Int32] = []
    }

    package let folder: String
    private let server: String
    private let listener: Int32
    private let state = Mutex(State())

    package init(to cluster: PostgresCluster) throws {
        folder = "/tmp/mandate-wire-\(UInt32.random(in: .min ... .max))"
        server = cluster.folder + "/.s.PGSQL.5432"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.with(folder + "/.s.PGSQL.5432", { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw POSIXError(.EADDRINUSE)
        }
        let thread = Thread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 { connect(client) }
        }
        thread.start()
    }

    /// What a store's address becomes that goes over this wire.
    package func address(_ address: String, of cluster: PostgresCluster) -> String { address.replacing(cluster.folder, with: folder) }

    package func breaks(_ place: Break) { state.withLock { $0.planned = place } }
    package var breaksSoFar: Int { state.withLock { $0.breaks } }

    /// While it is down nobody gets through, and whoever was is cut off.
    package func setDown(_ isDown: Bool) {
        state.withLock { state in
            state.isClosed = isDown
            if isDown { for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) } }
        }
    }

    package func remove() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        setDown(true)
        try? FileManager.default.removeItem(atPath: folder)  // the system clears what is left
    }

    private static func with(_ path: String, _ use: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { use($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    private func connect(_ client: Int32) {
        let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let isDown = state.withLock { state in
            if !state.isClosed { state.open += [client, upstream] }
            return state.isClosed
        }
        guard !isDown, Self.with(server, { Glibc.connect(upstream, $0, $1) }) == 0 else {
            close(client)
            close(upstream)
            return
        }
        let down = Thread { Self.copy(from: upstream, to: client) }
        let up = Thread { [self] in
            carry(client, upstream)
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(upstream, Int32(SHUT_RDWR))
        }
        down.start()
        up.start()
    }

    private static func copy(from: Int32, to: Int32) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(from, &bytes, bytes.count), count > 0 { guard send(bytes[..<count], to) else { break } }
        shutdown(to, Int32(SHUT_RDWR))
    }

    private static func send(_ bytes: ArraySlice<UInt8>, _ descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// From the client to the server, message by message.
    private func carry(_ client: Int32, _ upstream: Int32) {
        var waiting: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var reader = FrontendReader()
        while case let count = read(client, &bytes, bytes.count), count > 0 {
            waiting += bytes[..<count]
            while let length = reader.length(of: waiting) {
                let message = waiting[..<length]
                let isCommit = reader.isCommit(message)
                let planned = isCommit ? take() : nil
                if planned == .beforeCommit { return }
                guard Self.send(message, upstream) else { return }
                if planned == .afterCommit {
                    // What belongs to it still goes; then the server is heard through before the wire breaks, so that it has carried the commit out.
                    _ = Self.send(waiting.dropFirst(length), upstream)
                    shutdown(client, Int32(SHUT_RDWR))
                    return
                }
                waiting.removeFirst(length)
            }
        }
    }

    private func take() -> Break? {
        state.withLock { state in
            defer { state.planned = nil }
            if state.planned != nil { state.breaks += 1 }
            return state.planned
        }
    }
}

/// Which of a client's messages are which.
private struct FrontendReader {
    private var isStarted = false
    /// The names of prepared COMMITs.
    private var commits: Set<String> = []

    mutating func length(of bytes: [UInt8]) -> Int? {
        let head = isStarted ? 1 : 0
        guard bytes.count >= head + 4 else { return nil }
        let length = head + bytes[head..<head + 4].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= length else { return nil }
        // Requests for encryption (codes 1234.5679 and .5680) come before the first message without a type.
        if !isStarted, length == 8, bytes[4] == 4, bytes[5] == 210 { return length }
        defer { isStarted = true }
        return length
    }

    /// The one that carries it out: a bind of what was prepared as COMMIT.
    mutating func isCommit(_ message: ArraySlice<UInt8>) -> Bool {
        guard message.count > 5 else { return false }
        let parts = message.dropFirst(5).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        let texts = parts.prefix(2).map { String(decoding: $0, as: UTF8.self) }
        guard texts.count == 2 else { return false }
        switch message.first {
        case UInt8(ascii: "P"):
            if texts[1].hasPrefix("COMMIT") { commits.insert(texts[0]) } else { commits.remove(texts[0]) }
            return false
        case UInt8(ascii: "B"): return commits.contains(texts[1])
        default: return false
        }
    }
}
