internal import FoundationEssentials
internal import Glibc

/// A file in the store's folder that one process holds at a time. The kernel lets go of it when the process ends, however it ends, and not while it is
/// merely stopped; a store never lies on a network file system, where that would not be so.
struct FolderLock: ~Copyable {
    private let descriptor: Int32

    /// Held while a node serves: a second run under the same name would take the first one's messages for abandoned and send them twice.
    static func node(_ node: String, of folder: String) throws(CommandFailure) -> FolderLock {
        guard !node.isEmpty, node.utf8.count <= 64, node.utf8.allSatisfy({ isNodeByte($0) }) else {
            throw .usage("a node's name has 1 to 64 letters, digits, dots and hyphens")
        }
        return try FolderLock(
            "\(folder)/\(node).lock",
            orElse: CommandFailure(
                .unavailable, "node \(node) is being served already: stop that run, or give this one a name: --set node=NAME"))
    }

    /// As `node`, for a start: others hold the lock for a moment while they release what a killed run left behind (`AbandonedClaims`).
    static func node(_ node: String, of folder: String, _ live: Live) async throws(CommandFailure) -> FolderLock {
        for _ in 0..<9 {
            do throws(CommandFailure) { return try .node(node, of: folder) } catch {
                guard error.status == .unavailable else { throw error }
            }
            await live.wait(0.1)
        }
        return try .node(node, of: folder)
    }

    /// Every node that has ever served the store.
    static func nodes(in folder: String) -> [String] {
        // A folder that cannot be read has no store either.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".lock") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Whether a service runs on the store.
    static func isServed(_ folder: String) throws(CommandFailure) -> Bool {
        for node in nodes(in: folder) {
            guard let lock = try abandoned(node, of: folder) else { return true }
            _ = consume lock
        }
        return false
    }

    /// The lock of a node that does not run; nil: it does.
    static func abandoned(_ node: String, of folder: String) throws(CommandFailure) -> FolderLock? {
        do throws(CommandFailure) { return try .node(node, of: folder) } catch {
            guard error.status == .unavailable else { throw error }
            return nil
        }
    }

    /// Held while the vault's key is rotated: two at once, or one that was stopped and goes on later, would each take the other's key away.
    static func rotation(of folder: String) throws(CommandFailure) -> FolderLock {
        // No node can have this name, since it begins with a dot.
        try FolderLock(
            "\(folder)/.vault-rotate.lock",
            orElse: CommandFailure(
                .temporary, "another `vault rotate` is at work, or was stopped and has not ended; look again in a minute"))
    }

    private init(_ path: String, orElse taken: CommandFailure) throws(CommandFailure) {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(path) cannot be made: \(SystemError.text(errno))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw taken
        }
        self.descriptor = descriptor
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
