internal import CurlTransmit
internal import FoundationEssentials
internal import Logging
internal import Mail
internal import NIOPosix
internal import Relay
internal import SMTPTransmit
internal import ServiceLifecycle
internal import SQLiteStore
internal import Monitoring

/// Everything behind the 250: follows the directory, renews tokens, sees the spool through. `serve` runs it beside the ways in, `demo` beside the sandbox,
/// and both are the same code on the same store.
struct RelayService: Service {
    let store: SQLiteStore
    let snapshots: Snapshots
    let broker: TokenBroker
    let runner: SpoolRunner
    let follower: Follower
    private let routes: RouteWatch
    /// What a monitor asks for.
    let registry: PrometheusRegistry
    let metrics: MandateMetrics
    private let transmit: SMTPTransmit
    let curl: CurlThread
    let watch: StandingWatch
    let vault: Vault
    let live: Live
    let log: Logger
    /// A file elsewhere that gets the journal's heads; the log gets them in any case.
    private let checkpointFile: String?

    /// `node` names this machine's part of a store: claims of older runs of it are released at start. `domain`: who says what could not be delivered; nil: this machine.
    init(
        store: SQLiteStore, vault: Vault, node: String, domain: Domain? = nil, checkpointFile: String? = nil, live: Live, log: Logger
    ) async throws {
        let directory = try await store.directory()
        let conditions = try await store.conditions(of: nil)
        let registry = PrometheusRegistry(MandateMetrics.catalogue)
        let metrics = MandateMetrics(factory: registry, version: Mandate.version)
        let snapshots = Snapshots(Snapshot(directory: directory, conditions: conditions))
        let curl = try CurlThread()
        let claimant = Claimant(node: node, incarnation: live.identifier("run"))
        let renewer = live.renewer(
            store, vault, holder: claimant.holder, curl, report: { key, failure in log.warning("token \(key): \(failure)") },
            asked: { key, failure in metrics.tokenRenewed(grant: key.grant.text, outcome: failure?.metric ?? "granted") },
            directory: { snapshots.current.directory })
        let broker = TokenBroker(renewer: renewer)
        var settings = TransmitSettings(now: live.now)
        settings.name = try live.hostDomain.ascii
        settings.connectionsPerLogin = 64  // the pace keeps each login to what its provider allows
        let transmit = SMTPTransmit(group: .singletonMultiThreadedEventLoopGroup, settings: settings)
        let requests = APITransmit(curl, now: live.now)
        let send: Transmit = { message throws(TransmitFailure) in
            switch message.transport {
            case .smtp: try await transmit.send(message)
            case .graph, .gmail: try await requests.send(message)
            }
        }
        let follower = Follower(store: store, snapshots: snapshots, broker: broker, log: log)
        let watch = StandingWatch(
            prober: Prober(broker: broker, transmit: send, senders: GmailSenders(curl), marks: try live.marks), store: store, vault: vault,
            snapshots: snapshots,
            catchUp: { _ = await follower.catchUp() }, holder: claimant.holder, live: live, log: log)
        self.watch = watch
        self.runner = SpoolRunner(
            claimant: claimant,
            attempt: Attempt.Surroundings(
                snapshots: snapshots, broker: broker, spool: store,
                transmit: send, transports: Set(Transport.allCases),
                schedule: RetrySchedule(), now: live.now, draw: live.fraction,
                notices: Attempt.NoticeDependencies(domain: try domain ?? live.hostDomain, generator: { live.generator }),
                pace: Pace(
                    now: live.now, wait: live.wait,
                    usage: { account, since throws(StoreFailure) in try await store.usage(of: account, since: since) }),
                catchUp: { _ = await follower.catchUp() }), wait: live.wait, report: { log.warning("\($0)") },
            settled: { settlement, seconds, age in
                metrics.count(settlement, seconds: seconds, age: age)
                settlement.note(in: log, seconds: seconds)
                if !settlement.observations.isEmpty { watch.wake() }
            })
        self.routes = RouteWatch(spool: store, snapshots: snapshots, transports: Set(Transport.allCases), now: live.now)
        self.registry = registry
        self.metrics = metrics
        self.store = store
        self.snapshots = snapshots
        self.broker = broker
        self.follower = follower
        self.transmit = transmit
        self.curl = curl
        self.vault = vault
        self.live = live
        self.log = log
        self.checkpointFile = checkpointFile
    }

