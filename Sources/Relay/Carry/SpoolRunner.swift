internal import Synchronization
internal import struct FoundationEssentials.Date

/// Takes what is due from the spool and sees each message through one attempt at a time, many messages at once. It owns every attempt's task: when it is told to stop it
/// claims nothing more and waits for those under way.
package actor SpoolRunner {
    package struct Limits: Sendable, Hashable {
        /// Messages under way at once.
        package var concurrent: Int
        /// How long a claim lasts without renewal; after a crash of the machine the message waits no longer than this.
        package var claim: Double

        /// A lane has a few of them at most, so that slow accounts leave room for others.
        package init(concurrent: Int = 256, claim: Double = 300) {
            self.concurrent = concurrent
            self.claim = claim
        }
    }

    private let claimant: Claimant
    private let spool: any Spool
    private let attempt: Attempt.Surroundings
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let report: @Sendable (String) -> Void
    /// Something was settled: after so many seconds of trying, a message that old.
    private let settled: @Sendable (Settlement, _ seconds: Double, _ age: Double) -> Void
    private let limits: Limits
    /// By number of start, not by message: a message that is to be tried again at once is claimed before its last attempt has quite ended.
    private var running: [Int: Running] = [:]
    private var started = 0
    private let isStopping = Mutex(false)
    /// When claims without an owner were last looked for, and whether there is a reason to look at once.
    private var lookedForLost: Date?
    private var mayHaveLost = false
    /// What the clock said, and whether it may have been set back since without the spool's having heard of it.
    private var latestTime: Date?
    private var mayBeSetBack = true
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    private struct Running {
        let task: Task<Void, Never>
        let message: SpoolID
        let lane: Account?
        /// What became of it is stored: it may be claimed again.
        var isSettled = false
    }

    /// Seconds between two looks for claims that this run does not know of, where nothing has failed.
    private static let lookInterval: Double = 3600
    /// Seconds for which a run that must not wait any longer still tries to store what became of its messages.
    private static let lastPatience: Double = 10

    package init(
        claimant: Claimant, attempt: Attempt.Surroundings, limits: Limits = Limits(),
        wait: @escaping @Sendable (_ seconds: Double) async -> Void, report: @escaping @Sendable (String) -> Void,
        settled: @escaping @Sendable (Settlement, _ seconds: Double, _ age: Double) -> Void = { _, _, _ in }
    ) {
        self.claimant = claimant
        self.spool = attempt.spool
        self.attempt = attempt
        self.limits = limits
        self.wait = wait
        self.report = report
        self.settled = settled
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may be due: a message came, an attempt ended, another process committed, time has passed.
    package nonisolated func wake() { signal.yield() }

    /// Claims nothing more; `run` returns when the attempts under way have settled.
    package nonisolated func stop() {
        isStopping.withLock { $0 = true }
        signal.finish()
    }

    /// Messages that an older run of this node left claimed; they are `unknown` and go first.
    package func recover() async throws(StoreFailure) -> [SpoolID] {
        try await spool.recover(for: claimant, at: attempt.now())
    }

    package func run() async {
        wake()
        for await _ in signals { await fill() }
        await attempt.pace.stop()
        for attempt in running.values { await attempt.task.value }
    }

    /// Whether nothing is under way.
    package var isIdle: Bool { running.isEmpty }

    /// For a stop that must not wait: what is under way breaks off and settles as "later".
    package func cancelAttempts() {
        for attempt in running.values { attempt.task.cancel() }
    }

    private func fill() async {
        await noteSetBack()
        await releaseLost()
        while running.count < limits.concurrent, !isStopping.withLock({ $0 }) {
            let free = limits.concurrent - running.count
            let now = attempt.now()
            let inHand = running.values.reduce(into: [:]) { $0[$1.lane, default: 0] += 1 }
            var rooms = await attempt.pace.rooms(inHand: inHand)
            rooms.inHand = Set(running.values.lazy.filter { !$0.isSettled }.map(\.message))
            let batch: ClaimedBatch
            do throws(StoreFailure) {
                batch = try await spool.claim(free, rooms: rooms, by: claimant, at: now, until: now.addingTimeInterval(limits.claim))
            } catch {
                mayHaveLost = true
                return report("the spool cannot be read: \(error)")
            }
            // A delegation revoked at noon stops the message queued at eleven, so an older snapshot catches up first.
            if !batch.entries.isEmpty, isBehind(batch) { await attempt.catchUp() }
            let isBehind = isBehind(batch)
            for entry in batch.entries { start(entry, isBehind: isBehind) }
            if batch.entries.count < free { return }
        }
    }

    /// Also before the first claim: it may have been set back while nobody was here.
    private func noteSetBack() async {
        let now = attempt.now()
        if let latest = latestTime, now < latest { mayBeSetBack = true }
        guard mayBeSetBack else { return latestTime = now }
        do throws(StoreFailure) {
            let seconds = try await spool.noteSetBack(at: now, since: latestTime)
            (latestTime, mayBeSetBack) = (now, false)
            if seconds > 0 { report("the clock was set back by \(Int(seconds)) seconds: what waits is due that much earlier") }
        } catch { report("whether the clock was set back cannot be looked up: \(error)") }
    }

    /// A claim that was reported as failed may be durable all the same. Between two claims of this loop, so that none is just on its way here.
    private func releaseLost() async {
        let now = attempt.now()
        let last = lookedForLost ?? now
        lookedForLost = last
        guard mayHaveLost || now.timeIntervalSince(last).magnitude >= Self.lookInterval else { return }
        do throws(StoreFailure) {
            let released = try await spool.release(claimant, except: Set(running.values.map(\.message)), at: now)
            (lookedForLost, mayHaveLost) = (now, false)
            if !released.isEmpty { report("\(released.count) messages were claimed although that was reported as failed: they wait again") }
        } catch { report("lost claims cannot be looked for: \(error)") }
    }

    private func isBehind(_ batch: ClaimedBatch) -> Bool {
        let snapshot = attempt.snapshots.current
        return batch.edition > snapshot.directory.edition || batch.revision > snapshot.conditions.revision
    }

    private func start(_ entry: SpoolEntry, isBehind: Bool) {
        let number = started
        started += 1
        let task = Task {
            await self.carry(entry, number, isBehind: isBehind)
            self.ended(number)
        }
        running[number] = Running(task: task, message: entry.message.id, lane: entry.lane)
    }

    private func ended(_ number: Int) {
        running[number] = nil
        wake()
    }

    private func noteSettled(_ number: Int) { running[number]?.isSettled = true }

    /// Off the actor: rewriting many messages is work for every core.
    @concurrent private nonisolated func carry(_ entry: SpoolEntry, _ number: Int, isBehind: Bool) async {
        let keeper = Task { await self.keepClaim(entry.claim) }
        let start = attempt.now()
        // Nothing is decided on a directory that is known to be old.
        let settlement = isBehind ? Attempt(entry, attempt).postpone() : await Attempt(entry, attempt).run()
        let end = attempt.now()
        if await settle(settlement, number) {
            settled(settlement, max(0, end.timeIntervalSince(start)), max(0, end.timeIntervalSince(entry.message.acceptedAt)))
        }
        keeper.cancel()
    }

    /// A slow send keeps its claim, so that nobody takes the message for abandoned while it is under way.
    private nonisolated func keepClaim(_ claim: Claim) async {
        while true {
            await wait(limits.claim / 3)
            if Task.isCancelled { return }
            let until = attempt.now().addingTimeInterval(limits.claim)
            do throws(StoreFailure) {
                try await spool.renew(claim, until: until)
            } catch {
                if Task.isCancelled { return }
                report("the claim of \(claim.message) could not be renewed: \(error)")
                guard error.mayPass else { return }
            }
        }
    }

    /// A settlement that cannot be written is tried again until it is, or until another run has the message: the alternative is to send it twice.
    private nonisolated func settle(_ settlement: Settlement, _ number: Int) async -> Bool {
        var settlement = settlement
        var pause = 0.5
        var patience = Self.lastPatience
        while true {
            do throws(StoreFailure) {
                try await spool.settle(settlement.kept(at: attempt.now()))
                if case .waiting(let until, _) = settlement.state, until <= attempt.now() {
                    await noteSettled(number)
                    await attempt.catchUp()
                }
                return true
            } catch {
                report("\(settlement.claim.message) could not be settled: \(error)")
                if error == .claimLost { return false }
                if !error.mayPass { settlement = settlement.held(why: error) }
            }
            if Task.isCancelled {
                guard patience > 0 else {
                    report(
                        "\(settlement.claim.message): what became of it is lost; it is sent again at the next start, and may arrive twice")
                    return false
                }
                patience -= pause
                // In a task of its own: one that was told to break off does not wait, and would ask the store as fast as it can.
                let (wait, seconds) = (wait, pause)
                await Task { await wait(seconds) }.value
            } else {
                await wait(pause)
            }
            pause = min(pause * 2, Task.isCancelled ? 1 : 30)
        }
    }
}

extension Settlement {
    /// As it is meant when it is written: where the clock was set back since it was made, what it waits for is as far away as it was then.
    fileprivate func kept(at now: Date) -> Settlement {
        let ahead = at.timeIntervalSince(now)
        guard ahead >= 60, case .waiting(let until, let why) = state else { return self }
        var settlement = self
        settlement.state = .waiting(until: until.addingTimeInterval(-ahead), why: why)
        settlement.routeWait = routeWait.map {
            RouteWait(until: $0.until.addingTimeInterval(-ahead), why: $0.why, code: $0.code, edition: $0.edition, revision: $0.revision)
        }
        return settlement
    }

    /// The store refuses what became of the message and will not think better of it: a person has to look, and nothing is sent again meanwhile.
    fileprivate func held(why failure: StoreFailure) -> Settlement {
        let why = "it was tried, and what became of it could not be stored (\(failure)): look at the journal before it is released"
        return Settlement(claim: claim, at: at, state: .held(why: why), journal: Array(journal.prefix(1)))
    }
}
