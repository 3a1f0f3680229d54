internal import Glibc

/// The service's socket, spoken to as a client does: a line there, a reply back. Blocking, for a program that does nothing else and is run once a message.
struct SubmissionSocket: ~Copyable {
    struct Reply {
        let code: Int
        /// `5.7.1`; empty where there is none.
        let enhanced: String
        let text: String
    }

    /// The service went away, or never answers.
    struct Lost: Error {}

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// nil: nobody listens there.
    init?(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard UnixAddress(path)?.use({ connect(descriptor, $0, $1) == 0 }) == true else {
            close(descriptor)
            return nil
        }
        // A service that is stopped in the middle is not waited for without end; it may take a while to keep a large message.
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws(Lost) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Lost() }
            sent += count
        }
    }

    mutating func reply() throws(Lost) -> Reply {
        var texts: [String] = []
        while true {
            let line = try line()
            let parts = String(decoding: line.dropFirst(4), as: UTF8.self).split(
                separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else { throw Lost() }
            let hasEnhanced =
                parts.count == 2 && parts[0].split(separator: ".").count == 3 && parts[0].allSatisfy { $0.isNumber || $0 == "." }
            texts.append(String(hasEnhanced ? parts[1] : parts.joined(separator: " ")[...]))
            if line.count > 3, line[3] == UInt8(ascii: "-") { continue }
            return Reply(code: code, enhanced: hasEnhanced ? String(parts[0]) : "", text: texts.joined(separator: " "))
        }
    }

    private mutating func line() throws(Lost) -> [UInt8] {
        while true {
            if let lineFeed = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<lineFeed].filter { $0 != 0x0D })
                received.removeFirst(lineFeed + 1)
                return line
            }
            try receive()
        }
    }

    private mutating func receive() throws(Lost) {
        // No reply of the service comes near this; what does is not from it.
        guard received.count < 65_536 else { throw Lost() }
        var count = 0
        let piece = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
            repeat { count = recv(descriptor, buffer.baseAddress, 4096, 0) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count > 0 else { throw Lost() }
        received += piece
    }

    /// Carries octets both ways until one side has said all: `sendmail -bs`.
    func converse(input: Int32, output: Int32) {
        var ends = [pollfd(fd: input, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while poll(&ends, 2, -1) >= 0 || errno == EINTR {
            for (index, target) in [(0, descriptor), (1, output)] where ends[index].revents != 0 {
                let count = read(ends[index].fd, &buffer, buffer.count)
                guard count > 0 else {
                    if index == 1 { return }
                    shutdown(descriptor, Int32(SHUT_WR))
                    ends[0].fd = -1
                    continue
                }
                var written = 0
                while written < count {
                    let step = buffer.withUnsafeBytes { write(target, $0.baseAddress.map { $0 + written }, count - written) }
                    guard step > 0 || errno == EINTR else { return }
                    written += max(step, 0)
                }
            }
        }
    }
}
