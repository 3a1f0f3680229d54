internal import NIOCore
internal import Synchronization

/// The open connections of a server, so that stopping leaves none behind.
final class ServerConnections: Sendable {
    private struct Open {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let open = Mutex(Open())

    /// Adding one that is there already changes nothing.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let (isTooLate, isNew) = open.withLock { open in
            if open.isClosed { return (true, false) }
            return (false, open.channels.updateValue(channel, forKey: id) == nil)
        }
        guard !isTooLate else { return channel.close(promise: nil) }
        guard isNew else { return }
        channel.closeFuture.whenComplete { _ in self.open.withLock { _ = $0.channels.removeValue(forKey: id) } }
    }

    /// Ends each in the given way, and returns when all are closed.
    func closeAll(_ end: (any Channel) async throws -> Void) async {
        let channels = open.withLock { open in
            open.isClosed = true
            return Array(open.channels.values)
        }
        for channel in channels {
            do {
                try await end(channel)
                try await channel.closeFuture.get()
            } catch {
                // It went before we came; what is wanted is that it is closed.
                channel.close(promise: nil)
            }
        }
    }
}
