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

    @inline(__always)
    static func byte(_ span: RawSpan, at index: Int) -> UInt8 {
        span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }
}
