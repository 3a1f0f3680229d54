internal import CurlTransmit
internal import FoundationEssentials
internal import Logging
internal import Mail
internal import NIOPosix
internal import Relay
internal import SMTPTransmit
internal import ServiceLifecycle
internal import Store
internal import Monitoring

/// Everything behind the 250: follows the directory, renews tokens, sees the spool through. `serve` runs it beside the ways in, `demo` beside the sandbox,
/// and both are the same code on the same store.
struct RelayService: Service {
    let store: DatabaseStore
    let passage: Passage
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

    var snapshots: Snapshots { passage.snapshots }
    var broker: TokenBroker { passage.broker }
    var runner: SpoolRunner { passage.runner }
    var follower: Follower { passage.follower }

    /// `node` names this machine's part of a store: claims of older runs of it are released at start. `domain`: who says what could not be delivered; nil: this machine.
    init(
        store: DatabaseStore, vault: Vault, node: String, domain: Domain? = nil, checkpointFile: String? = nil, live: Live, log: Logger
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
        let doubts = StandingWatch.signals()
        passage = Passage(
            store: store, snapshots: snapshots, claimant: claimant, renewer: renewer, transmit: send,
            transports: Set(Transport.allCases), domain: try domain ?? live.hostDomain, world: live.world,
            report: { weight, words in log.log(level: weight.level, "\(words)") },
            settled: { settlement, seconds, age in
                metrics.count(settlement, seconds: seconds, age: age)
                settlement.note(in: log, seconds: seconds)
                if !settlement.observations.isEmpty { doubts.continuation.yield() }
            })
        watch = StandingWatch(
            prober: Prober(broker: passage.broker, transmit: send, senders: GmailSenders(curl), marks: try live.marks), store: store,
            vault: vault, snapshots: snapshots, catchUp: { [follower = passage.follower] in _ = await follower.catchUp() },
            holder: claimant.holder, signals: doubts, live: live, log: log)
        self.registry = registry
        self.metrics = metrics
        self.store = store
        self.transmit = transmit
        self.curl = curl
        self.vault = vault
        self.live = live
        self.log = log
        self.checkpointFile = checkpointFile
    }

    /// What every way in accepts with.
    func surroundings(domain: Domain, limits: AcceptStage.Limits) -> AcceptStage.Surroundings {
        passage.surroundings(domain: domain, limits: limits, report: { [log] report in report.note(in: log) })
    }

    func address(ofAccount name: String) -> EmailAddress? { passage.decider.address(ofAccount: name, at: live.now()) }

    /// Runs until graceful shutdown; attempts under way settle first.
    func run() async throws {
        try await passage.recover()
        await withTaskGroup { group in
            group.addTask { await checkpoint() }
            group.addTask { await warn() }
            group.addTask { await watch.run { runner.wake() } }
            group.addTask { await releaseAbandoned() }
            await withGracefulShutdownHandler {
                await withTaskCancellationHandler {
                    await passage.run()
                } onCancel: {
                    runner.stop()
                    runner.cancelAttempts()
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
}

extension Passage.Weight {
    fileprivate var level: Logger.Level {
        switch self {
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}

extension RelayService {
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
