internal import Glibc
internal import Synchronization
package import struct FoundationEssentials.Date

/// A world whose tasks run one job at a time, the next one drawn by a seed, on a clock of its own that moves when nobody has anything left to do: the same seed
/// runs the same story again, to the order of its jobs. Nothing in it may resume from another thread; `foreign` counts what did.
///
/// A class because it is the executor of its tasks; its state is behind the mutex.
package final class World: TaskExecutor, Sendable {
    fileprivate struct Timer {
        let at: Double
        let order: Int
        let id: Int
        let owner: Life?
        let go: CheckedContinuation<Void, Never>
    }

    fileprivate struct State {
        var jobs: [UnownedJob] = []
        /// The next to go off is the last.
        var timers: [Timer] = []
        var cancelled: Set<Int> = []
        var random: FakeGenerator
        var now = 0.0
        var wallOffset = 0.0
        var order = 0
        var steps = 0
        var trace: UInt64 = 0xcbf2_9ce4_8422_2325
        var countdowns: [(steps: Int, deed: @Sendable () -> Void)] = []
        var slack: ClosedRange<Double> = 1...1
        var foreign = 0
    }

    /// What is seconds 0 of the world.
    package static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private let state: Mutex<State>
    private let thread = pthread_self()

    package init(seed: UInt64) { state = Mutex(State(random: FakeGenerator(seed: seed))) }

    /// Seconds since the beginning, as they really pass.
    package var time: Double { state.withLock { $0.now } }
    /// What clocks on the wall say.
    package var now: Date { state.withLock { Self.start.addingTimeInterval($0.now + $0.wallOffset) } }
    package var steps: Int { state.withLock { $0.steps } }
    /// Tells one order of jobs from another.
    package var trace: UInt64 { state.withLock { $0.trace } }
    /// Jobs that another thread brought: such a world does not replay.
    package var foreign: Int { state.withLock { $0.foreign } }

    package func jump(by seconds: Double) { state.withLock { $0.wallOffset += seconds } }

    /// From now on waits of a few seconds take so many times as long, as on a busy machine.
    package func loosen(_ slack: ClosedRange<Double>) { state.withLock { $0.slack = slack } }

    package func draw() -> Double { state.withLock { Double($0.random.next() >> 11) / Double(1 << 53) } }
    package func number() -> UInt64 { state.withLock { $0.random.next() } }

    /// Does something in so many jobs from now.
    package func after(_ steps: Int, _ deed: @escaping @Sendable () -> Void) {
        state.withLock { state in state.countdowns.append((state.steps + steps, deed)) }
    }

    package func enqueue(_ job: consuming ExecutorJob) { take(UnownedJob(job)) }

    func take(_ job: UnownedJob) {
        let isForeign = pthread_equal(pthread_self(), thread) == 0
        state.withLock { state in
            if isForeign { state.foreign += 1 }
            state.jobs.append(job)
        }
    }

    func isOn(_ other: pthread_t) -> Bool { pthread_equal(thread, other) != 0 }

    /// Ends early when the task is cancelled, or whoever waits is no more. `exactly`: whatever the slack.
    package func wait(_ seconds: Double, for owner: Life? = nil, exactly: Bool = false) async {
        let id = state.withLock { state in
            state.order += 1
            return state.order
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { go in
                let isOver = owner?.isOver == true
                let mayGo = state.withLock { state in
                    if isOver || state.cancelled.remove(id) != nil { return true }
                    let slack =
                        seconds < 10 && !exactly
                        ? state.slack.lowerBound + (state.slack.upperBound - state.slack.lowerBound) * state.fraction() : 1
                    state.add(Timer(at: state.now + max(0, seconds) * slack, order: id, id: id, owner: owner, go: go))
                    return false
                }
                if mayGo { go.resume() }
            }
        } onCancel: {
            let timer = state.withLock { state -> Timer? in
                guard let index = state.timers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.timers.remove(at: index)
            }
            timer?.go.resume()
        }
    }

    /// Who has ended waits for nothing more.
    package func wake(all owner: Life) {
        let woken = state.withLock { state in
            defer { state.timers.removeAll { $0.owner === owner } }
            return state.timers.filter { $0.owner === owner }
        }
        for timer in woken { timer.go.resume() }
    }

    /// Until that is so, or nothing will ever happen any more: false.
    package func run(until isOver: () -> Bool) -> Bool {
        while !isOver() {
            guard let job = next() else { return false }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        return true
    }

    /// nil: nobody has anything to do, nor waits.
    private func next() -> UnownedJob? {
        while true {
            let (job, deed, timer) = state.withLock { state -> (UnownedJob?, (@Sendable () -> Void)?, Timer?) in
                if state.jobs.isEmpty {
                    let timer = state.timers.popLast()
                    if let timer { state.now = max(state.now, timer.at) }
                    return (nil, nil, timer)
                }
                var deed: (@Sendable () -> Void)?
                let steps = state.steps
                if let index = state.countdowns.firstIndex(where: { $0.steps <= steps }) { deed = state.countdowns.remove(at: index).deed }
                return (state.drawJob(), deed, nil)
            }
            deed?()
            if let job { return job }
            guard let timer else { return nil }
            timer.go.resume()
        }
    }
}

extension World.State {
    fileprivate mutating func fraction() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

    fileprivate mutating func add(_ timer: World.Timer) {
        // From the end: most waits are short.
        var index = timers.count
        while index > 0, (timers[index - 1].at, timers[index - 1].order) < (timer.at, timer.order) { index -= 1 }
        timers.insert(timer, at: index)
    }

    fileprivate mutating func drawJob() -> UnownedJob {
        let index = jobs.count == 1 ? 0 : Int(random.next() % UInt64(jobs.count))
        jobs.swapAt(index, jobs.count - 1)
        steps += 1
        trace = (trace ^ UInt64(index &+ jobs.count << 16)) &* 0x100_0000_01b3
        return jobs.removeLast()
    }
}

/// One run of one node, from its start to its stop or its kill. A class because all that it does asks whether it still lives.
package final class Life: Sendable {
    package let node: String
    package let incarnation: String
    private let state = Mutex((isStopping: false, isOver: false))

    package init(node: String, incarnation: String) {
        self.node = node
        self.incarnation = incarnation
    }

    package var isOver: Bool { state.withLock { $0.isOver } }

    /// False: it was told so before.
    func beginStopping() -> Bool {
        state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
    }

    package func end() { state.withLock { $0.isOver = true } }
}
