import Relay
import CurlTransmit
import Glibc
import Synchronization

/// Where mail is read, without TLS, as somebody between would show it: every mechanism is offered, and STARTTLS is gone.
final class ClearServer: Sendable {
    struct NoPort: Error {}

    let port: Int
    private let listener: Int32
    private let lines = Mutex<[String]>([])

    /// What it was told.
    var heard: [String] { lines.withLock { $0 } }

    init(_ kind: InboxSignIn.Kind, greets: Bool = true) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isOpen else { throw NoPort() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job { [self] in serve(kind, greets: greets) })
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, job.toOpaque())
        pthread_detach(thread)
    }

    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// One connection, until it ends.
    private func serve(_ kind: InboxSignIn.Kind, greets: Bool) {
        let connection = accept(listener, nil, nil)
        defer {
            close(connection)
            close(listener)
        }
        if greets { say(kind == .imap ? "* OK ready" : "+OK ready", connection) }
        var text = ""
        while let piece = Self.read(connection) {
            text += piece
            while let end = text.firstRange(of: "\r\n") {
                let line = String(text[..<end.lowerBound])
                text.removeSubrange(..<end.upperBound)
                lines.withLock { $0.append(line) }
                answer(line, kind, connection)
            }
        }
    }

    private func answer(_ line: String, _ kind: InboxSignIn.Kind, _ connection: Int32) {
        switch kind {
        case .imap:
            let tag = line.prefix { $0 != " " }
            if line.hasSuffix("CAPABILITY") { say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN", connection) }
            say("\(tag) \(line.hasSuffix("STARTTLS") ? "BAD unknown" : "OK done")", connection)
        case .pop3:
            if line == "CAPA" { return say("+OK\r\nSASL XOAUTH2 OAUTHBEARER PLAIN\r\nUSER\r\n.", connection) }
            say(line == "STLS" ? "-ERR unknown" : "+OK", connection)
        }
    }

    private func say(_ text: String, _ connection: Int32) {
        let bytes = Array((text + "\r\n").utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func read(_ connection: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(connection, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
