internal import Mail
package import Relay
internal import Synchronization
package import struct FoundationEssentials.Date

/// A store as one run of one node meets it: it takes its time, it may be busy, full or gone, it may do what it was asked and say that it did not, and whoever has
/// been killed gets nothing more from it and changes nothing in it. What was done is noted in the ledger.
package struct WorldStore: Sendable {
    let base: MemoryStore
    let life: Life
    let world: World
    let ledger: WorldLedger
    let weather: StoreWeather
    private let writer = WorldWriter()

    package init(_ base: MemoryStore, _ life: Life, _ world: World, _ ledger: WorldLedger, _ weather: StoreWeather) {
        self.base = base
        self.life = life
        self.world = world
        self.ledger = ledger
        self.weather = weather
    }

    enum Kind { case read, write }

    struct Acceptance: Sendable {
        let message: SpoolID
        let request: RepeatableRequest?
    }

    /// `acceptance`: what is accepted, and taken back where whoever handed it over was told that it was not.
    func through<Value: Sendable>(
        _ kind: Kind, acceptance: Acceptance? = nil, _ body: () async throws(StoreFailure) -> Value,
        noting note: (Value) -> Void = { _ in }
    ) async throws(StoreFailure) -> Value {
        await pause()
        try live()
        if kind == .write { try await waitForWriter() }
        if let failure = weather.before(kind) { throw failure }
        if kind == .write {
            await takeBack()
            if let cut = weather.cut() { return try await beingCut(cut, acceptance, body, noting: note) }
        }
        let value = try await body()
        // Whatever happens from here on, it is durable.
        note(value)
        if kind == .write, let failure = weather.after() { throw failure }
        await pause()
        try live()
        return value
    }

    /// A commit of which nobody knows what becomes: everybody else of the node waits behind it.
    private func beingCut<Value: Sendable>(
        _ cut: StoreWeather.Cut, _ acceptance: Acceptance?, _ body: () async throws(StoreFailure) -> Value,
        noting note: (Value) -> Void
    ) async throws(StoreFailure) -> Value {
        writer.isHeldUp = true
        defer { writer.isHeldUp = false }
        let lost = StoreFailure.unavailable("the connection to the database was lost")
        await world.wait(Self.search * world.draw(), for: life, exactly: true)
        // Whoever is killed meanwhile has sent it, or has not.
        if life.isOver, world.draw() < 0.5 { throw .claimLost }
        if cut == .lost { throw lost }
        let value = try await body()
        note(value)
        if cut == .kept, let acceptance { writer.doubt(acceptance) }
        await world.wait(Self.search * world.draw(), for: life, exactly: true)
        try live()
        guard cut == .kept else { return value }
        if let acceptance { ledger.deny(acceptance.message, by: life) }
        throw lost
    }

    /// Before anything else is written.
    private func takeBack() async {
        let doubts = writer.takeDoubts()
        guard !doubts.isEmpty else { return }
        for doubt in doubts where await base.withdraw(doubt.message, doubt.request) { ledger.withdraw(doubt.message) }
        writer.isHeldUp = false
    }

    /// Seconds that somebody who knows is looked for.
    private static let search: Double = 15
    /// Seconds that a write waits before its caller is told that the database does not answer.
    private static let patience: Double = 20

    private func waitForWriter() async throws(StoreFailure) {
        let end = world.time + Self.patience
        while writer.isHeldUp {
            guard world.time < end else { throw .unavailable("the database does not answer") }
            await world.wait(0.2, for: life, exactly: true)
            try live()
        }
    }

    /// No answer comes to whoever has ended, and nothing of it may go on: as a claim that is lost.
    private func live() throws(StoreFailure) { if life.isOver { throw .claimLost } }

    private func pause() async {
        let seconds = weather.delay(world.draw())
        if seconds > 0 { await world.wait(seconds, for: life, exactly: true) }
    }
}

/// What one run's writer knows of its commits. A class because all its calls share it.
private final class WorldWriter: Sendable {
    private let state = Mutex((isHeldUp: false, doubts: [WorldStore.Acceptance]()))

    var isHeldUp: Bool {
        get { state.withLock { $0.isHeldUp } }
        set { state.withLock { $0.isHeldUp = newValue } }
    }

    func doubt(_ acceptance: WorldStore.Acceptance) { state.withLock { $0.doubts.append(acceptance) } }

    /// Where there are some, the writer is held up until they are dealt with.
    func takeDoubts() -> [WorldStore.Acceptance] {
        state.withLock { state in
            defer { state.doubts = [] }
            if !state.doubts.isEmpty { state.isHeldUp = true }
            return state.doubts
        }
    }
}

