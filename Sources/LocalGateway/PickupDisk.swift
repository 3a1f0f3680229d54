internal import Glibc
internal import NIOPosix
internal import Relay

/// The file system under a pickup folder. Everything here blocks, so it runs on threads of its own.
struct PickupDisk: Sendable {
    let settings: PickupSettings

    /// What the file system said no to.
    struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        let path: String
        let reason: Int32

        var description: String { "\(path): \(String(cString: strerror(reason)))" }

        /// A file with a second name, as `open` found it.
        var isNotOurs: Bool { reason == EMLINK }
    }

    /// A look never lists more: the others are there at the next one.
    private static let most = 10_000

    func run<Answer: Sendable>(_ work: @escaping @Sendable (PickupDisk) throws -> Answer) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive { try work(self) }
    }

    /// Makes what is missing.
    func prepare() throws(Failure) {
        let purposes = settings.hasPurposes ? Purpose.allCases.map { "\(settings.folder)/\($0.rawValue)" } : []
        let claims = String(settings.claimed.prefix(upTo: settings.claimed.lastIndex(of: "/") ?? settings.claimed.endIndex))
        for (folder, mode) in [(settings.folder, 0o770), (claims, 0o700), (settings.claimed, 0o700), (settings.rejected, 0o770)]
            + purposes.map({ ($0, 0o770) })
        {
            guard mkdir(folder, mode_t(mode)) == 0 || errno == EEXIST else { throw Failure(path: folder, reason: errno) }
        }
    }

    /// What lies there and looks like a message.
    func look() throws(Failure) -> [PickupFile] {
        var files = try list(settings.folder, purpose: nil)
        guard settings.hasPurposes else { return files }
        for purpose in Purpose.allCases { files += try list("\(settings.folder)/\(purpose.rawValue)", purpose: purpose) }
        return files
    }

    private func list(_ folder: String, purpose: Purpose?) throws(Failure) -> [PickupFile] {
        try names(in: folder).compactMap { name in
            guard Self.isMessage(name) else { return nil }
            var status = stat()
            // Links are not followed, and what is no file is not opened.
            guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return PickupFile(
                path: "\(folder)/\(name)", name: name, purpose: purpose, size: Int64(status.st_size),
                modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
        }
    }

    /// Names by which programs mark what is not finished, and our own beside a rejected message.
    private static func isMessage(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return !name.hasPrefix(".") && !name.hasPrefix("tmp-") && !name.hasSuffix("~")
            && ![".tmp", ".part", ".partial", ".swp", ".reason", ".lock"].contains { lowered.hasSuffix($0) }
    }

    private func names(in folder: String) throws(Failure) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw Failure(path: folder, reason: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < Self.most, let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func claimed() throws(Failure) -> [ClaimedFile] {
        try names(in: settings.claimed).compactMap { ClaimedFile($0, in: settings.claimed) }
    }

    /// nil: somebody else was faster, or it is still being written.
    func claim(_ file: PickupFile, as id: SpoolID) throws(Failure) -> ClaimedFile? {
        guard !isBeingWritten(file.path) else { return nil }
        // 255 octets are what a file name may have; the id and purpose need some.
        let short =
            file.name.utf8.count > 190
            ? PickupFile(
                path: file.path, name: String(file.name.suffix(40)), purpose: file.purpose, size: file.size, modified: file.modified) : file
        let name = ClaimedFile.name(short, id)
        guard rename(file.path, "\(settings.claimed)/\(name)") == 0 else {
            if errno == ENOENT { return nil }
            throw Failure(path: file.path, reason: errno)
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
        guard descriptor >= 0 else { throw Failure(path: file.path, reason: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            close(descriptor)
            // A second name is how somebody hands over a file that is another's.
            throw Failure(path: file.path, reason: EMLINK)
        }
        return OpenFile(descriptor: descriptor, owner: status.st_uid)
    }

    func remove(_ file: ClaimedFile) throws(Failure) {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw Failure(path: file.path, reason: errno) }
    }

    /// Into `rejected`, with the reason beside it; the reason first, so that no message lies there without one.
    func reject(_ file: ClaimedFile, _ reason: String) throws(Failure) {
        var target = "\(settings.rejected)/\(file.name)"
        if access(target, F_OK) == 0 { target = "\(settings.rejected)/\(file.id)-\(file.name)" }
        try write(reason + "\n", to: target + ".reason")
        guard rename(file.path, target) == 0 else { throw Failure(path: target, reason: errno) }
    }

    private func write(_ text: String, to path: String) throws(Failure) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o660)
        guard descriptor >= 0 else { throw Failure(path: path, reason: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(path: path, reason: errno) }
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
        guard problem == 0 else { throw PickupDisk.Failure(path: "a message", reason: problem) }
        return bytes
    }
}