    /// What every way in accepts with: the snapshot's directory, so that a decision costs no look at the store.
    func surroundings(domain: Domain, limits: AcceptStage.Limits) -> AcceptStage.Surroundings {
        AcceptStage.Surroundings(
            store: store,
            decider: { [snapshots] _ throws(StoreFailure) in
                let snapshot = snapshots.current
                return Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: Set(Transport.allCases))
            }, now: live.now, generator: { [live] in live.generator }, domain: domain, limits: limits,
            report: { [log] report in report.note(in: log) })
    }

    func address(ofAccount name: String) -> EmailAddress? {
        let snapshot = snapshots.current
        return Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: Set(Transport.allCases))
            .address(ofAccount: name, at: live.now())
    }

    /// Runs until graceful shutdown; attempts under way settle first.
    func run() async throws {
        let unknown = try await runner.recover()
        if !unknown.isEmpty {
            log.warning("\(unknown.count) messages were under way when the last run ended; they are sent again and may arrive twice")
        }
        await withTaskGroup { group in
            group.addTask { await follower.run(wait: live.wait) { runner.wake() } }
            group.addTask { await watchRoutes() }
            group.addTask { await renew() }
            group.addTask { await checkpoint() }
            group.addTask { await warn() }
            group.addTask { await Sweeper(store, now: live.now, wait: live.wait, report: { log.notice("\($0)") }).run() }
            group.addTask { await watch.run { runner.wake() } }
            group.addTask { await releaseAbandoned() }
            await withGracefulShutdownHandler {
                await withTaskCancellationHandler {
                    await runner.run()
                } onCancel: {
                    runner.stop()
                    Task { await runner.cancelAttempts() }
                }
            } onGracefulShutdown: {
                runner.stop()
            }
            group.cancelAll()
        }
        await transmit.shutdown()
        await curl.stop()
        await writeCheckpoint()
    }

    /// Every five seconds, by what the wall clock says then: a machine that slept renews as soon as it wakes, and ten thousand tokens, spread over the
    /// last fifth of their hour, come due by a hundred or two at a time.
    private func renew() async {
        while !Task.isCancelled {
            await broker.renewAhead()
            await probe()
            await live.wait(5)
        }
    }
}

extension RelayService {
    /// What was mended lets go, within a second or two, what waited for it. And that mail of a purpose cannot leave is said when it begins and when it ends.
    private func watchRoutes() async {
        var before: [Purpose: Outlook] = [:]
        while !Task.isCancelled {
            do throws(StoreFailure) {
                let woken = try await routes.look()
                if woken > 0 {
                    log.notice("\(woken) waiting messages have a route now")
                    runner.wake()
                }
            } catch { log.error("what waits for a route could not be looked at: \(error)") }
            let snapshot = snapshots.current
            let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions)
            for (purpose, outlook) in decider.outlooks(at: live.now()) {
                let was = before.updateValue(outlook, forKey: purpose)
                guard was?.reason != outlook.reason || was?.isOpen != outlook.isOpen else { continue }
                if !outlook.isOpen {
                    log.warning("mail of the purpose \(purpose.rawValue) cannot leave now: \(outlook.reason)")
                } else if was != nil {
                    log.notice("mail of the purpose \(purpose.rawValue) can leave again")
                }
            }
            await live.wait(1)
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
            guard let source = GrantSource(grant.id, in: snapshot.directory) else { continue }
            await broker.probe(grant.application, with: source.key(.smtp, login: login))
        }
    }

    /// Another service on this store that was killed does not come back by itself: what it had in hand is ours within a quarter of a minute.
    private func releaseAbandoned() async {
        var known: Set<String> = []
        while !Task.isCancelled {
            do {
                let released = try await AbandonedClaims(store: store, live: live).release(but: &known)
                if !released.isEmpty {
                    log.warning(
                        "\(released.count) messages were in hand of a service that has ended; they are sent again and may arrive twice")
                    runner.wake()
                }
            } catch { log.error("what an ended service left could not be looked at: \(Ending(error).sentence)") }
            await live.wait(15)
        }
    }

    /// Each hour and at stop, because only what was written down elsewhere can show that the journal's end was cut off.
    private func checkpoint() async {
        while !Task.isCancelled {
            await live.wait(3600)
            if !Task.isCancelled { await writeCheckpoint() }
        }
    }

    /// What ends within sixty, thirty, fourteen, seven days or one: told once each, in the log and the journal.
    private func warn() async {
        while !Task.isCancelled {
            do throws(StoreFailure) {
                let snapshot = snapshots.current
                let report = HealthReport(snapshot.directory, snapshot.conditions, uses: try await store.uses(), at: live.now())
                for (key, name, ending, threshold) in report.endings {
                    let words = "\(name): \(ending.words(at: live.now()))"
                    let warning = Warning(key: key, words: words, ends: ending.at, threshold: threshold)
                    if try await store.warn(warning, at: live.now()) { log.warning("\(words)") }
                }
            } catch { log.error("what ends soon could not be looked at: \(error)") }
            await live.wait(3600)
        }
    }

    private func writeCheckpoint() async {
        do {
            let marks = try await store.heads().map { Checkpoint.Mark(strand: $0.position.strand, number: $0.position.number, mac: $0.mac) }
            for mark in marks { log.notice("the journal's head is \(mark.strand)/\(mark.number) \(mark.mac.hexadecimal)") }
            if let checkpointFile { try Checkpoint(marks: marks).write(to: checkpointFile, at: live.now()) }
        } catch {
            log.error("the journal's head could not be written down: \(Ending(error).sentence)")
        }
    }
}
