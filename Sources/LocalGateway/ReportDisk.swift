internal import Glibc
internal import NIOPosix

/// The file system under a folder of reports. Everything here blocks, so it runs on threads of its own.
struct ReportDisk: Sendable {
    let folder: String

    var taken: String { folder + "/taken" }
    var rejected: String { folder + "/rejected" }

    /// Files that one look takes up; the others are there at the next one.
    private static let most = 1000

    func run<Answer: Sendable>(_ work: @escaping @Sendable (ReportDisk) throws -> Answer) async throws -> Answer {
        // Not a child of the caller: what was begun with a file is done with it, also when the service stops meanwhile.
        try await Task { try await NIOThreadPool.singleton.runIfActive { try work(self) } }.value
    }

    /// Makes what is missing.
    func prepare() throws(PickupDisk.Failure) {
        for folder in [folder, taken, rejected] {
            // What umask took away is given back, and only to what is new.
            guard mkdir(folder, 0o770) == 0 ? chmod(folder, 0o770) == 0 : errno == EEXIST else {
                throw .system(path: folder, reason: errno)
            }
        }
    }

    /// What lies there and is finished by its name; links and pipes are nobody's report.
    func look() throws(PickupDisk.Failure) -> [PickupFile] {
        var files: [PickupFile] = []
        _ = try PickupDisk.each(in: folder) { name in
            guard PickupDisk.isFinished(name), files.count < Self.most, let status = PickupDisk.status("\(folder)/\(name)") else { return }
            files.append(
                PickupFile(
                    path: "\(folder)/\(name)", name: name, purpose: nil, size: Int64(status.st_size),
                    modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)))
        }
        return files.sorted { $0.path < $1.path }
    }

    func keep(_ file: PickupFile) throws(PickupDisk.Failure) { try move(file, to: free(taken, file)) }

    /// The reason first, so that no file lies there without one.
    func reject(_ file: PickupFile, _ reason: String) throws(PickupDisk.Failure) {
        let target = free(rejected, file)
        try PickupDisk.write(reason + "\n", to: target + ".reason")
        try move(file, to: target)
    }

    /// Reports that are sent again have the same name.
    private func free(_ folder: String, _ file: PickupFile) -> String {
        let usual = "\(folder)/\(file.name)"
        guard PickupDisk.exists(usual) || PickupDisk.exists(usual + ".reason") else { return usual }
        return "\(folder)/\(file.modified)-\(file.name)"
    }

    /// Another node was faster: it is where it belongs.
    private func move(_ file: PickupFile, to target: String) throws(PickupDisk.Failure) {
        guard rename(file.path, target) == 0 || errno == ENOENT else { throw .system(path: target, reason: errno) }
    }
}
