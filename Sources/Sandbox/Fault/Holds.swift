internal import NIOCore
internal import Synchronization

/// The clients that a `stall` keeps waiting, until somebody releases them or the sandbox stops.
final class Holds: Sendable {
    private struct Waiting {
        var promises: [EventLoopPromise<Void>] = []
        var isClosed = false
    }

    private let waiting = Mutex(Waiting())

    var count: Int { waiting.withLock { $0.promises.count } }

    func hold(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isClosed = waiting.withLock { waiting in
            if !waiting.isClosed { waiting.promises.append(promise) }
            return waiting.isClosed
        }
        if isClosed { promise.succeed() }
        return promise.futureResult
    }

    func release() {
        let promises = waiting.withLock { waiting in
            defer { waiting.promises = [] }
            return waiting.promises
        }
        for promise in promises { promise.succeed() }
    }

    /// From now on nobody is held: a stopping server must not wait for its own stalls.
    func close() {
        waiting.withLock { $0.isClosed = true }
        release()
    }
}
