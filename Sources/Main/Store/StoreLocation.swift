internal import PostgresEngine
internal import Relay

/// Where the store is: `--store`, `MANDATE_STORE`, what `/etc/mandate` says, `/var/lib/mandate` if it exists, else the XDG state
/// directory (design section 9). Pure: it asks `files` about the world.
struct StoreLocation: Sendable, Hashable {
    enum Origin: Sendable, Hashable { case option, environment, machine, system, user }

    /// What has to be known of the file system.
    struct Files: Sendable {
        var isFolder: @Sendable (String) -> Bool
        /// The text of a file; nil where there is none that can be read.
        var text: @Sendable (String) -> String?
    }

    static let machineFile = "/etc/mandate"
    static let systemFolder = "/var/lib/mandate"

    /// A store in one file lies here; of one in PostgreSQL this machine's part, its locks, doors and key.
    let folder: String
    let origin: Origin
    /// nil: it is a file.
    let database: PostgresAddress?

    init(option: String?, environment: [String: String], home: String, files: Files) throws(CommandFailure) {
        let named: String?
        if let option {
            guard !option.isEmpty else { throw .usage("--store names no folder") }
            (named, origin) = (option, .option)
        } else if let text = environment["MANDATE_STORE"], !text.isEmpty {
            (named, origin) = (text, .environment)
        } else if let text = try Self.machineSetting(files) {
            (named, origin) = (text, .machine)
        } else {
            (named, origin) = (nil, files.isFolder(Self.systemFolder) ? .system : .user)
        }
        // A relative XDG_STATE_HOME is invalid and to be ignored (XDG base directory specification).
        let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/state"
        let usual = files.isFolder(Self.systemFolder) ? Self.systemFolder : state + "/mandate"
        guard let named, PostgresAddress.isMeant(by: named) else {
            (folder, database) = (named ?? usual, nil)
            return
        }
        do throws(StoreFailure) {
            let address = try PostgresAddress(named)
            (folder, database) = (usual + "/postgres/" + address.folderName, address)
        } catch { throw .configuration("\(error)") }
    }

    /// What is said of it, and what --store and MANDATE_STORE take.
    var name: String { database?.place ?? folder }

    /// Whether another account, called without our environment, would look at the same place.
    var isSameForEveryone: Bool { origin == .machine || origin == .system }

    /// How it came to this folder, for messages.
    var reason: String {
        switch origin {
        case .option: "--store"
        case .environment: "MANDATE_STORE"
        case .machine: Self.machineFile
        case .system: "where the system's store is"
        case .user: "no --store, MANDATE_STORE, \(Self.machineFile) or \(Self.systemFolder)"
        }
    }

    /// `/etc/mandate`, or `store` in it if it is a folder, holds the path in its first line that is neither empty nor a comment.
    private static func machineSetting(_ files: Files) throws(CommandFailure) -> String? {
        let file = files.isFolder(machineFile) ? machineFile + "/store" : machineFile
        guard let text = files.text(file) else { return nil }
        for line in text.split(separator: "\n") {
            let path = String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            if path.isEmpty || path.hasPrefix("#") { continue }
            guard path.hasPrefix("/") || PostgresAddress.isMeant(by: path) else {
                throw .configuration("\(file) must name the store's folder by its full path, or a database, not \"\(path)\"")
            }
            return path
        }
        return nil
    }
}
