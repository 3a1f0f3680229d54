package import Hummingbird
package import NIOCore
package import struct FoundationEssentials.Date

/// Reads what a request carries, no more than there may be and no longer than it may take: who sends an octet a minute holds nobody up but himself.
package struct BodyReader: Sendable {
    private let body: RequestBody
    private let now: @Sendable () -> Date
    /// Seconds that a body may take beside what its size grants. Looked at with each piece: who sends none at all meets the connection's own limit, so those who
    /// send everything at once wait for no clock.
    private static let patience = 60.0
    /// Octets a second: less than that is no honest line.
    private static let slowest = 8192.0

    package init(_ body: RequestBody, now: @escaping @Sendable () -> Date) {
        self.body = body
        self.now = now
    }

    /// The pieces, for as long as they come, of a body that has no more octets than `limit`.
    package func each(limit: Int = .max, _ use: (ByteBufferView) async throws -> Void) async throws {
        let start = now()
        var received = 0
        var pieces = body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do { piece = try await pieces.next() } catch { throw Problem(.badRequest, "the body broke off: nothing was kept") }
            guard let piece else { return }
            received += piece.readableBytes
            guard received <= limit else {
                throw Problem(.tooLarge, "the body has more than \(limit) octets", fix: "send it in parts")
            }
            guard now().timeIntervalSince(start) < Self.patience + Double(received) / Self.slowest else {
                throw Problem(.slow, "the body arrives too slowly: nothing was kept")
            }
            try await use(piece.readableBytesView)
        }
    }

    /// All of it, where it has no more octets than `limit`.
    package func collect(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await each(limit: limit) { bytes.append(contentsOf: $0) }
        return bytes
    }
}
