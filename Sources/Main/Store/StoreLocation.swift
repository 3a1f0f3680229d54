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

    let folder: String
    let origin: Origin

    init(option: String?, environment: [String: String], home: String, files: Files) throws(CommandFailure) {
        if let option {
            guard !option.isEmpty else { throw .usage("--store names no folder") }
            (folder, origin) = (option, .option)
        } else if let named = environment["MANDATE_STORE"], !named.isEmpty {
            (folder, origin) = (named, .environment)
        } else if let named = try Self.machineSetting(files) {
            (folder, origin) = (named, .machine)
        } else if files.isFolder(Self.systemFolder) {
            (folder, origin) = (Self.systemFolder, .system)
        } else {
            // A relative XDG_STATE_HOME is invalid and to be ignored (XDG base directory specification).
            let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/state"
            (folder, origin) = (state + "/mandate", .user)
        }
    }

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
            guard path.hasPrefix("/") else {
                throw .configuration("\(file) must name the store's folder by its full path, not \"\(path)\"")
            }
            return path
        }
        return nil
    }
}
