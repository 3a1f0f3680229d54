internal import NIOCore
internal import Relay

/// The content as it goes over the wire, buffer by buffer: header, empty line, the body's pieces as they are fetched, dots doubled, the final
/// dot. A message of one piece is one buffer, and so one write.
///
/// The stored size is held to: a body that turns out shorter or longer is our own fault, and the dot is never sent behind it, so that the
/// server drops what it has. In the same way it ends at the first octet that a server of seven bits would mangle (RFC 6152 section 3).
struct ContentStream {
    /// Why there is no more, short of the end.
    enum Break: Error {
        case body(String)
        case eightBit
    }

    private let message: OutgoingMessage
    private let allocator: ByteBufferAllocator
    private let takesEightBit: Bool
    private var stuffing = DotStuffing()
    private var left: Int
    private var piece = 0
    private var hasEnded = false

    init(_ message: OutgoingMessage, takesEightBit: Bool, allocator: ByteBufferAllocator) {
        self.message = message
        self.takesEightBit = takesEightBit
        self.allocator = allocator
        left = message.bodySize
    }

    /// The next buffer, or nil behind the last.
    mutating func next() async throws(Break) -> (ByteBuffer, isLast: Bool)? {
        guard !hasEnded else { return nil }
        let isFirst = piece == 0
        let bytes = left > 0 ? try await fetch() : []
        guard takesEightBit || !(hasEightBit(bytes) || isFirst && hasEightBit(message.header)) else { throw .eightBit }
        // Room for the header, a few doubled dots, and what ends the content.
        var buffer = allocator.buffer(capacity: bytes.count + (isFirst ? message.header.count + 2 : 0) + 64)
        if isFirst {
            write(message.header, to: &buffer)
            write([0x0D, 0x0A], to: &buffer)
        }
        write(bytes, to: &buffer)
        if left == 0 {
            buffer.writeBytes(stuffing.ending)
            hasEnded = true
        }
        return (buffer, hasEnded)
    }

    private func hasEightBit(_ bytes: [UInt8]) -> Bool { bytes.contains { $0 >= 0x80 } }

    private mutating func fetch() async throws(Break) -> [UInt8] {
        let bytes: [UInt8]?
        do {
            bytes = try await message.body(piece)
        } catch {
            throw .body("the body could not be read: \(error)")
        }
        guard let bytes, !bytes.isEmpty else { throw .body("the body ends \(left) octets before its stored size") }
        guard bytes.count <= left else { throw .body("the body goes on behind its stored size of \(message.bodySize) octets") }
        left -= bytes.count
        piece += 1
        return bytes
    }

    private mutating func write(_ bytes: [UInt8], to buffer: inout ByteBuffer) {
        var from = 0
        for dot in stuffing.dots(in: bytes) {
            buffer.writeBytes(bytes[from..<dot])
            buffer.writeInteger(UInt8(ascii: "."))
            from = dot
        }
        buffer.writeBytes(bytes[from...])
    }
}