/// What happens to calls of a store. A class because a world's deeds change it.
package final class StoreWeather: Sendable {
    /// How the connection is lost in the middle of a commit: before it lasts; when it does, which is found out; or when it does, and nobody can be asked before the
    /// caller has to be told that it does not.
    package enum Cut: String, Sendable, CaseIterable {
        case lost, found, kept
    }

    private struct State {
        var cuts: (kind: Cut, left: Int)?
        var failures: (kind: StoreFailure, left: Int)?
        var behind: (kind: StoreFailure, left: Int)?
        var isReadable = true
        var slowness = 0.02
    }

    private let state = Mutex(State())

    package init() {}

    /// The next writes fail and change nothing; `readsToo`: reads as well.
    package func fail(_ failure: StoreFailure, times: Int, readsToo: Bool = false) {
        state.withLock { state in
            state.failures = (failure, times)
            state.isReadable = !readsToo
        }
    }

    /// The next writes are durable, and reported as failed.
    package func failBehind(_ failure: StoreFailure, times: Int) { state.withLock { $0.behind = (failure, times) } }

    /// The next commits lose their connection.
    package func cut(_ kind: Cut, times: Int) { state.withLock { $0.cuts = (kind, times) } }

    /// Seconds that a call takes, at most.
    package func slow(_ seconds: Double) { state.withLock { $0.slowness = seconds } }

    package func clear() { state.withLock { $0 = State() } }

    func before(_ kind: WorldStore.Kind) -> StoreFailure? {
        state.withLock { state in
            guard let failure = state.failures, failure.left > 0, kind == .write || !state.isReadable else { return nil }
            state.failures = (failure.kind, failure.left - 1)
            return failure.kind
        }
    }

    func cut() -> Cut? {
        state.withLock { state in
            guard let cut = state.cuts, cut.left > 0 else { return nil }
            state.cuts = (cut.kind, cut.left - 1)
            return cut.kind
        }
    }

    func after() -> StoreFailure? {
        state.withLock { state in
            guard let failure = state.behind, failure.left > 0 else { return nil }
            state.behind = (failure.kind, failure.left - 1)
            return failure.kind
        }
    }

    /// Most calls take no time at all, so that everything else may come between two of them.
    func delay(_ draw: Double) -> Double { state.withLock { draw < 0.5 ? 0 : $0.slowness * (draw - 0.5) * 2 } }
}

extension WorldStore: Spool {
    package func write(chunk: [UInt8], number: Int, of message: SpoolID, at now: Date) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.write(chunk: chunk, number: number, of: message, at: now) }
    }

    package func discard(_ message: SpoolID) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.discard(message) }
    }

    @discardableResult package func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?, quota: Quota,
        request: RepeatableRequest?, journal: [JournalEntry], sightings: [Sighting]
    ) async throws(StoreFailure) -> StoreMoment {
        try await through(.write, acceptance: Acceptance(message: message.id, request: request)) { () throws(StoreFailure) in
            try await base.accept(
                message, lastChunk: lastChunk, number: number, beginning, lane: lane, quota: quota, request: request, journal: journal,
                sightings: sightings)
        } noting: { _ in
            ledger.keep(message)
        }
    }

    package func use(of client: ClientID, at now: Date) async throws(StoreFailure) -> ClientUse {
        try await through(.read) { () throws(StoreFailure) in try await base.use(of: client, at: now) }
    }

    package func claim(
        _ limit: Int, rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date
    ) async throws(StoreFailure) -> ClaimedBatch {
        try await through(.write) { () throws(StoreFailure) in
            try await base.claim(limit, rooms: rooms, by: claimant, at: now, until: until)
        }
    }

    package func renew(_ claims: [Claim], until: Date) async throws(StoreFailure) -> Set<SpoolID> {
        try await through(.write) { () throws(StoreFailure) in try await base.renew(claims, until: until) }
    }

    package func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await through(.write) { () throws(StoreFailure) in try await base.release(claimant, except: inHand, at: now) }
    }

    package func chunk(_ number: Int, of message: SpoolID) async throws(StoreFailure) -> [UInt8]? {
        try await through(.read) { () throws(StoreFailure) in try await base.chunk(number, of: message) }
    }

    package func settle(_ settlement: Settlement) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in
            try await base.settle(settlement)
        } noting: {
            ledger.settle(settlement)
            if let notice = settlement.notice { ledger.keep(notice.message) }
        }
    }

    package func routeWishes(after: RouteWish?, limit: Int, at now: Date) async throws(StoreFailure) -> [RouteWish] {
        try await through(.read) { () throws(StoreFailure) in try await base.routeWishes(after: after, limit: limit, at: now) }
    }

    package func wake(_ wish: RouteWish, lane: Account?, limit: Int, at now: Date) async throws(StoreFailure) -> Int {
        try await through(.write) { () throws(StoreFailure) in try await base.wake(wish, lane: lane, limit: limit, at: now) }
    }

    package func noteSetBack(at now: Date, since before: Date?) async throws(StoreFailure) -> Double {
        try await through(.write) { () throws(StoreFailure) in try await base.noteSetBack(at: now, since: before) }
    }

    package func recover(for claimant: Claimant, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await through(.write) { () throws(StoreFailure) in try await base.recover(for: claimant, at: now) }
    }

    package func sweep(at now: Date) async throws(StoreFailure) -> SweepStep {
        try await through(.write) { () throws(StoreFailure) in try await base.sweep(at: now) }
    }
}
