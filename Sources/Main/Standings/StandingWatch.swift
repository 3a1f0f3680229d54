internal import FoundationEssentials
internal import Logging
internal import Mail
internal import Relay
internal import Store

/// Asks providers what mail alone cannot settle, while the service runs: pairs in doubt at once, rights that are pending and were refused each when its time
/// has come, proofs of providers that replace what they do not know when they are a week old, and whatever a client says that it was answered. One at a time,
/// and so many of a mailbox a day: a refusal counts at the provider. Of the processes of a store one asks, under a lease. While mail does not leave
/// (the setting `delivery`) nothing is sent either.
struct StandingWatch: Sendable {
    let prober: Prober
    let store: DatabaseStore
    let vault: Vault
    let snapshots: Snapshots
    let catchUp: @Sendable () async -> Void
    /// As whom it takes leases.
    let holder: String
    let live: Live
    let log: Logger
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// Seconds between two looks, when nothing happens in between.
    private static let interval: Double = 60
    /// Refusals of one mailbox in a day, after which nothing is asked for it. Microsoft does not say how many make it block a mailbox; people report tens.
    private static let mostRefusals = 20
    /// Seconds in which a client's reports of one thing make us look once.
    private static let reportInterval: Double = 900
    /// Seconds that a lease lasts whose holder does not come back: longer than the slowest probe.
    private static let leaseTime: Double = 900

    init(
        prober: Prober, store: DatabaseStore, vault: Vault, snapshots: Snapshots, catchUp: @escaping @Sendable () async -> Void,
        holder: String, signals: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) = Self.signals(), live: Live,
        log: Logger
    ) {
        self.prober = prober
        self.store = store
        self.vault = vault
        self.snapshots = snapshots
        self.catchUp = catchUp
        self.holder = holder
        self.live = live
        self.log = log
        self.signals = signals.stream
        signal = signals.continuation
    }

    /// What `wake` and whoever settles speak into: many at once are one.
    static func signals() -> (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) {
        AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A pair came into doubt, or a client reported something.
    func wake() { signal.yield() }

    /// Until its task is cancelled; `learned` is called when something is known that mail may have waited for.
    func run(learned: @Sendable () -> Void) async {
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    wake()
                    await live.wait(Self.interval)
                }
            }
            var looked: [ReportKey: Date] = [:]
            for await _ in signals {
                await catchUp()
                for key in due() where !Task.isCancelled {
                    await probe(key)
                    learned()
                }
                for (key, report) in snapshots.current.conditions.allReports where !Task.isCancelled && isNew(report, looked[key]) {
                    looked[key] = live.now()
                    await withLease("report \(key.account.provider) \(key.account.login) \(key.from?.key ?? "")") {
                        await look(key, report)
                    }
                    learned()
                }
                looked = looked.filter { live.now().timeIntervalSince($0.value) < Self.reportInterval }
            }
            group.cancelAll()
        }
    }
}

extension StandingWatch {
    /// What mail waits for first.
    func due() -> [StandingKey] {
        let (now, snapshot) = (live.now(), snapshots.current)
        let all = snapshot.conditions.allStandings
        var refusals: [Account: Int] = [:]
        for (key, standing) in all { refusals[key.account, default: 0] += standing.refusals(in: 86_400, before: now) }
        let due = all.filter { key, standing in
            isDue(key, standing, snapshot.directory, at: now) && Prober.mayAsk(key, snapshot.directory)
                && refusals[key.account, default: 0] < Self.mostRefusals
        }
        return due.sorted { $0.standing.isAwaited(at: now) && !$1.standing.isAwaited(at: now) }.map(\.key)
    }

    private func isDue(_ key: StandingKey, _ standing: Standing, _ directory: Directory, at now: Date) -> Bool {
        if let next = standing.nextProbe { return next <= now }
        guard case .proven(let at, _) = standing, now.timeIntervalSince(at) > 7 * 86_400 else { return false }
        return directory.mailbox(of: key).flatMap { directory.source(of: $0.grant) }?.provider.habits.replacesUnlistedFrom == true
    }

