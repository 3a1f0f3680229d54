internal import Glibc
internal import NIOCore

extension Channel {
    /// The uid at the other end of a local socket, as the kernel saw it connect (unix(7), SO_PEERCRED).
    func peerUID() async throws -> UInt32 {
        guard let provider = self as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        let credentials: Credentials = try await provider.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).get()
        return credentials.uid
    }
}

/// `struct ucred`, which Glibc shows to no one but GNU programs.
private struct Credentials {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
}
