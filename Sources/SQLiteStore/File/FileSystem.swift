internal import Foundation

/// Says whether SQLite's locks and shared memory can be trusted where a store is to lie. They cannot on network file systems: two machines
/// would each believe they hold the lock (sqlite.org/wal.html, "All processes using a database must be on the same host").
enum FileSystem {
    /// Magic numbers of statfs(2) and linux/magic.h.
    private static let network: [Int64: String] = [
        0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x0102_1997: "9P", 0x5346_414F: "AFS",
        0x6B41_4653: "AFS", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre", 0x7375_7245: "Coda", 0x564C: "NCP", 0x0116_1970: "GFS2",
        0x7461_636F: "OCFS2",
    ]
    private static let fuse: Int64 = 0x6573_5546
    /// FUSE is mostly remote (sshfs, glusterfs, s3fs, …); these are known to be local.
    private static let localFUSE: Set<String> = ["fuseblk", "fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.bindfs"]

    /// The name of a file system that no store may lie on; nil when there is nothing against it. `type` is the mount's, as mountinfo writes it.
    static func objection(magic: Int64, type: String?) -> String? {
        if let name = network[magic] { return name }
        guard magic == fuse else { return nil }
        guard let type else { return "FUSE" }
        return localFUSE.contains(type) ? nil : type
    }

    static func objection(at path: String) -> String? {
        var facts = statfs()
        guard statfs(path, &facts) == 0 else { return nil }  // opening will say what is wrong
        // The field is signed on some platforms: CIFS's magic has its highest bit set.
        return objection(magic: Int64(facts.f_type) & 0xFFFF_FFFF, type: mountType(of: path))
    }

    /// The type of the mount that holds the path: the last of the longest mount points that it begins with (proc(5), mountinfo).
    private static func mountType(of path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        let real = String(cString: resolved)
        guard let bytes = FileManager.default.contents(atPath: "/proc/self/mountinfo") else { return nil }
        return mountType(of: real, mounts: String(decoding: bytes, as: UTF8.self))
    }

    static func mountType(of path: String, mounts: String) -> String? {
        var best: (point: String, type: String)?
        for line in mounts.split(separator: "\n") {
            let halves = line.components(separatedBy: " - ")
            let fields = halves[0].split(separator: " ")
            guard halves.count == 2, fields.count > 4, let type = halves[1].split(separator: " ").first else { continue }
            let point = String(fields[4])
            let holds = point == "/" || path == point || path.hasPrefix(point + "/")
            if holds, point.count >= best?.point.count ?? 0 { best = (point, String(type)) }
        }
        return best?.type
    }
}
