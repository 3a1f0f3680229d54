internal import Glibc
internal import Synchronization

/// Where text goes, and whether a person is looking.
struct OutputStream: Sendable {
    var isTerminal: Bool
    /// Columns of the terminal; nil where nobody counts them.
    var width: Int?
    var usesColour: Bool
    private let put: @Sendable ([UInt8]) throws(WriteFailure) -> Void
    private let fate = Fate()

    /// Why something could not be written, as the C library's error number.
    struct WriteFailure: Error {
        let number: Int32
    }

    /// What became of the stream; shared by its copies.
    private final class Fate: Sendable {
        let trouble = Mutex<Int32?>(nil)
    }

    init(
        isTerminal: Bool = false, width: Int? = nil, usesColour: Bool = false,
        put: @escaping @Sendable ([UInt8]) throws(WriteFailure) -> Void
    ) {
        self.isTerminal = isTerminal
        self.width = width
        self.usesColour = usesColour
        self.put = put
    }

    /// The first error, after which nothing more is written: half of an answer must not pass for a whole one, nor have a hole.
    var trouble: Int32? { fate.trouble.withLock { $0 } }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        guard trouble == nil else { return }
        do throws(WriteFailure) { try put(bytes) } catch { fate.trouble.withLock { $0 = error.number } }
    }

    /// Writes straight through: a buffer would be lost in a crash. A reader who has gone away ends us with SIGPIPE, as usual in a pipe.
    static func file(_ descriptor: Int32, _ environment: [String: String]) -> OutputStream {
        let isTerminal = isatty(descriptor) == 1
        // https://no-color.org; TERM=dumb cannot do it.
        let usesColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return OutputStream(isTerminal: isTerminal, width: isTerminal ? columns(of: descriptor) : nil, usesColour: usesColour) {
            bytes throws(WriteFailure) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written > 0 {
                    rest.removeFirst(written)
                } else if errno != EINTR {
                    throw WriteFailure(number: errno)
                }
            }
        }
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
