internal import Dispatch
internal import Foundation
internal import Synchronization

/// Threads that ask the database, each with a connection of its own: none of libpq's waiting is done on Swift's few.
///
/// A class because its callers and its threads share it; what changes is behind the lock.
final class Crew: Sendable {
    typealias Job = @Sendable (inout PostgresConnection?) -> Void

    private struct State {
        var waiting: [Job] = []
        var threads = 0
        var idle = 0
        var isClosed = false
        var finish: [@Sendable () -> Void] = []
    }

    private let most: Int
    private let name: String
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    init(_ name: String, most: Int) {
        self.name = name
        self.most = most
    }

    /// False once it is closed.
    func add(_ job: @escaping Job) -> Bool {
        let (isTaken, needsThread) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.waiting.append(job)
            let needsThread = state.waiting.count > state.idle && state.threads < most
            if needsThread { state.threads += 1 }
            return (true, needsThread)
        }
        guard isTaken else { return false }
        if needsThread { start() }
        bell.signal()
        return true
    }

    private func start() {
        let thread = Thread { [self] in
            var connection: PostgresConnection?
            while let job = next() { job(&connection) }
            connection = nil
            leave()
        }
        thread.name = name
        thread.start()
    }

    private func next() -> Job? {
        state.withLock { $0.idle += 1 }
        bell.wait()
        return state.withLock { state in
            state.idle -= 1
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
    }

    private func leave() {
        let finish = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [@Sendable () -> Void]() }
            defer { state.finish = [] }
            return state.finish
        }
        for tell in finish { tell() }
    }

    /// What waits is still done; returns when all threads have let go of their connections.
    func close() async {
        await withCheckedContinuation { done in
            let threads = state.withLock { state in
                state.isClosed = true
                if state.threads > 0 { state.finish.append { done.resume() } }
                return state.threads
            }
            if threads == 0 { done.resume() }
            for _ in 0..<threads { bell.signal() }
        }
    }
}
