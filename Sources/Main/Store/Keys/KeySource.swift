internal import FoundationEssentials
internal import Glibc
internal import Relay

/// Where the vault's keys are: never in the database, but in a file that only its owner can read, in a systemd credential, or in the environment.
/// One key, or several while they are rotated, one on each line.
enum KeySource: Sendable, Hashable {
    case file(String)
    /// systemd hands credentials out with an access list, whose mask shows as the group's rights.
    case credential(String)
    case environment

    /// The first of `MANDATE_KEY_FILE`, `$CREDENTIALS_DIRECTORY/mandate.key`, `MANDATE_KEY`, and the file beside the store, which must be there.
    init(for folder: String, _ live: Live) throws(CommandFailure) {
        if let named = Self.named(live) {
            self = named
        } else {
            let file = KeyFile.path(beside: folder)
            guard access(file, F_OK) == 0 else {
                throw .configuration(
                    "the store's key is missing: \(file) does not exist, and neither MANDATE_KEY_FILE nor MANDATE_KEY is set; bring it back from its backup"
                )
            }
            self = .file(file)
        }
    }

    /// As the environment says; nil: the file beside the store.
    static func named(_ live: Live) -> KeySource? {
        if let file = live.environment["MANDATE_KEY_FILE"], !file.isEmpty { return .file(file) }
        if let file = credential(live) { return .credential(file) }
        return live.environment["MANDATE_KEY"]?.isEmpty == false ? .environment : nil
    }

    private static func credential(_ live: Live) -> String? {
        guard let folder = live.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else { return nil }
        let file = folder + "/mandate.key"
        return access(file, F_OK) == 0 ? file : nil
    }

    /// For people.
    var name: String {
        switch self {
        case .file(let path): path
        case .credential(let path): "\(path) (a credential of systemd)"
        case .environment: "MANDATE_KEY"
        }
    }

    /// Read anew each time; at least one.
    func keys(_ live: Live) throws(CommandFailure) -> [Secret] {
        switch self {
        case .file(let path): return try Self.keys(in: path, forbidden: 0o077, live)
        case .credential(let path): return try Self.keys(in: path, forbidden: 0o007, live)
        case .environment: return try Self.keys(Array((live.environment["MANDATE_KEY"] ?? "").utf8), name)
        }
    }

    /// A value that was sealed under a key that came later is answered by a second look at the source.
    func vault(_ live: Live) throws -> Vault {
        try Vault(keys: try keys(live)) {
            // Then the key stays unknown, which is what the caller says.
            do throws(CommandFailure) { return try keys(live) } catch { return [] }
        }
    }

    private static func keys(in file: String, forbidden: mode_t, _ live: Live) throws(CommandFailure) -> [Secret] {
        guard let status = FileStatus(file) else { throw .configuration("the key file \(file) cannot be read: \(SystemError.text(errno))") }
        guard status.permissions & UInt32(forbidden) == 0 else {
            throw .configuration("the key file \(file) can be read by others; run: chmod 600 \(file.shellQuoted)")
        }
        do throws(CommandFailure) { return try keys(try InputFile(file, live).readAll(limit: 4096), file) } catch {
            throw .configuration("the store's key: \(error.sentence)")
        }
    }

    /// 32 bytes, as base64 on a line each, or one key as it is.
    private static func keys(_ bytes: [UInt8], _ origin: String) throws(CommandFailure) -> [Secret] {
        if bytes.count == 32 { return [Secret(bytes)] }
        let isSpace: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }
        var keys: [Secret] = []
        for word in bytes.split(whereSeparator: isSpace) {
            guard let key = Data(base64Encoded: Data(word)), key.count == 32 else {
                throw .configuration("\(origin) holds no key: that is 32 bytes, written in base64")
            }
            keys.append(Secret(Array(key)))
        }
        guard !keys.isEmpty else { throw .configuration("\(origin) holds no key: it is empty") }
        return keys
    }
}
