internal import CCurl
internal import Synchronization

/// Says whether a request was given up. It exists before the request is handed over, so a cancel that comes first is not lost.
final class CurlTicket: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .acquiring) }
    func cancel() { flag.store(true, ordering: .releasing) }
}

/// Who waits for an answer. Each is answered exactly once: by the thread while it runs, by the inbox once it is closed.
struct CurlAsker: Sendable {
    let ticket: CurlTicket
    let continuation: CheckedContinuation<Result<HTTPResponse, CurlFailure>, Never>

    func answer(_ result: Result<HTTPResponse, CurlFailure>) { continuation.resume(returning: result) }
}

struct CurlOrder: Sendable {
    let request: HTTPRequest
    let asker: CurlAsker
}

/// The only way from other threads to the one that owns the multi: what is put in here is taken out there, in the order add, cancel, stop.
final class CurlInbox: Sendable {
    struct Work {
        var orders: [CurlOrder] = []
        var cancelled: [CurlTicket] = []
        var isStopping = false
    }

    private struct State {
        var work = Work()
        var isClosed = false
        var waitingForTheEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// Unsafe, because a pointer is nobody's to share by itself. Invariant, kept by `close`: the multi is alive while `isClosed` is false.
    /// curl_multi_wakeup is the one call libcurl allows from any thread, and the only one made with this pointer, under the lock.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let state = Mutex(State())

    init(waking multi: UnsafeMutableRawPointer) { self.multi = multi }

    func add(_ order: CurlOrder) {
        let isTaken = change { $0.work.orders.append(order) }
        if !isTaken { order.asker.answer(.failure(.stopped)) }
    }

    /// An order that is not there yet sees its ticket when it comes.
    func cancel(_ ticket: CurlTicket) {
        ticket.cancel()
        _ = change { $0.work.cancelled.append(ticket) }
    }

    func stop() { _ = change { $0.work.isStopping = true } }

    /// Returns when the thread holds nothing any more.
    func stopped() async {
        await withCheckedContinuation { continuation in
            let isTaken = change {
                $0.work.isStopping = true
                $0.waitingForTheEnd.append(continuation)
            }
            if !isTaken { continuation.resume() }
        }
    }

    func take() -> Work {
        state.withLock { state in
            let work = state.work
            state.work = Work(isStopping: work.isStopping)
            return work
        }
    }

    /// From here on the multi may go: nobody rings any more, and what still comes is answered at once.
    func close() -> (orders: [CurlOrder], waiting: [CheckedContinuation<Void, Never>]) {
        state.withLock { state in
            state.isClosed = true
            defer {
                state.work = Work(isStopping: true)
                state.waitingForTheEnd = []
            }
            return (state.work.orders, state.waitingForTheEnd)
        }
    }

    /// The ring is inside the lock, so it cannot reach a multi that `close` has released.
    private func change(_ edit: (inout State) -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            edit(&state)
            curl_multi_wakeup(multi)
            return true
        }
    }
}
