internal import Synchronization

/// The body of one transmission, read from the spool while it leaves. Another run may have taken the message over and be done with it, and its body is gone then:
/// what is left of a message is none, so a body that ends too early is a failure of ours.
///
/// A class because its closure counts what has been read; the count is behind the mutex.
final class OutgoingBody: Sendable {
    private let message: SpoolID
    private let size: Int
    private let spool: any Spool
    private let atHand: [UInt8]?
    private let read = Mutex(0)

    /// `atHand`: all of it, where it was kept in memory.
    init(_ message: SpoolID, size: Int, in spool: any Spool, atHand: [UInt8]?) {
        self.atHand = atHand
        self.message = message
        self.size = size
        self.spool = spool
    }

    /// From the first on, in order.
    @Sendable func piece(_ number: Int) async throws(StoreFailure) -> [UInt8]? {
        if let atHand { return number == 0 && !atHand.isEmpty ? atHand : nil }
        let piece = try await spool.chunk(number, of: message)
        let read = read.withLock { read in
            read = (number == 0 ? 0 : read) + (piece?.count ?? 0)
            return read
        }
        guard piece != nil || read == size else { throw .notFound("rest of the body of \(message) any more") }
        return piece
    }
}
