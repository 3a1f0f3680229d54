internal import Synchronization

/// Where something waits until a test lets it go on, and where the test waits until something has come: tests order what is concurrent
/// by gates, never by sleeping.
package final class FakeGate: Sendable {
    // A class because both sides share it; its state is behind the mutex.
    private struct State {
        var isOpen = false
        var permits = 0
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// How many have come in all.
    package var arrivals: Int { state.withLock { $0.arrived } }

    package func pass() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.arrived += 1
                let seen = state.watchers.filter { $0.count <= state.arrived }.map(\.continuation)
                state.watchers.removeAll { $0.count <= state.arrived }
                if state.isOpen { return seen + [continuation] }
                if state.permits > 0 {
                    state.permits -= 1
                    return seen + [continuation]
                }
                state.waiting.append(continuation)
                return seen
            }
            for continuation in ready { continuation.resume() }
        }
    }

    /// Returns when so many have come in all.
    package func arrival(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrived >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets one go on, who came first, or the next one to come.
    package func release() {
        let first = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.permits += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        first?.resume()
    }

    /// Lets everyone go on, now and later.
    package func open() {
        let all = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in all { continuation.resume() }
    }
}
