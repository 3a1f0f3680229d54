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

    let claimant: Claimant
    private let spool: any Spool
    let attempt: Attempt.Surroundings
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let executor: @Sendable () -> (any TaskExecutor)?
    private let report: @Sendable (String) -> Void
    /// Something was settled: after so many seconds of trying, a message that old.
    private let settled: @Sendable (Settlement, _ seconds: Double, _ age: Double) -> Void
    let limits: Limits
    let hand = Mutex(Hand())
    /// When claims without an owner were last looked for.
    private var lookedForLost: Date?
    /// What the clock said, and whether it may have been set back since without the spool's having heard of it.
    private var latestTime: Date?
    private var mayBeSetBack = true
    /// For a while after it was set back.
    private var looksAgain: (next: Date, end: Date)?
    /// How far the look at the lanes has come; nil: the next one begins anew.
    private var place: LanePlace?
    /// Who was served last in lanes in which more waits.
    private var turns: [Account?: QueueShare] = [:]
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// Seconds between two looks for claims that this run does not know of, where nothing has failed.
    private static let lookInterval: Double = 3600
    /// Seconds after a clock was set back within which what was begun before it comes to its end, and between two looks meanwhile.
    private static let aftermath: Double = 600
    private static let aftermathInterval: Double = 5
    /// Seconds for which a run that must not wait any longer still tries to store what became of its messages.
    private static let lastPatience: Double = 10

    package init(
        claimant: Claimant, attempt: Attempt.Surroundings, limits: Limits = Limits(),
        wait: @escaping @Sendable (_ seconds: Double) async -> Void, executor: @escaping @Sendable () -> (any TaskExecutor)? = { nil },
        report: @escaping @Sendable (String) -> Void,
        settled: @escaping @Sendable (Settlement, _ seconds: Double, _ age: Double) -> Void = { _, _, _ in }
    ) {
        self.claimant = claimant
        self.spool = attempt.spool
        self.attempt = attempt
        self.limits = limits
        self.wait = wait
        self.executor = executor
        self.report = report
        self.settled = settled
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may be due: a message came, an attempt ended, another process committed, time has passed.
    package nonisolated func wake() { signal.yield() }

    /// Claims nothing more; `run` returns when the attempts under way have settled.
    package nonisolated func stop() {
        hand.withLock { $0.isStopping = true }
        signal.finish()
    }

    /// Messages that an older run of this node left claimed; they are `unknown` and go first.
    package func recover() async throws(StoreFailure) -> [SpoolID] {
        try await spool.recover(for: claimant, at: attempt.now())
    }

    package func run() async {
        wake()
        await withTaskGroup { group in
            group.addTask { await self.keepClaims() }
            for await _ in signals { await fill() }
            attempt.pace.stop()
            await withCheckedContinuation { done in
                if !hand.withLock({ $0.wait(done) }) { done.resume() }
            }
            group.cancelAll()
        }
    }

    /// Whether nothing is under way.
    package nonisolated var isIdle: Bool { hand.withLock { $0.count == 0 } }

    /// For a stop that must not wait: what is under way breaks off and settles as "later".
    package nonisolated func cancelAttempts() {
        let tasks = hand.withLock { hand in
            hand.isCancelled = true
            return hand.carried.values.compactMap(\.task)
        }
        for task in tasks { task.cancel() }
    }

    private func fill() async {
        await noteSetBack()
        await releaseLost()
        while let free = hand.withLock({ $0.isStopping ? nil : limits.concurrent - $0.count }), free > 0 {
            let now = attempt.now()
            let isBeginning = place == nil
            let (inHand, messages) = hand.withLock { hand in
                if isBeginning { hand.beginLook() }
                return (hand.byLane, hand.messages(unsettledOnly: true))
            }
            var rooms = attempt.pace.rooms(inHand: inHand)
            (rooms.inHand, rooms.turns, rooms.behind) = (messages, turns, place)
            let batch: ClaimedBatch
            do throws(StoreFailure) {
                batch = try await spool.claim(free, rooms: rooms, by: claimant, at: now, until: now.addingTimeInterval(limits.claim))
            } catch {
                place = nil
                hand.withLock { hand in
                    hand.breakOffLook()
                    hand.mayHaveLost = true
                }
                return report("the spool cannot be read: \(error)")
            }
            note(batch, full: Set(rooms.known.filter { $0.value <= 0 }.keys))
            // A delegation revoked at noon stops the message queued at eleven, so an older snapshot catches up first.
            if !batch.entries.isEmpty, isBehind(batch.moment) { await attempt.catchUp() }
            for entry in batch.entries { start(entry, at: batch.moment) }
            if batch.entries.count < free, place == nil { return }
        }
    }

    private func note(_ batch: ClaimedBatch, full: Set<Account?>) {
        for lane in Set(batch.entries.map(\.lane)) { turns[lane] = batch.turns[lane] }
        place = batch.goOnBehind
        let isThrough = place == nil
        hand.withLock { hand in
            hand.see(batch.crowded, full: full)
            if isThrough { hand.endLook() }
        }
    }

    /// Also before the first claim: it may have been set back while nobody was here. And for a while afterwards, because what was begun before is kept only now
    /// and says another time.
    private func noteSetBack() async {
        let now = attempt.now()
        if let latest = latestTime, now < latest { mayBeSetBack = true }
        if let again = looksAgain, now >= again.next { mayBeSetBack = true }
        guard mayBeSetBack else { return latestTime = now }
        do throws(StoreFailure) {
            let seconds = try await spool.noteSetBack(at: now, since: latestTime)
            (latestTime, mayBeSetBack) = (now, false)
            let end = seconds > 0 ? now.addingTimeInterval(Self.aftermath) : looksAgain?.end ?? now
            looksAgain = now < end ? (now.addingTimeInterval(Self.aftermathInterval), end) : nil
            if seconds > 0 { report("the clock was set back by \(Int(seconds)) seconds: what waits is due that much earlier") }
        } catch { report("whether the clock was set back cannot be looked up: \(error)") }
    }

    /// A claim that was reported as failed may be durable all the same. Between two claims of this loop, so that none is just on its way here.
    private func releaseLost() async {
        let now = attempt.now()
        let last = lookedForLost ?? now
        lookedForLost = last
        let inHand = hand.withLock { hand -> Set<SpoolID>? in
            guard hand.mayHaveLost || now.timeIntervalSince(last).magnitude >= Self.lookInterval else { return nil }
            (hand.isReleasing, hand.mayHaveLost) = (true, false)
            return hand.messages(unsettledOnly: false)
        }
        guard let inHand else { return }
        defer { hand.withLock { $0.isReleasing = false } }
        do throws(StoreFailure) {
            let released = try await spool.release(claimant, except: inHand, at: now)
            lookedForLost = now
            if !released.isEmpty { report("\(released.count) messages were claimed although that was reported as failed: they wait again") }
        } catch {
            hand.withLock { $0.mayHaveLost = true }
            report("lost claims cannot be looked for: \(error)")
        }
    }

    private nonisolated func isBehind(_ moment: StoreMoment) -> Bool {
        let snapshot = attempt.snapshots.current
        return moment.edition > snapshot.directory.edition || moment.revision > snapshot.conditions.revision
    }

    /// `catchesUp`: nobody has looked yet whether the directory in hand is as new as the moment.
    nonisolated func start(_ entry: SpoolEntry, at moment: StoreMoment, catchesUp: Bool = false) {
        let number = hand.withLock { $0.begin(entry) }
        let task = Task(executorPreference: executor()) { [self] in
            if catchesUp, isBehind(moment) { await attempt.catchUp() }
            await carry(entry, number, at: moment)
            let isCrowded = hand.withLock { hand in
                hand.end(number)
                return hand.isCrowded
            }
            if isCrowded { wake() }
        }
        hand.withLock { $0.bind(task, to: number) }
    }

    /// On any core: rewriting many messages is work for each of them.
    @concurrent private nonisolated func carry(_ entry: SpoolEntry, _ number: Int, at moment: StoreMoment) async {
        let start = attempt.now()
        // Nothing is decided on a directory that is known to be old.
        let settlement = isBehind(moment) ? Attempt(entry, attempt).postpone() : await Attempt(entry, attempt).run()
        let end = attempt.now()
        if await settle(settlement, number) {
            settled(settlement, max(0, end.timeIntervalSince(start)), max(0, end.timeIntervalSince(entry.message.acceptedAt)))
        }
    }

    /// Slow sends keep their claims, so that nobody takes their messages for abandoned while they are under way.
    private nonisolated func keepClaims() async {
        while true {
            await wait(limits.claim / 3)
            if Task.isCancelled { return }
            let claims = hand.withLock { $0.claims }
            guard !claims.isEmpty else { continue }
            do throws(StoreFailure) {
                let lost = try await spool.renew(claims, until: attempt.now().addingTimeInterval(limits.claim))
                for message in hand.withLock({ $0.lose(lost) }) { report("\(message): \(StoreFailure.claimLost)") }
            } catch { report("claims could not be renewed: \(error)") }
        }
    }

    private nonisolated func noteSettled(_ settlement: Settlement, _ number: Int) async {
        let now = attempt.now()
        hand.withLock { hand in for usage in settlement.usages { hand.noteDelivered(usage.account, at: now) } }
        guard case .waiting(let until, _) = settlement.state, until <= now else { return }
        hand.withLock { hand in
            hand.noteSettled(number)
            hand.note(crowded: settlement.lane ?? hand.carried[number]?.entry.lane)
        }
        await attempt.catchUp()
    }

    /// A settlement that cannot be written is tried again until it is, or until another run has the message: the alternative is to send it twice.
    private nonisolated func settle(_ settlement: Settlement, _ number: Int) async -> Bool {
        var settlement = settlement
        var pause = 0.5
        var patience = Self.lastPatience
        while true {
            do throws(StoreFailure) {
                try await spool.settle(settlement.kept(at: attempt.now()))
                await noteSettled(settlement, number)
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
        guard ahead >= SetBack.least else { return self }
        var settlement = self
        settlement.notice = notice.map { Notice(message: $0.message.kept(at: now), body: $0.body, lane: $0.lane) }
        guard case .waiting(let until, let why) = state else { return settlement }
        settlement.state = .waiting(until: until.addingTimeInterval(-ahead), why: why)
        settlement.routeWait = routeWait.map {
            RouteWait(
                until: $0.until.addingTimeInterval(-ahead), why: $0.why, code: $0.code, edition: $0.edition, revision: $0.revision,
                isOutside: $0.isOutside)
        }
        return settlement
    }

    /// The store refuses what became of the message and will not think better of it: a person has to look, and nothing is sent again meanwhile.
    fileprivate func held(why failure: StoreFailure) -> Settlement {
        let why = "it was tried, and what became of it could not be stored (\(failure)): look at the journal before it is released"
        return Settlement(claim: claim, at: at, state: .held(why: why), journal: Array(journal.prefix(1)))
    }
}
