internal import Mail
internal import Relay
internal import Synchronization

/// A machine that runs the service: the whole passage, over its own way to the store and to the provider; killed and started again as often as the world likes.
///
/// A class because the world's deeds reach for it; its state is behind the mutex.
final class WorldNode: Sendable {
    struct Run: Sendable {
        let life: Life
        let passage: Passage
        let accept: AcceptStage.Surroundings
        let task: Task<Void, Never>
    }

    let name: String
    private let world: World
    private let ledger: WorldLedger
    private let provider: WorldProvider
    private let base: MemoryStore
    private let weather: StoreWeather
    private let keys: WorldKeys
    private struct State {
        var run: Run?
        var runs = 0
        var isWanted = true
        /// Its lock is taken: of one node there is one run at a time.
        var isTaken = false

        mutating func take() -> Bool {
            defer { isTaken = true }
            return !isTaken
        }

        /// nil: there is none.
        mutating func giveUp() -> Run? {
            defer { (run, isTaken) = (nil, false) }
            return run
        }
    }

    private let state = Mutex(State())

    init(
        _ name: String, world: World, ledger: WorldLedger, provider: WorldProvider, base: MemoryStore, weather: StoreWeather,
        keys: WorldKeys
    ) {
        self.name = name
        self.world = world
        self.ledger = ledger
        self.provider = provider
        self.base = base
        self.weather = weather
        self.keys = keys
    }

    /// nil: it is down.
    var run: Run? { state.withLock { $0.run } }

    /// Comes up, as soon as the store lets it.
    func start() async {
        guard state.withLock({ $0.take() }) else { return }
        while state.withLock({ $0.isWanted }) {
            let number = state.withLock { state in
                state.runs += 1
                return state.runs
            }
            let life = Life(node: name, incarnation: "\(name)-\(number)")
            do throws(StoreFailure) {
                let run = try await begin(life)
                state.withLock { $0.run = run }
                ledger.tell("\(life.incarnation) is up")
                return
            } catch {
                ledger.tell("\(life.incarnation) cannot start: \(error)")
                life.end()
                await world.wait(1, exactly: true)
            }
        }
    }

    private func begin(_ life: Life) async throws(StoreFailure) -> Run {
        let store = WorldStore(base, life, world, ledger, weather)
        let snapshots = Snapshots(Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)))
        let (world, ledger) = (world, ledger)
        let wait: @Sendable (Double) async -> Void = { await world.wait($0, for: life) }
        let claimant = Claimant(node: name, incarnation: life.incarnation)
        let renewer = TokenRenewer(
            store: store, vault: keys.vault(), holder: claimant.holder, request: provider.request(life),
            runCommand: { _ throws(TokenFailure) in throw .missing("no program") },
            source: { snapshots.current.directory.source(of: $0) }, now: { world.now }, draw: { world.draw() }, wait: wait,
            report: { key, failure in ledger.tell("\(life.incarnation) token \(key): \(failure)") })
        let passage = Passage(
            store: store, snapshots: snapshots, claimant: claimant, renewer: renewer,
            transmit: provider.transmit(life, directory: { snapshots.current.directory }), transports: [.smtp],
            domain: FakeCompany.ann.domain,
            world: Passage.World(now: { world.now }, wait: wait, draw: { world.draw() }, generator: { WorldGenerator(world: world) }),
            limits: SpoolRunner.Limits(concurrent: 16), report: { ledger.tell("\(life.incarnation) \($0): \($1)") })
        try await passage.recover()
        let task = Task { await passage.run() }
        return Run(life: life, passage: passage, accept: passage.surroundings(domain: FakeCompany.ann.domain), task: task)
    }

    /// As `kill -9` would: nothing of it reaches anyone from here on.
    func kill() {
        guard state.withLock({ $0.run != nil }), let run = state.withLock({ $0.giveUp() }) else { return }
        ledger.tell("\(run.life.incarnation) is killed")
        run.life.end()
        Self.unwind(run)
        world.wake(all: run.life)
    }

    /// As SIGTERM would, and waits for it; who takes too long is killed.
    func stop() async {
        guard let run = run, run.life.beginStopping() else { return }
        ledger.tell("\(run.life.incarnation) stops")
        run.passage.runner.stop()
        let patience = Task { [world] in
            await world.wait(120, for: run.life)
            if !Task.isCancelled { self.kill() }
        }
        await run.task.value
        patience.cancel()
        run.life.end()
        state.withLock { state in if state.run?.life === run.life { _ = state.giveUp() } }
        Self.unwind(run)
        world.wake(all: run.life)
    }

    /// It never comes back.
    func end() {
        state.withLock { $0.isWanted = false }
        kill()
    }

    private static func unwind(_ run: Run) {
        run.passage.runner.stop()
        run.task.cancel()
        run.passage.runner.cancelAttempts()
    }
}

/// The world's chance, where a generator is wanted.
struct WorldGenerator: RandomNumberGenerator, Sendable {
    let world: World

    mutating func next() -> UInt64 { world.number() }
}

/// The key file that all nodes read. A class because they share it.
final class WorldKeys: Sendable {
    private let bytes = Mutex<[UInt8]>([1])

    /// The newest is the first.
    private var secrets: [Secret] { bytes.withLock { $0.reversed().map { Secret([UInt8](repeating: $0, count: 32)) } } }

    func vault() -> Vault {
        do throws(VaultError) { return try Vault(keys: secrets, reload: { self.secrets }) } catch { preconditionFailure("\(error)") }
    }

    func add() { bytes.withLock { $0.append(($0.last ?? 0) + 1) } }
}
