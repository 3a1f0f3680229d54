internal import FoundationEssentials
internal import Glibc
internal import Relay

/// The file that holds the vault's key: made once, replaced when keys are rotated.
struct KeyFile: Sendable {
    /// Beside the store: allowed, because it keeps backups of the database alone useless, and said at `init`.
    static func path(beside folder: String) -> String { folder + "/mandate.key" }

    static func vault(for folder: String, _ live: Live) throws -> Vault { try KeySource(for: folder, live).vault(live) }

    static func vault(in file: String, _ live: Live) throws -> Vault { try KeySource.file(file).vault(live) }

    /// Makes a new key, for its owner alone, durable when this returns. Written beside and linked, so that neither a kill nor a full disk leaves a
    /// file that looks like a key, and no key that is there is ever replaced.
    static func make(at file: String, _ live: Live) throws(CommandFailure) {
        try write([Secret(live.randomBytes(32))], beside: file) { unfinished in link(unfinished, file) == 0 && isFolderSynced(of: file) }
    }

    /// Puts these keys in place of those that are there, at once and durably. Behind a symbolic link the file that it leads to is replaced, which is the one
    /// that others know.
    static func replace(_ name: String, with keys: [Secret]) throws(CommandFailure) {
        guard !keys.isEmpty, let path = realpath(name, nil) else {
            throw CommandFailure(.cannotCreate, "the key file \(name) cannot be written: \(SystemError.text(errno))")
        }
        defer { free(path) }
        let file = String(cString: path)
        try write(keys, beside: file) { unfinished in rename(unfinished, file) == 0 && isFolderSynced(of: file) }
    }

    private static func write(_ keys: [Secret], beside file: String, put: (String) -> Bool) throws(CommandFailure) {
        let unfinished = file + ".unfinished"
        unlink(unfinished)  // left over from a run that was killed
        defer { unlink(unfinished) }
        let descriptor = open(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "the key file \(file) cannot be made: \(SystemError.text(errno))")
        }
        defer { close(descriptor) }
        let bytes = Array(keys.map { Data($0.reveal()).base64EncodedString() + "\n" }.joined().utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, put(unfinished) else {
            throw CommandFailure(.cannotCreate, "the key file \(file) cannot be written: \(SystemError.text(errno))")
        }
    }

    /// A name lasts once its folder is on the disk; losing the new key after sealing with it would lose every secret.
    private static func isFolderSynced(of file: String) -> Bool {
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