    func probe(_ key: StandingKey) async {
        await withLease("probe \(key.account.provider) \(key.login) \(key.from.key) \(key.transport.rawValue)") { await ask(key) }
    }

    private func ask(_ key: StandingKey) async {
        let directory = snapshots.current.directory
        // It may have been cleared, or proven by a person, since it was due.
        guard let standing = snapshots.current.conditions.standing(key), isDue(key, standing, directory, at: live.now()),
            let mailbox = directory.mailbox(of: key), mailbox.isEnabled
        else { return }
        let outcome = await prober.probe(key, through: mailbox, in: directory)
        await keep(outcome, key, mailbox)
    }

    /// Not at all while another process has it; what that one found out is known here afterwards.
    private func withLease(_ name: String, _ body: () async -> Void) async {
        let now = live.now()
        do throws(StoreFailure) {
            guard try await store.takeLease(name, holder: holder, at: now, until: now.addingTimeInterval(Self.leaseTime)) else { return }
        } catch { return log.error("no lease could be had for a probe: \(error)") }
        await catchUp()
        await body()
        do throws(StoreFailure) { try await store.dropLease(name, holder: holder) } catch {
            log.error("the lease of a probe could not be given back, and ends by itself: \(error)")
        }
    }

    private func keep(_ outcome: ProbeOutcome, _ key: StandingKey, _ mailbox: Mailbox) async {
        log.notice("probed \(key.login) as \(key.from) over \(key.transport.rawValue): \(outcome.word)")
        do { try await opened.note(outcome, of: [key], mailbox) } catch {
            log.error("a probe's outcome could not be kept: \(Ending(error).sentence)")
        }
        await catchUp()
    }

    private var opened: OpenedStore { OpenedStore(store: store, vault: vault, live: live, person: live.person) }
}

/// What clients report: never believed of others, but looked into.
extension StandingWatch {
    private func isNew(_ report: ClientReport, _ looked: Date?) -> Bool {
        let now = live.now()
        return now < report.until && looked.map { now.timeIntervalSince($0) >= Self.reportInterval && $0 < report.at } ?? true
    }

    private func look(_ key: ReportKey, _ report: ClientReport) async {
        let directory = snapshots.current.directory
        if let from = key.from, let transport = key.transport {
            let pair = StandingKey(key.account, from: from, transport: transport)
            let standing = snapshots.current.conditions.standing(pair) ?? .declared
            guard !standing.isInTheWay, !standing.isProven(since: report.at.addingTimeInterval(-Self.reportInterval)),
                let mailbox = directory.mailbox(of: pair), mailbox.isEnabled
            else { return }
            let outcome = await prober.probe(pair, through: mailbox, in: directory)
            await keep(outcome, pair, mailbox)
        } else if let mailbox = directory.mailbox(of: key.account), mailbox.isEnabled {
            do {
                let found = try await opened.asking(directory) { try await opened.check(directory, $0).report(mailbox, .signIn) }
                log.notice(
                    "checked \(key.account.login), because a client reported \(report.words): \(found.steps.last?.detail ?? "nothing was tried")"
                )
            } catch { log.warning("\(key.account.login) could not be checked: \(Ending(error).sentence)") }
            await catchUp()
        }
    }
}

extension Standing {
    /// What its provider has refused of it in the last so many seconds, as far as that is remembered.
    fileprivate func refusals(in seconds: Double, before now: Date) -> Int {
        switch self {
        case .denied(let at, _): now.timeIntervalSince(at) < seconds ? 2 : 0
        case .doubted(let doubt): now.timeIntervalSince(doubt.since) < seconds ? 1 + doubt.probes + doubt.tries : 0
        case .pending(_, let at?, let probes): now.timeIntervalSince(at) < seconds ? 1 + probes : 0
        case .declared, .pending, .proven, .rewritten: 0
        }
    }

    fileprivate func isAwaited(at now: Date) -> Bool { if case .doubted(let doubt) = self { doubt.awaited(at: now) != nil } else { false } }

    fileprivate func isProven(since start: Date) -> Bool { if case .proven(let at, _) = self { at >= start } else { false } }
}
