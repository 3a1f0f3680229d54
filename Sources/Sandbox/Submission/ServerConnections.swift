internal import NIOCore
internal import Synchronization

/// The open connections of a server, so that stopping leaves none behind.
final class ServerConnections: Sendable {
    private struct Open {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let open = Mutex(Open())

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isTooLate = open.withLock { open in
            if !open.isClosed { open.channels[id] = channel }
            return open.isClosed
        }
        guard !isTooLate else { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in self.open.withLock { _ = $0.channels.removeValue(forKey: id) } }
    }

    func closeAll() async {
        let channels = open.withLock { open in
            open.isClosed = true
            return Array(open.channels.values)
        }
        for channel in channels {
            channel.close(promise: nil)
            // The future of closing never fails in NIO; an error here would still mean that it is closed.
            _ = try? await channel.closeFuture.get()
        }
    }
}
