internal import Synchronization
package import struct FoundationEssentials.Date

/// A clock that stands still until a test moves it. Who waits on it is woken when it has been moved far enough, or when cancelled.
package final class FakeClock: Sendable {
    // A class because everyone shares it; its state is behind the mutex.
    private struct Sleeper {
        let id: Int
        let seconds: Double
        let wakes: Date
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Date
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var watchers: [(seconds: ClosedRange<Double>, continuation: CheckedContinuation<Void, Never>)] = []
        var flies = false
        var waits: [Double] = []
    }

    private let state: Mutex<State>

    package init(_ now: Date = Date(timeIntervalSince1970: 1_800_000_000)) { state = Mutex(State(now: now)) }

    package var now: Date { state.withLock { $0.now } }
    /// Every wait that was asked for.
    package var waits: [Double] { state.withLock { $0.waits } }

    /// From now on whoever waits moves the clock himself and goes on at once.
    package func fly() { state.withLock { $0.flies = true } }

    package func advance(by seconds: Double) {
        let ready = state.withLock { state in
            state.now = state.now.addingTimeInterval(seconds)
            let now = state.now
            defer { state.sleepers.removeAll { $0.wakes <= now } }
            return state.sleepers.filter { $0.wakes <= now }.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    @Sendable package func wait(_ seconds: Double) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                for ready in register(id, seconds, continuation) { ready.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume()
        }
    }

    /// Returns when somebody waits for about so many seconds.
    package func sleeper(_ seconds: ClosedRange<Double>) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.contains(where: { seconds.contains($0.seconds) }) { return true }
                state.watchers.append((seconds, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func register(_ id: Int, _ seconds: Double, _ continuation: CheckedContinuation<Void, Never>) -> [CheckedContinuation<
        Void, Never
    >] {
        state.withLock { state in
            state.waits.append(seconds)
            if state.cancelled.contains(id) { return [continuation] }
            if state.flies {
                state.now = state.now.addingTimeInterval(seconds)
                return [continuation]
            }
            state.sleepers.append(
                Sleeper(id: id, seconds: seconds, wakes: state.now.addingTimeInterval(seconds), continuation: continuation))
            defer { state.watchers.removeAll { $0.seconds.contains(seconds) } }
            return state.watchers.filter { $0.seconds.contains(seconds) }.map(\.continuation)
        }
    }
}
