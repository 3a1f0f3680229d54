internal import Glibc

/// A message put down for a service that is not there: a file in the maildrop, which nobody but the service can list. It counts once it has its name, which is
/// after its octets are on the disk.
struct MaildropFile: ~Copyable {
    private let folder: String
    private let name: String
    private let descriptor: Int32
    private var isDone = false

    /// nil: there is no maildrop, or none that we may write to.
    init?(in folder: String, isOwners: Bool, random: () -> UInt64) {
        let name = String(random(), radix: 36) + String(random(), radix: 36)
        let descriptor = open("\(folder)/tmp-\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        // The service is another account, as a rule; others would have to guess 128 bits of name.
        if !isOwners { fchmod(descriptor, 0o644) }
        self.folder = folder
        self.name = name
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if !isDone { unlink("\(folder)/tmp-\(name)") }
    }

    func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Afterwards the service will find it, also after a power cut.
    mutating func commit() -> Bool {
        guard fsync(descriptor) == 0, rename("\(folder)/tmp-\(name)", "\(folder)/\(name).eml") == 0 else { return false }
        isDone = true
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Not to be read by us, as a rule; then the name's durability is the file system's own affair.
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
        return true
    }
}
