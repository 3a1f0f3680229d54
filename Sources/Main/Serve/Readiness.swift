internal import Glibc

/// Tells the init system that the service is ready (sd_notify(3)): a datagram to the socket that it names. Nobody named one, nobody is told.
struct Readiness: Sendable {
    private let path: String?

    init(_ live: Live) { path = live.environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 } }

    func say(_ words: String) {
        guard let address = path.flatMap({ UnixAddress($0, allowsAbstract: true) }) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = Array(words.utf8)
        _ = address.use { sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
}
