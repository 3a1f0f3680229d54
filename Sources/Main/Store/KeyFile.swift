internal import FoundationEssentials
internal import Glibc
internal import Relay

/// The vault's key, which is never in the database: in a file that only its owner can read, in a systemd credential, or in the environment.
struct KeyFile: Sendable {
    /// Beside the store: allowed, because it keeps backups of the database alone useless, and said at `init`.
    static func path(beside folder: String) -> String { folder + "/mandate.key" }

    /// The first of `MANDATE_KEY_FILE`, `$CREDENTIALS_DIRECTORY/mandate.key`, `MANDATE_KEY`, and the file beside the store.
    static func vault(for folder: String, _ live: Live) throws -> Vault {
        if let file = live.environment["MANDATE_KEY_FILE"], !file.isEmpty { return try vault(in: file, live) }
        if let credentials = live.environment["CREDENTIALS_DIRECTORY"], !credentials.isEmpty {
            let file = credentials + "/mandate.key"
            if access(file, F_OK) == 0 { return try vault(in: file, live, isCredential: true) }
        }
        if let text = live.environment["MANDATE_KEY"], !text.isEmpty { return try vault(from: Array(text.utf8), "MANDATE_KEY") }
        let file = path(beside: folder)
        guard access(file, F_OK) == 0 else {
            throw CommandFailure.configuration(
                "the store's key is missing: \(file) does not exist, and neither MANDATE_KEY_FILE nor MANDATE_KEY is set; bring it back from its backup"
            )
        }
        return try vault(in: file, live)
    }

    static func vault(in file: String, _ live: Live, isCredential: Bool = false) throws -> Vault {
        try checkMode(of: file, isCredential: isCredential)
        do {
            return try vault(from: InputFile(file, live).readAll(limit: 4096), file)
        } catch let failure as CommandFailure {
            throw CommandFailure(.configuration, "the store's key: \(failure.sentence)")
        }
    }

    /// Makes a new key, for its owner alone, durable when this returns. Written beside and linked, so that neither a kill nor a full disk leaves a
    /// file that looks like a key, and no key that is there is ever replaced.
    static func make(at file: String, _ live: Live) throws(CommandFailure) {
        let text = Data(live.randomBytes(32)).base64EncodedString() + "\n"
        let unfinished = file + ".unfinished"
        unlink(unfinished)  // left over from a run that was killed
        defer { unlink(unfinished) }
        let descriptor = open(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "the key file \(file) cannot be made: \(SystemError.text(errno))")
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, link(unfinished, file) == 0 else {
            throw CommandFailure(.cannotCreate, "the key file \(file) cannot be written: \(SystemError.text(errno))")
        }
    }

    /// systemd hands credentials out with an access list, whose mask shows as the group's rights.
    private static func checkMode(of file: String, isCredential: Bool) throws(CommandFailure) {
        var status = stat()
        guard stat(file, &status) == 0 else { throw .configuration("the key file \(file) cannot be read: \(SystemError.text(errno))") }
        guard status.st_mode & (isCredential ? 0o007 : 0o077) == 0 else {
            throw .configuration("the key file \(file) can be read by others; run: chmod 600 \(ShellWord.quoted(file))")
        }
    }

    /// 32 bytes, as base64 or as they are.
    private static func vault(from bytes: [UInt8], _ origin: String) throws -> Vault {
        if bytes.count == 32 { return try Vault(key: Secret(bytes)) }
        let text = bytes.filter { !($0 == 0x0A || $0 == 0x0D || $0 == 0x20) }
        guard let key = Data(base64Encoded: Data(text)), key.count == 32 else {
            throw CommandFailure.configuration("\(origin) holds no key: that is 32 bytes, written in base64")
        }
        return try Vault(key: Secret(Array(key)))
    }
}
