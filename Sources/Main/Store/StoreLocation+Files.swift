internal import Glibc

extension StoreLocation.Files {
    /// The real ones.
    static let live = StoreLocation.Files(
        isFolder: { FileStatus($0)?.isFolder == true },
        text: { path in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 4096)  // one path and some comments
            let count = read(descriptor, &bytes, bytes.count)
            return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
        })
}
