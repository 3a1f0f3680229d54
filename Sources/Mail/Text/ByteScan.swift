#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Finds a byte with `memchr`: the one place where Mail steps outside checked memory, and the one that calls the C library.
enum ByteScan {
    /// The first `byte` in `span[range]`. Traps, as any subscript does, when the range is not within the span.
    @inline(__always)
    static func first(_ byte: UInt8, in span: RawSpan, _ range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= span.byteCount, "a scan outside its bytes")
        guard !range.isEmpty else { return nil }
        return span.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, let hit = memchr(base + range.lowerBound, Int32(byte), range.count) else { return nil }
            return UnsafeRawPointer(hit) - base
        }
    }

    /// Whether `span[range]` is made of whole lines: it ends with a line end, each CR and LF belongs to one, and there is no NUL.
    /// Without a branch for each byte, so that the compiler takes many at once.
    static func isLines(_ span: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return true }
        return span.extracting(range).withUnsafeBufferPointer { bytes in
            guard bytes[0] != 0, bytes[0] != 0x0A, bytes[bytes.count - 1] == 0x0A else { return false }
            var odd: UInt8 = 0
            var index = 1
            while index < bytes.count {
                // Unchecked sums: a trap for each byte would be such a branch.
                let isNUL: UInt8 = bytes[index] == 0 ? 1 : 0
                let isLineFeed: UInt8 = bytes[index] == 0x0A ? 1 : 0
                let isBehindReturn: UInt8 = bytes[index &- 1] == 0x0D ? 1 : 0
                odd |= isNUL | (isLineFeed ^ isBehindReturn)
                index &+= 1
            }
            return odd == 0
        }
    }

    @inline(__always)
    static func byte(_ span: RawSpan, at index: Int) -> UInt8 {
        span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }
}
