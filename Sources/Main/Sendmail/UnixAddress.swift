internal import Glibc

/// The address of a socket in the file system (unix(7)).
struct UnixAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    /// nil: the path is longer than an address may be. A leading `@` stands for the NUL of the abstract name space where `allowsAbstract`.
    init?(_ path: String, allowsAbstract: Bool = false) {
        var bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if allowsAbstract, bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    func use<Answer>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Answer) -> Answer {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
