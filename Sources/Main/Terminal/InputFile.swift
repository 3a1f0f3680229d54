internal import Glibc

/// A file being read piece by piece, closed when it goes out of scope. `-` is standard input.
struct InputFile: ~Copyable {
    let name: String
    /// In bytes, where the file has a size; for progress only.
    let size: Int?
    private let descriptor: Int32?
    private let standardInput: InputStream

    init(_ path: String, _ live: Live) throws(CommandFailure) {
        let opened = path == "-" ? nil : try Self.open(path)
        name = path == "-" ? "standard input" : path
        size = opened?.size
        descriptor = opened?.descriptor
        standardInput = live.standardInput
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    /// The next bytes; empty at the end.
    func read(_ count: Int = 256 * 1024) throws(CommandFailure) -> [UInt8] {
        guard let descriptor else { return try standardInput.read(count) }
        return try Self.read(descriptor, count, name: name)
    }

    /// All of it, if that is not more than `limit`: what is bigger is not what was asked for.
    func readAll(limit: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try read()
            guard !more.isEmpty else { return bytes }
            bytes += more
            guard bytes.count <= limit else { throw .data("\(name) has more than \(limit) bytes, which cannot be right") }
        }
    }

    private static func open(_ path: String) throws(CommandFailure) -> (descriptor: Int32, size: Int?) {
        // Without waiting: a pipe that nobody writes into would hold the command for ever.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .input("\(path) cannot be read: \(SystemError.text(errno))") }
        guard let status = FileStatus(descriptor: descriptor), !status.isFolder else {
            close(descriptor)
            throw .input("\(path) is a folder, not a file")
        }
        _ = fcntl(descriptor, F_SETFL, O_RDONLY)
        return (descriptor, status.isRegular ? status.size : nil)
    }

    static func read(_ descriptor: Int32, _ count: Int, name: String) throws(CommandFailure) -> [UInt8] {
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = Glibc.read(descriptor, buffer.baseAddress, count)
            while got < 0, errno == EINTR { got = Glibc.read(descriptor, buffer.baseAddress, count) }
            if got < 0 { problem = errno }
            filled = max(0, got)
        }
        guard problem == 0 else { throw .input("\(name) cannot be read: \(SystemError.text(problem))") }
        return bytes
    }
}
