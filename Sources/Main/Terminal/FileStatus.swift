// In a release build the compiler takes `struct stat` for CoreFoundation's, whoever else imports Glibc; here it may be either's.
internal import CoreFoundation
internal import Glibc

/// What stat(2) says of a file: whose it is, what it is, who may read it.
struct FileStatus: Sendable, Hashable {
    let owner: UInt32
    let isFolder: Bool
    let isRegular: Bool
    /// The twelve bits of chmod(1).
    let permissions: UInt32
    /// Octets.
    let size: Int

    /// nil: it cannot be asked; `errno` says why. Links are followed.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        owner = status.st_uid
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        permissions = status.st_mode & 0o7777
        size = Int(status.st_size)
    }
}
