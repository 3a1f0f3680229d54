internal import NIOCore
internal import Relay

/// The content as it goes over the wire, buffer by buffer: header, empty line, the body's pieces as they are fetched, dots doubled, the final
/// dot. A message of one piece is one buffer, and so one write.
///
/// The stored size is held to: a body that turns out shorter or longer is our own fault, and the dot is never sent behind it, so that the
/// server drops what it has.
struct ContentStream {
    struct Shortage: Error {
        let text: String
    }

    private let message: OutgoingMessage
    private let allocator: ByteBufferAllocator
    private var stuffing = DotStuffing()
    private var left: Int
    private var piece = 0
    private var hasEnded = false

    init(_ message: OutgoingMessage, allocator: ByteBufferAllocator) {
        self.message = message
        self.allocator = allocator
        left = message.bodySize
    }

    /// The next buffer, or nil behind the last.
    mutating func next() async throws(Shortage) -> (ByteBuffer, isLast: Bool)? {
        guard !hasEnded else { return nil }
        let isFirst = piece == 0
        let bytes = left > 0 ? try await fetch() : []
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

    private mutating func fetch() async throws(Shortage) -> [UInt8] {
        let bytes: [UInt8]?
        do {
            bytes = try await message.body(piece)
        } catch {
            throw Shortage(text: "the body could not be read: \(error)")
        }
        guard let bytes, !bytes.isEmpty else { throw Shortage(text: "the body ends \(left) octets before its stored size") }
        guard bytes.count <= left else { throw Shortage(text: "the body goes on behind its stored size of \(message.bodySize) octets") }
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
