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

    /// The content of a message that is in memory: it goes out with the server's word, without a way to a task and back.
    struct Whole: Sendable {
        let buffer: ByteBuffer
        let hasEightBit: Bool

        /// nil: its body comes in pieces, or is not what it should be, which is told where it is asked for.
        init?(_ message: OutgoingMessage, _ allocator: ByteBufferAllocator) {
            guard let body = message.wholeBody, body.count == message.bodySize else { return nil }
            var stream = ContentStream(message, takesEightBit: true, allocator: allocator)
            buffer = stream.first(body)
            hasEightBit = buffer.readableBytesView.contains { $0 >= 0x80 }
        }
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
        return (isFirst ? first(bytes) : more(bytes), hasEnded)
    }

    private mutating func first(_ bytes: [UInt8]) -> ByteBuffer {
        // Room for the header, a few doubled dots, and what ends the content.
        var buffer = allocator.buffer(capacity: message.header.count + bytes.count + 64)
        write(message.header, to: &buffer)
        write([0x0D, 0x0A], to: &buffer)
        add(bytes, to: &buffer)
        return buffer
    }

    private mutating func more(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: bytes.count + 64)
        add(bytes, to: &buffer)
        return buffer
    }

    private mutating func add(_ bytes: [UInt8], to buffer: inout ByteBuffer) {
        write(bytes, to: &buffer)
        left -= bytes.count
        guard left == 0 else { return }
        buffer.writeBytes(stuffing.ending)
        hasEnded = true
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
