internal import Glibc

/// Where text goes, and whether a person is looking.
struct OutputStream: Sendable {
    var isTerminal: Bool
    /// Columns of the terminal; nil where nobody counts them.
    var width: Int?
    var usesColour: Bool
    private let put: @Sendable ([UInt8]) -> Void

    init(isTerminal: Bool = false, width: Int? = nil, usesColour: Bool = false, put: @escaping @Sendable ([UInt8]) -> Void) {
        self.isTerminal = isTerminal
        self.width = width
        self.usesColour = usesColour
        self.put = put
    }

    func write(_ text: String) { put(Array(text.utf8)) }
    func write(_ bytes: [UInt8]) { put(bytes) }

    /// Writes straight through: a buffer would be lost in a crash. A reader who has gone away ends us with SIGPIPE, as usual in a pipe.
    static func file(_ descriptor: Int32, _ environment: [String: String]) -> OutputStream {
        let isTerminal = isatty(descriptor) == 1
        // https://no-color.org; TERM=dumb cannot do it.
        let usesColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return OutputStream(isTerminal: isTerminal, width: isTerminal ? columns(of: descriptor) : nil, usesColour: usesColour) { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written > 0 {
                    rest.removeFirst(written)
                } else if errno != EINTR {
                    return  // nobody can be told that nobody can be told
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
