package import Mail
package import struct FoundationEssentials.Date

/// Everything behind the 250 that is the same wherever it runs: follows the directory, renews tokens ahead of need, sees the spool through, lets go of what
/// waited for a route, sweeps. What it meets the world with – store, ways out, clock, chance – it is given.
package struct Passage: Sendable {
    /// Clock, chance, and where work is done.
    package struct World: Sendable {
        package let now: @Sendable () -> Date
        /// Ends early when its task is cancelled.
        package let wait: @Sendable (_ seconds: Double) async -> Void
        /// In 0..<1, for jitter.
        package let draw: @Sendable () -> Double
        package let generator: @Sendable () -> any RandomNumberGenerator
        /// Where a message is seen through that is begun now; nil: anywhere.
        package let executor: @Sendable () -> (any TaskExecutor)?

        package init(
            now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (_ seconds: Double) async -> Void,
            draw: @escaping @Sendable () -> Double, generator: @escaping @Sendable () -> any RandomNumberGenerator,
            executor: @escaping @Sendable () -> (any TaskExecutor)? = { nil }
        ) {
            self.now = now
            self.wait = wait
            self.draw = draw
            self.generator = generator
            self.executor = executor
        }
    }

    /// How much something matters to whoever watches.
    package enum Weight: Sendable, Hashable {
        case notice, warning, error
    }

    package let snapshots: Snapshots
    package let broker: TokenBroker
    package let runner: SpoolRunner
    package let follower: Follower
    private let store: any Store
    private let transports: Set<Transport>
    private let routes: RouteWatch
    private let world: World
    private let report: @Sendable (Weight, String) -> Void

    /// Seconds between two looks at what will need a new token.
    private static let renewalInterval: Double = 5

    /// `claimant` names this run: claims of older runs of its node are released at start. `domain`: who says what could not be delivered. `settled`: something
    /// was, after so many seconds of trying, of a message that old.
    package init(
        store: any Store, snapshots: Snapshots, claimant: Claimant, renewer: TokenRenewer, transmit: @escaping Transmit,
        transports: Set<Transport>, domain: Domain, world: World, limits: SpoolRunner.Limits = SpoolRunner.Limits(),
        report: @escaping @Sendable (Weight, String) -> Void,
        settled: @escaping @Sendable (Settlement, _ seconds: Double, _ age: Double) -> Void = { _, _, _ in }
    ) {
        let broker = TokenBroker(renewer: renewer)
        let follower = Follower(store: store, snapshots: snapshots, broker: broker, report: { report(.error, $0) })
        runner = SpoolRunner(
            claimant: claimant,
            attempt: Attempt.Surroundings(
                snapshots: snapshots, broker: broker, spool: store, transmit: transmit, transports: transports, schedule: RetrySchedule(),
                now: world.now, draw: world.draw, notices: Attempt.NoticeDependencies(domain: domain, generator: world.generator),
                pace: Pace(
                    now: world.now, wait: world.wait,
                    usage: { account, since throws(StoreFailure) in try await store.usage(of: account, since: since) }),
                catchUp: { await follower.catchUp() }),
            limits: limits, wait: world.wait, executor: world.executor, report: { report(.warning, $0) }, settled: settled)
        routes = RouteWatch(spool: store, snapshots: snapshots, transports: transports, now: world.now)
        self.snapshots = snapshots
        self.broker = broker
        self.follower = follower
        self.store = store
        self.transports = transports
        self.world = world
        self.report = report
    }

    /// What every way in accepts with: the snapshot's directory, so that a decision costs no look at the store.
    package func surroundings(
        domain: Domain, limits: AcceptStage.Limits = AcceptStage.Limits(),
        report: @escaping @Sendable (AcceptReport) -> Void = { _ in }
    ) -> AcceptStage.Surroundings {
        AcceptStage.Surroundings(
            store: store, decider: { _ in decider }, now: world.now, generator: world.generator, domain: domain, limits: limits,
            departures: runner, report: report)
    }

    /// By what is known at this moment.
    package var decider: Decider {
        let snapshot = snapshots.current
        return Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: transports)
    }

    /// What an older run of this node had under way goes first, and may arrive twice.
    package func recover() async throws(StoreFailure) {
        let unknown = try await runner.recover()
        guard !unknown.isEmpty else { return }
        report(.warning, "\(unknown.count) messages were under way when the last run ended; they are sent again and may arrive twice")
    }

    /// Until the runner is told to stop, and what is under way then has settled.
    package func run() async {
        await withTaskGroup { group in
            group.addTask { await follower.run(wait: world.wait) { runner.wake() } }
            group.addTask { await watchRoutes() }
            group.addTask { await renew() }
            group.addTask { await Sweeper(store, now: world.now, wait: world.wait, report: { report(.notice, $0) }).run() }
            await runner.run()
            group.cancelAll()
        }
    }
}

extension Passage {
    /// Every five seconds, by what the wall clock says then: a machine that slept renews as soon as it wakes, and ten thousand tokens, spread over the
    /// last fifth of their hour, come due by a hundred or two at a time.
    private func renew() async {
        while !Task.isCancelled {
            await broker.renewAhead()
            await probe()
            await world.wait(Self.renewalInterval)
        }
    }

    /// One grant of each suspended application; a service account's needs a mailbox to ask for. And every program that failed: it may work by now, and
    /// nobody tells us.
    private func probe() async {
        let snapshot = snapshots.current
        for grant in snapshot.directory.allGrants where grant.isEnabled && grant.kind == .command {
            if snapshot.conditions.grant(grant.id) != nil { await broker.probe(grant.id, with: TokenKey(grant: grant.id, resource: .smtp)) }
        }
        for grant in snapshot.directory.allGrants where grant.isEnabled && snapshot.conditions.application(grant.application) != nil {
            let login = snapshot.directory.mailboxes(of: grant.id).first?.login
            guard grant.kind != .serviceAccount || login != nil else { continue }
            guard let source = snapshot.directory.source(of: grant.id) else { continue }
            await broker.probe(grant.application, with: source.key(.smtp, login: login))
        }
    }

    /// What was mended lets go, within a second or two, what waited for it. And that mail of a purpose cannot leave is said when it begins and when it ends.
    private func watchRoutes() async {
        var before: [Purpose: Outlook] = [:]
        while !Task.isCancelled {
            do throws(StoreFailure) {
                let woken = try await routes.look()
                if woken > 0 {
                    report(.notice, "\(woken) waiting messages have a route now")
                    runner.wake()
                }
            } catch { report(.error, "what waits for a route could not be looked at: \(error)") }
            for (purpose, outlook) in decider.outlooks(at: world.now()) {
                let was = before.updateValue(outlook, forKey: purpose)
                guard was?.reason != outlook.reason || was?.isOpen != outlook.isOpen else { continue }
                if !outlook.isOpen {
                    report(.warning, "mail of the purpose \(purpose.rawValue) cannot leave now: \(outlook.reason)")
                } else if was != nil {
                    report(.notice, "mail of the purpose \(purpose.rawValue) can leave again")
                }
            }
            await world.wait(1)
        }
    }
}
