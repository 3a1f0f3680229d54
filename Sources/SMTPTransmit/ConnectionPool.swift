internal import Relay
internal import Synchronization

/// Where connections are counted: a provider counts them by mailbox, whatever token opens it.
struct Place: Sendable, Hashable {
    let endpoint: MailEndpoint
    let login: String
}

/// Everything that a connection was opened with. Another token or another trust is another connection, even for the same login: a
/// connection speaks with the rights of the token it was opened with.
struct SignInKey: Sendable {
    let place: Place
    let token: Secret
    let trustedCertificates: String?

    func opensSame(as other: SignInKey) -> Bool {
        place == other.place && trustedCertificates == other.trustedCertificates && token.reveal() == other.token.reveal()
    }
}

/// Keeps signed-in connections for the next message, and no more of them for one login than its provider allows; who finds no place waits,
/// first come, first served. A wait ends because each use of a connection is bounded by the limits of its phases.
///
/// A class with a lock and not an actor: cancelled waiters must leave the queue, and closed connections their place, at once.
final class ConnectionPool: Sendable {
    enum Lease: Sendable {
        case kept(SubmissionConnection)
        /// To be opened by the caller, who has the place; `replacing` a kept one that a former token opened.
        case new(replacing: SubmissionConnection?)
    }

    private struct Waiter {
        let number: Int
        let key: SignInKey
        let continuation: CheckedContinuation<Result<Lease, TransmitFailure>, Never>
    }

    private struct Connections {
        var busy = 0
        var idle: [SubmissionConnection] = []
        var waiters: [Waiter] = []
        var isUnused: Bool { busy == 0 && idle.isEmpty && waiters.isEmpty }
    }

    private struct State {
        var places: [Place: Connections] = [:]
        var nextWaiter = 0
        /// Cancelled before they stood in the queue.
        var cancelledEarly: Set<Int> = []
        var isShut = false
    }

    private let perPlace: Int
    private let state = Mutex(State())

    init(perPlace: Int) {
        self.perPlace = max(1, perPlace)
    }

    /// A place for one message; every lease is ended by `giveBack`.
    func lease(_ key: SignInKey) async throws(TransmitFailure) -> Lease {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(Waiter(number: number, key: key, continuation: $0)) }
        } onCancel: {
            cancel(number, at: key.place)
        }
        state.withLock { _ = $0.cancelledEarly.remove(number) }
        return try result.get()
    }

    /// Ends a lease. `connection` is kept for the next message; nil: there is none to keep.
    func giveBack(_ connection: SubmissionConnection?, at place: Place) {
        let (served, leaving) = state.withLock { state -> ((Waiter, Lease)?, SubmissionConnection?) in
            state.places[place, default: Connections()].busy -= 1
            let keeps = !state.isShut && connection?.isActive == true
            if keeps, let connection { state.places[place]?.idle.append(connection) }
            return (serveNext(&state, place), keeps ? nil : connection)
        }
        if let (waiter, lease) = served { waiter.continuation.resume(returning: .success(lease)) }
        if let leaving { Task { await leaving.quit() } }
    }

    /// A kept connection was closed, by the server or by its idle limit.
    func forget(_ connection: SubmissionConnection) {
        let place = connection.key.place
        let served = state.withLock { state -> (Waiter, Lease)? in
            state.places[place]?.idle.removeAll { $0.id == connection.id }
            return serveNext(&state, place)
        }
        if let (waiter, lease) = served { waiter.continuation.resume(returning: .success(lease)) }
    }

    /// No more leases. Answers the connections that were kept; those in use end with their message.
    func shut() -> [SubmissionConnection] {
        let (waiters, idle) = state.withLock { state in
            state.isShut = true
            let waiters = state.places.values.flatMap(\.waiters)
            let idle = state.places.values.flatMap(\.idle)
            for place in state.places.keys {
                state.places[place]?.waiters = []
                state.places[place]?.idle = []
            }
            return (waiters, idle)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(Self.stopped)) }
        return idle
    }

    private static let stopped = TransmitFailure(stage: .connect, cause: .ours("the service is stopping"))
    private static let cancelled = TransmitFailure(stage: .connect, cause: .ours("the sending was cancelled"))

    private func enqueue(_ waiter: Waiter) {
        let result = state.withLock { state -> Result<Lease, TransmitFailure>? in
            if state.isShut { return .failure(Self.stopped) }
            if state.cancelledEarly.contains(waiter.number) { return .failure(Self.cancelled) }
            let place = waiter.key.place
            if state.places[place, default: Connections()].waiters.isEmpty, let lease = take(&state, waiter.key) { return .success(lease) }
            state.places[place]?.waiters.append(waiter)
            return nil
        }
        if let result { waiter.continuation.resume(returning: result) }
    }

    private func cancel(_ number: Int, at place: Place) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.places[place]?.waiters.firstIndex(where: { $0.number == number }) else {
                state.cancelledEarly.insert(number)  // not there yet, or served already; `lease` forgets it
                return nil
            }
            return state.places[place]?.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: .failure(Self.cancelled))
    }

    private func serveNext(_ state: inout State, _ place: Place) -> (Waiter, Lease)? {
        defer { if state.places[place]?.isUnused == true { state.places[place] = nil } }
        guard let waiter = state.places[place]?.waiters.first, let lease = take(&state, waiter.key) else { return nil }
        state.places[place]?.waiters.removeFirst()
        return (waiter, lease)
    }

    /// A connection of the same key, one at hand before others, the latest first, since it is the least likely to have been closed; else a place for a new one.
    private func take(_ state: inout State, _ key: SignInKey) -> Lease? {
        var connections = state.places[key.place] ?? Connections()
        let lease: Lease
        let atHand = connections.idle.lastIndex { $0.isAtHand && $0.key.opensSame(as: key) }
        if let index = atHand ?? connections.idle.lastIndex(where: { $0.key.opensSame(as: key) }) {
            lease = .kept(connections.idle.remove(at: index))
        } else if let index = connections.idle.indices.first {
            lease = .new(replacing: connections.idle.remove(at: index))
        } else if connections.busy < perPlace {
            lease = .new(replacing: nil)
        } else {
            return nil
        }
        connections.busy += 1
        state.places[key.place] = connections
        return lease
    }
}
