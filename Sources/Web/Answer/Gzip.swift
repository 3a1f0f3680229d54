internal import HTTPTypes
internal import Hummingbird
internal import CZlib

/// Packs an answer (RFC 1952), with the system's zlib.
enum Gzip {
    /// 15 is zlib's largest window; 16 more ask for gzip's frame (zlib.h, deflateInit2).
    private static let windowBits: Int32 = 15 + 16
    /// Of nine; the usual six takes twice the time for two parts in a hundred.
    private static let level: Int32 = 4
    private static let memory: Int32 = 8

    /// nil when zlib has no memory, or when nothing would be gained.
    static func pack(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count < Int(UInt32.max) else { return nil }
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, level, Z_DEFLATED, windowBits, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var source = bytes
        // What does not fit has not become smaller, and is sent as it is.
        let packed = source.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? output.count - Int(stream.avail_out) : 0
            }
        }
        return packed.isEmpty ? nil : packed
    }
}

extension Request {
    package var takesGzip: Bool {
        headers[values: .acceptEncoding].contains { field in
            field.split(separator: ",").contains { part in
                let words = part.filter { $0 != " " }.lowercased()
                return words == "gzip" || words == "*" || words.hasPrefix("gzip;q=") && !["gzip;q=0", "gzip;q=0.0"].contains(words)
            }
        }
    }
}
