internal import Glibc

/// Where `mandate sendmail` and the service meet: a socket that everyone may connect to, and a maildrop that everyone may put a message into and nobody may
/// look into. Both are apart from the store's own files, which stay its owner's.
struct LocalFolder: Sendable, Hashable {
    let path: String

    init(_ path: String) { self.path = path }

    var socket: String { path + "/socket" }
    var maildrop: String { path + "/maildrop" }
    /// The maildrop of those whom the system trusts with the store: its owner and root.
    var keepersMaildrop: String { path + "/maildrop-owner" }

    func maildrop(of uid: UInt32) -> String { uid == owner || uid == 0 ? keepersMaildrop : maildrop }

    /// nil where there is no such folder.
    var owner: UInt32? { FileStatus(path)?.owner }

    /// As the service: makes what is missing.
    func make() throws(CommandFailure) {
        try make(path, mode: 0o755)
        // Sticky: whoever put a file there is the only one, beside its owner, to take it away. No reading: names cannot be listed.
        try make(maildrop, mode: 0o1733)
        try make(keepersMaildrop, mode: 0o700)
    }

    /// The folder above that keeps other accounts from reaching it; nil: none does.
    var obstacle: String? {
        var folder = path
        while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            folder = String(folder[..<slash])
            if let status = FileStatus(folder), status.permissions & 0o001 == 0 { return folder }
        }
        return nil
    }

    private func make(_ folder: String, mode: mode_t) throws(CommandFailure) {
        if mkdir(folder, mode) == 0 {
            // What umask took away.
            guard chmod(folder, mode) == 0 else { throw failure(folder) }
        } else if errno != EEXIST {
            throw failure(folder)
        }
    }

    private func failure(_ folder: String) -> CommandFailure {
        CommandFailure(.cannotCreate, "the folder \(folder) cannot be made: \(SystemError.text(errno))")
    }
}
