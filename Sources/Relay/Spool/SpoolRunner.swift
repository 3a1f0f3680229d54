internal import struct FoundationEssentials.Date

/// Takes what is due from the spool and sees each message through one attempt at a time, many messages at once. It owns every attempt's task: when it is told to stop it
/// claims nothing more and waits for those under way.
package actor SpoolRunner {
    package struct Limits: Sendable, Hashable {
        /// Messages under way at once.
        package var concurrent: Int
        /// How long a claim lasts without renewal; after a crash of the machine the message waits no longer than this.
        package var claim: Double

        package init(concurrent: Int = 64, claim: Double = 300) {
            self.concurrent = concurrent
            self.claim = claim
        }
    }

    private let claimant: Claimant
    private let spool: any Spool
    private let attempt: Attempt.Surroundings
    private let catchUp: @Sendable () async -> Void
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let report: @Sendable (String) -> Void
    private let limits: Limits
    private var running: [SpoolID: Task<Void, Never>] = [:]
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    package init(
        claimant: Claimant, attempt: Attempt.Surroundings, limits: Limits = Limits(), catchUp: @escaping @Sendable () async -> Void,
        wait: @escaping @Sendable (_ seconds: Double) async -> Void, report: @escaping @Sendable (String) -> Void
    ) {
        self.claimant = claimant
        self.spool = attempt.spool
        self.attempt = attempt
        self.limits = limits
        self.catchUp = catchUp
        self.wait = wait
        self.report = report
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may be due: a message came, an attempt ended, another process committed, time has passed.
    package nonisolated func wake() { signal.yield() }

    /// Claims nothing more; `run` returns when the attempts under way have settled.
    package nonisolated func stop() { signal.finish() }

    /// Messages that an older run of this node left claimed; they are `unknown` and go first.
    package func recover() async throws(StoreFailure) -> [SpoolID] {
        try await spool.recover(for: claimant, at: attempt.now())
    }

    package func run() async {
        wake()
        for await _ in signals { await fill() }
        for task in running.values { await task.value }
    }

    /// For a stop that must not wait: what is under way breaks off and settles as "later".
    package func cancelAttempts() {
        for task in running.values { task.cancel() }
    }

    private func fill() async {
        while running.count < limits.concurrent {
            let free = limits.concurrent - running.count
            let now = attempt.now()
            let batch: ClaimedBatch
            do throws(StoreFailure) {
                batch = try await spool.claim(free, by: claimant, at: now, until: now.addingTimeInterval(limits.claim))
            } catch {
                return report("the spool cannot be read: \(error)")
            }
            let snapshot = attempt.shelf.current
            // A delegation revoked at noon stops the message queued at eleven, so an older snapshot catches up first.
            if batch.edition > snapshot.directory.edition || batch.revision > snapshot.conditions.revision { await catchUp() }
            for entry in batch.entries { start(entry) }
            if batch.entries.count < free { return }
        }
    }

    private func start(_ entry: SpoolEntry) {
        let id = entry.message.id
        running[id] = Task {
            await carry(entry)
            self.ended(id)
        }
    }

    private func ended(_ id: SpoolID) {
        running[id] = nil
        wake()
    }

    private nonisolated func carry(_ entry: SpoolEntry) async {
        let keeper = Task { await self.keepClaim(entry.claim) }
        let settlement = await Attempt(entry, attempt).run()
        keeper.cancel()
        await settle(settlement)
    }

    /// A slow send keeps its claim, so that nobody takes the message for abandoned while it is under way.
    private nonisolated func keepClaim(_ claim: Claim) async {
        while true {
            await wait(limits.claim / 3)
            if Task.isCancelled { return }
            do throws(StoreFailure) {
                try await spool.renew(claim, until: attempt.now().addingTimeInterval(limits.claim))
            } catch { report("the claim of \(claim.message) could not be renewed: \(error)") }
        }
    }

    /// A settlement that cannot be written is tried again while the claim holds: the alternative is to send the message twice.
    private nonisolated func settle(_ settlement: Settlement) async {
        var pause = 0.5
        while true {
            do throws(StoreFailure) {
                try await spool.settle(settlement)
                if case .waiting(let until, _) = settlement.state, until <= attempt.now() { await catchUp() }
                return
            } catch {
                report("\(settlement.claim.message) could not be settled: \(error)")
                guard error.isTemporary, attempt.now() < settlement.claim.until else { return }
            }
            await wait(pause)
            pause = min(pause * 2, 30)
        }
    }
}
