internal import Foundation

/// Says whether SQLite's locks and shared memory can be trusted where a store is to lie. They cannot on network file systems: two machines
/// would each believe they hold the lock (sqlite.org/wal.html, "All processes using a database must be on the same host").
enum FileSystem {
    /// Types as mountinfo names them. Ceph, Lustre and the cluster file systems have locks, but no memory shared between machines.
    private static let network: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "coda", "ncpfs", "gfs2", "ocfs2", "glusterfs", "virtiofs",
        "vboxsf", "davfs", "beegfs", "gpfs",
    ]
    /// FUSE is mostly remote (sshfs, glusterfs, s3fs, …); these are known to be local.
    private static let localFUSE: Set<String> = ["fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.bindfs"]

    /// Whether no store may lie on a file system of this type.
    static func isNetwork(_ type: String) -> Bool {
        network.contains(type) || (type == "fuse" || type.hasPrefix("fuse.")) && !localFUSE.contains(type)
    }

    /// The type of a network file system that holds the path; nil when there is nothing against it, or when the system does not tell.
    static func objection(at path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        guard let bytes = FileManager.default.contents(atPath: "/proc/self/mountinfo"),
            let type = mountType(of: String(cString: resolved), mounts: String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return isNetwork(type) ? type : nil
    }

    /// The type of the mount that holds the path: of the longest mount points that it begins with, the last (proc(5), mountinfo).
    static func mountType(of path: String, mounts: String) -> String? {
        var best: (point: String, type: String)?
        for line in mounts.split(separator: "\n") {
            let halves = line.components(separatedBy: " - ")
            let fields = halves[0].split(separator: " ")
            guard halves.count == 2, fields.count > 4, let type = halves[1].split(separator: " ").first else { continue }
            let point = unescaped(String(fields[4]))
            let holds = point == "/" || path == point || path.hasPrefix(point + "/")
            if holds, point.utf8.count >= best?.point.utf8.count ?? 0 { best = (point, String(type)) }
        }
        return best?.type
    }

    /// The kernel writes space, tab, newline and backslash as octal escapes.
    private static func unescaped(_ text: String) -> String {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")].reduce(text) { text, escape in
            text.replacingOccurrences(of: escape.0, with: escape.1)
        }
    }
}
