internal import Glibc

/// Held while a node serves: a second run under the same name would take the first one's messages for abandoned and send them twice. The kernel
/// lets go of it when the process ends, however it ends; a store never lies on a network file system, where that would not be so.
struct NodeLock: ~Copyable {
    private let descriptor: Int32

    init(node: String, of folder: String) throws(CommandFailure) { descriptor = try Self.take(node, folder) }

    private static func take(_ node: String, _ folder: String) throws(CommandFailure) -> Int32 {
        guard !node.isEmpty, node.utf8.count <= 64, node.utf8.allSatisfy({ isNodeByte($0) }) else {
            throw .usage("--node takes 1 to 64 letters, digits, dots and hyphens")
        }
        let path = "\(folder)/\(node).lock"
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(path) cannot be made: \(SystemError.text(errno))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandFailure(.unavailable, "node \(node) is being served already: stop that run, or give this one a name with --node")
        }
        return descriptor
    }

    deinit { close(descriptor) }

    private static func isNodeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
