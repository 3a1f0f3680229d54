internal import Foundation
internal import Relay

/// The folder of a store and the file in it: only the owner may look inside (0700, 0600), and only a local disk will do.
struct StoreFolder {
    let path: String

    var file: String { path + "/mandate.sqlite" }
    /// A store is made under this name and renamed when it is whole, so a crash leaves nothing that looks like a store.
    var unfinished: String { path + "/mandate.sqlite.unfinished" }

    init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    func checkDisk() throws(StoreFailure) {
        if let name = FileSystem.objection(at: path) {
            throw .unavailable("\(path) lies on a network file system (\(name)), where SQLite's locks do not hold: choose a local folder")
        }
    }

    /// Makes the folder where it is missing and takes other people's rights to it away.
    func make() throws(StoreFailure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unavailable("the folder \(path) cannot be made: \(error.localizedDescription)")
        }
        guard chmod(path, 0o700) == 0 else { throw .unavailable("\(path): \(Self.reason)") }
    }

    /// SQLite gives its other files the rights of this one.
    func makeUnfinishedFile() throws(StoreFailure) {
        for suffix in ["", "-wal", "-shm", "-journal"] where unlink(unfinished + suffix) != 0 && errno != ENOENT {
            throw .unavailable("\(unfinished + suffix) is left over and cannot be removed: \(Self.reason)")
        }
        let descriptor = Foundation.open(unfinished, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable("\(unfinished) cannot be made: \(Self.reason)") }
        _ = Foundation.close(descriptor)
    }

    /// A hard link refuses to replace a store that came into being meanwhile, which a rename would not.
    func finish() throws(StoreFailure) {
        if link(unfinished, file) != 0 {
            if errno == EEXIST { throw .conflict("there is a store at \(file) already") }
            throw .unavailable("\(file) cannot be made: \(Self.reason)")
        }
        _ = unlink(unfinished)
        let descriptor = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("\(path): \(Self.reason)") }
        defer { _ = Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable("\(path): \(Self.reason)") }
    }

    func exists(_ file: String) -> Bool { access(file, F_OK) == 0 }

    func checkReadable() throws(StoreFailure) {
        guard access(file, F_OK) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .notFound("store at \(file)") }
            throw .unavailable("\(file): \(Self.reason)")
        }
        guard access(file, R_OK | W_OK) == 0 else {
            let reason = errno
            var status = stat()
            let owner = stat(file, &status) == 0 ? status.st_uid : nil
            throw Self.closed(file, reason, isOwner: owner == geteuid())
        }
    }

    /// Why a store that is there cannot be used: only a stranger is told to be somebody else.
    static func closed(_ file: String, _ reason: Int32, isOwner: Bool) -> StoreFailure {
        let words = String(cString: strerror(reason))
        switch reason {
        case EACCES where isOwner:
            return .unavailable("\(file) is yours, and its permissions keep you out; run: chmod 600 \(file.shellQuoted)")
        case EACCES: return .unavailable("\(file): \(words); run this as the store's owner")
        case EROFS: return .unavailable("\(file): \(words): a store lies where it can be written")
        default: return .unavailable("\(file): \(words)")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
