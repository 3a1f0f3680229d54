internal import Synchronization

/// Tells a folder's loop to end after the file under way. Not the task's cancellation: that would end a file in the middle.
final class PickupStop: Sendable {
    private struct State {
        var isRequested = false
        var waiting: Task<Void, Never>?
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }

    func request() {
        let waiting = state.withLock { state in
            state.isRequested = true
            return state.waiting
        }
        waiting?.cancel()
    }

    /// So many seconds, or until it is requested.
    func wait(_ seconds: Double, _ wait: @escaping @Sendable (_ seconds: Double) async -> Void) async {
        let task = Task { await wait(seconds) }
        let isRequested = state.withLock { state in
            state.waiting = task
            return state.isRequested
        }
        if isRequested { task.cancel() }
        await task.value
    }
}
