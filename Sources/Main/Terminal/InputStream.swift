internal import Glibc

/// Where bytes come from: standard input, and on a terminal the person in front of it.
struct InputStream: Sendable {
    var isTerminal: Bool
    /// The next bytes, at most as many as asked for; empty at the end.
    let read: @Sendable (Int) throws(CommandFailure) -> [UInt8]
    /// A line typed without echo; nil at the end of input.
    let readHiddenLine: @Sendable () throws(CommandFailure) -> [UInt8]?

    init(
        isTerminal: Bool = false, read: @escaping @Sendable (Int) throws(CommandFailure) -> [UInt8],
        readHiddenLine: @escaping @Sendable () throws(CommandFailure) -> [UInt8]? = { () throws(CommandFailure) -> [UInt8]? in nil }
    ) {
        self.isTerminal = isTerminal
        self.read = read
        self.readHiddenLine = readHiddenLine
    }

    static func file(_ descriptor: Int32) -> InputStream {
        InputStream(
            isTerminal: isatty(descriptor) == 1,
            read: { count throws(CommandFailure) in try InputFile.read(descriptor, count, name: "standard input") },
            readHiddenLine: { () throws(CommandFailure) -> [UInt8]? in try hiddenLine(descriptor) })
    }

    /// Echo comes back whatever happens in between, except on SIGKILL; then `stty sane` helps.
    private static func hiddenLine(_ descriptor: Int32) throws(CommandFailure) -> [UInt8]? {
        var before = termios()
        guard tcgetattr(descriptor, &before) == 0 else { throw .input("the terminal cannot be asked for a secret") }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { throw .input("the terminal's echo cannot be switched off") }
        defer { tcsetattr(descriptor, TCSAFLUSH, &before) }
        var line: [UInt8] = []
        while true {
            let bytes = try InputFile.read(descriptor, 1, name: "the terminal")
            guard let byte = bytes.first else { return line.isEmpty ? nil : line }
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
    }
}
