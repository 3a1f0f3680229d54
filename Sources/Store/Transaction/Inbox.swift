internal import Dispatch
internal import Synchronization

/// Hands the waiting writes to the writer's thread, in their order. Its length is bounded by its callers: each waits for its own answer.
///
/// A class because its callers and the thread share it; what changes is behind the lock.
final class Inbox: Sendable {
    private struct State {
        var waiting: [Writer.Job] = []
        var isClosed = false
        var isThrough = false
        var finish: [@Sendable () -> Void] = []
    }

    /// More would keep the first caller waiting for the last; fewer would flush more often. A chunk is 256 KiB, so 4 MiB are 16 of them.
    static let largestBatch = 64
    static let mostContent = 4 * 1024 * 1024
    /// Milliseconds that a write which nobody hurries for waits for company: a message that comes next takes it along, and both cost one flush. A crash meanwhile
    /// makes `unknown` what left within them, so they are few beside what a provider takes.
    static let patience = 4
    /// So many are company enough.
    static let company = 4

    private let state = Mutex(State())
    /// The writer's thread sleeps on it while there is nothing to do. It is rung when that changes, so no more often than the thread can have gone to sleep.
    private let bell = DispatchSemaphore(value: 0)

    /// False once it is closed.
    func add(_ job: Writer.Job) -> Bool {
        let (isTaken, isNews) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            let (wasEmpty, waited) = (state.waiting.isEmpty, Self.isPatient(state))
            state.waiting.append(job)
            // Whoever waits for company is woken by it alone.
            return (true, wasEmpty || waited && !Self.isPatient(state))
        }
        if isNews { bell.signal() }
        return isTaken
    }

    /// Blocks until there is something to do; nil when closed and empty.
    func next() -> [Writer.Job]? {
        while true {
            let (batch, isForCompany) = state.withLock { state in
                Self.isPatient(state) ? (nil, true) : (Self.batch(of: &state), false)
            }
            if let batch { return batch }
            if isForCompany {
                if bell.wait(timeout: .now() + .milliseconds(Self.patience)) == .timedOut,
                    let batch = state.withLock({ Self.batch(of: &$0) })
                {
                    return batch
                }
                continue
            }
            if let finish = state.withLock({ Self.end(&$0) }) {
                for tell in finish { tell() }
                return nil
            }
            bell.wait()
        }
    }

    /// Those that wait, none of which was begun.
    func takeAll() -> [Writer.Job] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private static func isPatient(_ state: State) -> Bool {
        !state.isClosed && (1..<company).contains(state.waiting.count) && state.waiting.allSatisfy(\.isPatient)
    }

    private static func batch(of state: inout State) -> [Writer.Job]? {
        guard !state.waiting.isEmpty else { return nil }
        var count = 0
        var size = 0
        while count < min(state.waiting.count, largestBatch), count == 0 || size + state.waiting[count].size <= mostContent {
            size += state.waiting[count].size
            count += 1
        }
        defer { state.waiting.removeFirst(count) }
        return Array(state.waiting.prefix(count))
    }

    /// Who is to be told that everything is written; nil: it is not.
    private static func end(_ state: inout State) -> [@Sendable () -> Void]? {
        guard state.isClosed, state.waiting.isEmpty else { return nil }
        state.isThrough = true
        defer { state.finish = [] }
        return state.finish
    }

    func close(_ tell: @escaping @Sendable () -> Void) {
        let wasThrough = state.withLock { state in
            state.isClosed = true
            if !state.isThrough { state.finish.append(tell) }
            return state.isThrough
        }
        bell.signal()
        if wasThrough { tell() }
    }
}
