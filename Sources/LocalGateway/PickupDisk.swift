internal import Glibc
internal import NIOPosix
internal import Relay

/// The file system under a pickup folder. Everything here blocks, so it runs on threads of its own.
struct PickupDisk: Sendable {
    let settings: PickupSettings

    enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The file system said no.
        case system(path: String, reason: Int32)
        /// It is a link, a folder, a pipe, or has a second name, which is how somebody hands over a file that is another's.
        case noPlainFile

        var description: String {
            switch self {
            case .system(let path, let reason): "\(path.debugDescription): \(String(cString: strerror(reason)))"
            case .noPlainFile: "it is no file of its own: copy it instead of linking it"
            }
        }
    }

    /// Messages that one look takes up; the others are there at the next one.
    private static let most = 10_000
    /// Seconds after which a file that was never finished is removed from the maildrop; whoever wrote it is gone.
    private static let longestUnfinished = 86_400

    func run<Answer: Sendable>(_ work: @escaping @Sendable (PickupDisk) throws -> Answer) async throws -> Answer {
        // Not a child of the caller: what was begun with a file is done with it, also when the service stops meanwhile.
        try await Task { try await NIOThreadPool.singleton.runIfActive { try work(self) } }.value
    }

    /// Makes what is missing.
    func prepare() throws(Failure) {
        let purposes = settings.hasPurposes ? Purpose.allCases.map { "\(settings.folder)/\($0.rawValue)" } : []
        let claims = String(settings.claimed.prefix(upTo: settings.claimed.lastIndex(of: "/") ?? settings.claimed.endIndex))
        for (folder, mode) in [(settings.folder, 0o770), (claims, 0o700), (settings.claimed, 0o700), (settings.rejected, 0o770)]
            + purposes.map({ ($0, 0o770) })
        {
            // What umask took away is given back, and only to what is new.
            guard mkdir(folder, mode_t(mode)) == 0 ? chmod(folder, mode_t(mode)) == 0 : errno == EEXIST else {
                throw .system(path: folder, reason: errno)
            }
        }
    }

    /// What lies there and looks like a message; and how many things stay there because they cannot be one: names that are no UTF-8, links and pipes, folders
    /// that are no purpose, files that stay empty.
    func look(now: Int64) throws(Failure) -> (files: [PickupFile], unusable: Int) {
        var files: [PickupFile] = []
        var unusable = 0
        let own = Set(settings.hasPurposes ? Purpose.allCases.map(\.rawValue) + ["rejected"] : [])
        let folders =
            [(settings.folder, Purpose?.none)]
            + (settings.hasPurposes ? Purpose.allCases.map { ("\(settings.folder)/\($0.rawValue)", $0) } : [])
        for (folder, purpose) in folders {
            let unnamable = try Self.each(in: folder) { name in
                guard let status = Self.status("\(folder)/\(name)") else {
                    if !name.hasPrefix("."), purpose != nil || !own.contains(name) { unusable += 1 }
                    return
                }
                let modified = Int64(status.st_mtim.tv_sec)
                if !settings.hasPurposes, name.hasPrefix("tmp-"), modified < now - Int64(Self.longestUnfinished) {
                    unlink("\(folder)/\(name)")
                }
                if status.st_size == 0, modified < now - 60 { unusable += 1 }
                guard Self.isFinished(name), files.count < Self.most else { return }
                files.append(
                    PickupFile(
                        path: "\(folder)/\(name)", name: name, purpose: purpose, size: Int64(status.st_size),
                        modified: modified * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)))
            }
            unusable += unnamable
        }
        return (files.sorted { $0.path < $1.path }, unusable)
    }

    /// Links are not followed, and what is no file is nothing.
    static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? status : nil
    }

    /// Names by which programs mark what is not finished, and our own beside a rejected message.
    static func isFinished(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return !name.hasPrefix(".") && !name.hasPrefix("tmp-") && !name.hasSuffix("~")
            && ![".tmp", ".part", ".partial", ".swp", ".reason", ".lock"].contains { lowered.hasSuffix($0) }
    }

    /// Every name, however many there are; returns how many are no UTF-8.
    static func each(in folder: String, _ body: (String) -> Void) throws(Failure) -> Int {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return 0 }
            throw .system(path: folder, reason: errno)
        }
        defer { closedir(directory) }
        var unnamable = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let name { if name != ".", name != ".." { body(name) } } else { unnamable += 1 }
        }
        return unnamable
    }

    func claimed() throws(Failure) -> [ClaimedFile] {
        var claimed: [ClaimedFile] = []
        _ = try Self.each(in: settings.claimed) { name in
            if let file = ClaimedFile(name, in: settings.claimed), claimed.count < Self.most { claimed.append(file) }
        }
        return claimed.sorted { $0.path < $1.path }
    }

    /// nil: somebody else was faster, or it is still being written.
    func claim(_ file: PickupFile, as id: SpoolID) throws(Failure) -> ClaimedFile? {
        guard !isBeingWritten(file.path) else { return nil }
        let name = ClaimedFile.name(file, id)
        guard rename(file.path, "\(settings.claimed)/\(name)") == 0 else {
            if errno == ENOENT { return nil }
            throw .system(path: file.path, reason: errno)
        }
        return ClaimedFile(name, in: settings.claimed)
    }

    /// A lease is not had on what somebody has open for writing (fcntl(2)). Where there are none – network file systems, another's file – nothing is said by that.
    private func isBeingWritten(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Whoever wants to write while we hold it for this moment has us told by a signal, which would end us.
        signal(SIGIO, SIG_IGN)
        // F_SETLEASE, which Glibc shows to GNU programs only.
        guard fcntl(descriptor, 1024, Int32(F_RDLCK)) != 0 else { return false }
        return errno == EAGAIN
    }

    func open(_ file: ClaimedFile) throws(Failure) -> OpenFile {
        let descriptor = Glibc.open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw errno == ELOOP || errno == ENXIO ? .noPlainFile : .system(path: file.path, reason: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            close(descriptor)
            throw .noPlainFile
        }
        return OpenFile(descriptor: descriptor, owner: status.st_uid)
    }

    func remove(_ file: ClaimedFile) throws(Failure) {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw .system(path: file.path, reason: errno) }
    }

    /// Into `rejected`, with the reason beside it; the reason first, so that no message lies there without one.
    func reject(_ file: ClaimedFile, _ reason: String) throws(Failure) {
        var target = "\(settings.rejected)/\(file.name)"
        if Self.exists(target) || Self.exists(target + ".reason") { target = "\(settings.rejected)/\(file.id)" }
        try Self.write(reason + "\n", to: target + ".reason")
        guard rename(file.path, target) == 0 else { throw .system(path: target, reason: errno) }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Never into what is there already: others may write into that folder, too.
    static func write(_ text: String, to path: String) throws(Failure) {
        unlink(path)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o660)
        guard descriptor >= 0 else { throw .system(path: path, reason: errno) }
        defer { close(descriptor) }
        fchmod(descriptor, 0o660)
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw .system(path: path, reason: errno) }
    }
}

/// A claimed file being read, closed by its last holder.
final class OpenFile: Sendable {
    // A class because the descriptor has one owner who closes it.
    private let descriptor: Int32
    let owner: UInt32

    init(descriptor: Int32, owner: UInt32) {
        self.descriptor = descriptor
        self.owner = owner
    }

    deinit { close(descriptor) }

    /// The next octets; empty at the end.
    func read() throws(PickupDisk.Failure) -> [UInt8] {
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: AcceptedMessage.chunkSize) { buffer, filled in
            var count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            while count < 0, errno == EINTR { count = Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
            if count < 0 { problem = errno }
            filled = max(0, count)
        }
        guard problem == 0 else { throw .system(path: "a message", reason: problem) }
        return bytes
    }
}
