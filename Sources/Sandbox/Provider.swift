internal import NIOCore
internal import Synchronization

/// The provider's state behind one lock, shared by its doors. A class and a lock, not an actor: event loops must have their answer at once.
final class Provider: Sendable {
    private struct Waiter: Sendable {
        var id: Int
        var condition: @Sendable (Record) -> Bool
        var continuation: CheckedContinuation<Record, Never>
    }

    private struct Waiters: Sendable {
        var next = 0
        var all: [Waiter] = []
        /// Cancelled before they came to wait.
        var cancelled: Set<Int> = []
    }

    let clock: @Sendable () -> Double
    let holds = Holds()
    private let state: Mutex<ProviderState>
    private let waiters = Mutex(Waiters())

    init(_ state: ProviderState, clock: @escaping @Sendable () -> Double) {
        self.state = Mutex(state)
        self.clock = clock
    }

    /// Looks or changes, with the time of now; whoever waits for the record to come so far goes on.
    func with<T: Sendable>(_ body: @Sendable (inout ProviderState, Double) -> T) -> T {
        let now = clock()
        let result = state.withLock { body(&$0, now) }
        settleWaiters()
        return result
    }

    var record: Record { state.withLock { $0.record } }

    /// The record as soon as it fulfils the condition; as it is, if the task is cancelled first.
    func record(until condition: @escaping @Sendable (Record) -> Bool) async -> Record {
        let id = waiters.withLock { waiters in
            waiters.next += 1
            return waiters.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = waiters.withLock { waiters in
                    if waiters.cancelled.remove(id) != nil { return true }
                    waiters.all.append(Waiter(id: id, condition: condition, continuation: continuation))
                    return false
                }
                if isCancelled { continuation.resume(returning: record) } else { settleWaiters() }
            }
        } onCancel: {
            let waiter = waiters.withLock { waiters -> Waiter? in
                if let index = waiters.all.firstIndex(where: { $0.id == id }) { return waiters.all.remove(at: index) }
                waiters.cancelled.insert(id)
                return nil
            }
            waiter?.continuation.resume(returning: record)
        }
    }

    private func settleWaiters() {
        let isAnyoneWaiting = waiters.withLock { !$0.all.isEmpty }
        guard isAnyoneWaiting else { return }
        let record = self.record
        let ready = waiters.withLock { waiters in
            let ready = waiters.all.filter { $0.condition(record) }
            waiters.all.removeAll { waiter in ready.contains { $0.id == waiter.id } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: record) }
    }
}
