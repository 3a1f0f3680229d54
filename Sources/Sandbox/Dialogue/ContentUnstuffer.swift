internal import Foundation

/// Takes the transparency dots out of DATA's content and finds its end: CRLF.CRLF and nothing else (RFC 5321, 4.5.2).
///
/// A bare LF or CR ends no line, so `LF . CRLF` and its kin are content; they are how messages are smuggled past laxer readers.
/// A dot after a true CRLF is taken away unless CRLF follows. The state survives any split of the input.
struct ContentUnstuffer: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case lineStart
        /// A dot at the start of a line, not yet known to be the last.
        case dot
        case dotCR
        case inLine
        case cr
    }

    private var state = State.lineStart
    /// Octets of content, also those beyond the limit.
    private(set) var octets = 0

    /// Appends what is content to `content`, but no more than `limit` in all; returns how many bytes were used, and whether the end is reached.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, into content: inout [UInt8], limit: Int) -> (used: Int, isEnd: Bool) {
        var start = 0  // of the run that is content and not yet appended
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch state {
            case .lineStart where byte == UInt8(ascii: "."):
                keep(bytes[start..<index], in: &content, limit: limit)
                start = index + 1
                state = .dot
            case .dot where byte == UInt8(ascii: "\r"):
                // Held back: part of the end, or content.
                start = index + 1
                state = .dotCR
            case .dotCR where byte == UInt8(ascii: "\n"):
                return (index + 1, true)
            case .dotCR:
                octets += 1
                if content.count < limit { content.append(UInt8(ascii: "\r")) }
                start = index
                state = byte == UInt8(ascii: "\r") ? .cr : .inLine
            case .cr where byte == UInt8(ascii: "\n"):
                state = .lineStart
            case .lineStart, .dot, .inLine, .cr:
                if byte == UInt8(ascii: "\r") {
                    state = .cr
                } else {
                    state = .inLine
                    index = Self.nextCR(bytes, after: index) - 1
                }
            }
            index += 1
        }
        keep(bytes[min(start, bytes.count)...], in: &content, limit: limit)
        return (bytes.count, false)
    }

    private mutating func keep(_ run: Slice<UnsafeRawBufferPointer>, in content: inout [UInt8], limit: Int) {
        guard !run.isEmpty else { return }
        octets += run.count
        content.append(contentsOf: UnsafeRawBufferPointer(rebasing: run.prefix(max(0, limit - content.count))))
    }

    private static func nextCR(_ bytes: UnsafeRawBufferPointer, after index: Int) -> Int {
        guard let base = bytes.baseAddress, let found = memchr(base + index, 0x0D, bytes.count - index) else { return bytes.count }
        return UnsafeRawPointer(found) - base
    }
}
