package import Monitoring
package import Logging
package import Mail
package import Relay
package import struct FoundationEssentials.Date

/// What the way in for browsers and programs works with: the relay's rooms, and what only the whole program can do.
///
/// A class, though nothing in it changes, because every request carries it along: as a value, each copy would be a reference counted for each of its thirty
/// closures.
package final class WebDependencies: Sendable {
    package let store: any Store
    package let snapshots: Snapshots
    package let vault: Vault
    package let broker: TokenBroker
    package let consents: ConsentFlow
    package let accept: AcceptStage.Surroundings
    package let address: PublicAddress
    package let settings: WebSettings
    package let operations: WebOperations
    package let registry: PrometheusRegistry
    package let metrics: MandateMetrics
    package let wait: @Sendable (_ seconds: Double) async -> Void
    /// So many random octets.
    package let draw: @Sendable (_ count: Int) -> [UInt8]
    package let logger: Logger
    package let requests = RequestsUnderWay()
    package let backgroundTasks = BackgroundTasks()
    package let names: OwnNames
    package let authenticator: Authenticator
    package let reports: AuditReports
    private let signIns = SignInRecord()

    package init(
        store: any Store, snapshots: Snapshots, vault: Vault, broker: TokenBroker, consents: ConsentFlow, accept: AcceptStage.Surroundings,
        address: PublicAddress, settings: WebSettings, operations: WebOperations, registry: PrometheusRegistry, metrics: MandateMetrics,
        wait: @escaping @Sendable (_ seconds: Double) async -> Void, draw: @escaping @Sendable (_ count: Int) -> [UInt8], logger: Logger
    ) {
        self.store = store
        self.snapshots = snapshots
        self.vault = vault
        self.broker = broker
        self.consents = consents
        self.accept = accept
        self.address = address
        self.settings = settings
        names = OwnNames(address, more: settings.hostNames, proxies: settings.proxies)
        self.operations = operations
        self.registry = registry
        self.metrics = metrics
        self.wait = wait
        self.draw = draw
        self.logger = logger
        reports = AuditReports(snapshots, store)
        authenticator = Authenticator(
            address: address, isSecure: address.isSecure || settings.isEncrypted, proxies: settings.proxies,
            sessions: SessionKeeper(key: Secret(draw(32))), browsers: KnownBrowsers(vault: vault),
            directory: { snapshots.current.directory }, now: accept.now)
    }

    package var now: Date { accept.now() }
    package var directory: Directory { snapshots.current.directory }

    package func decider() -> Decider {
        let snapshot = snapshots.current
        return Decider(directory: snapshot.directory, conditions: snapshot.conditions)
    }

    /// Health as of now.
    package func health() async throws(StoreFailure) -> HealthReport {
        let snapshot = snapshots.current
        return HealthReport(
            snapshot.directory, snapshot.conditions, uses: try await store.uses(),
            withoutSecret: try await store.applicationsWithoutSecret(snapshot.directory), at: now)
    }
}

/// Who came in, and who tried to, for the journal. Nobody is kept out because it cannot be written.
extension WebDependencies {
    package func signedIn(_ client: Client, from address: IPAddress) async {
        await note(signIns.success(of: client, from: address, at: now))
    }

    /// Not waited for: how long the answer takes would tell whether the name is somebody's.
    package func signInFailed(_ client: Client?, from address: IPAddress, at door: JournalEntry.Door) {
        guard let entry = signIns.failure(of: client, from: address, at: door, at: now) else { return }
        do throws(Problem) { try backgroundTasks.begin { [self] in await note(entry) } } catch {
            logger.warning("a failed log-in is not in the journal: \(error.detail)")
        }
    }

    private func note(_ entry: JournalEntry) async {
        do throws(StoreFailure) { try await store.append([entry], sightings: []) } catch {
            logger.error("a log-in is not in the journal: \(error)")
        }
    }
}

/// What an administrator may set about it.
package struct WebSettings: Sendable, Hashable {
    /// Whose X-Forwarded-For and X-Forwarded-Host are believed.
    package var proxies: [Network] = []
    /// By which it may be asked, beside the public one and this machine's own.
    package var hostNames: [String] = []
    /// Everybody comes by TLS, so that no cookie ever travels without.
    package var isEncrypted = false
    /// At once.
    package var connections = 4_000
    /// At once from one address that is no proxy.
    package var connectionsPerAddress = 500
    /// Octets of a JSON body: ten thousand delegations and more.
    package var largestDocument = 4 * 1024 * 1024
    /// Octets of a CSV file: a million users have about 80 MB.
    package var largestImport = 256 * 1024 * 1024
    package var version = ""

    package init() {}
}

/// What the service can do beyond the relay's rooms: each role is played by the program that has the means.
package struct WebOperations: Sendable {
    package let follower: any StoreFollower
    /// There may be something to send.
    package let wake: @Sendable () -> Void
    package let prober: any StandingProber
    package let checker: any MailboxChecker
    package let tester: any CredentialTester
    package let revoker: any ConsentRevoker
    package let devices: any DeviceAuthorizer
    package let verifier: any JournalVerifier
    package let readiness: any ReadinessCheck
    package let reports: any ReportReader
    package let xml: any XMLReader

    package init(
        follower: any StoreFollower, wake: @escaping @Sendable () -> Void, prober: any StandingProber, checker: any MailboxChecker,
        tester: any CredentialTester, revoker: any ConsentRevoker, devices: any DeviceAuthorizer, verifier: any JournalVerifier,
        readiness: any ReadinessCheck, reports: any ReportReader, xml: any XMLReader
    ) {
        self.follower = follower
        self.wake = wake
        self.prober = prober
        self.checker = checker
        self.tester = tester
        self.revoker = revoker
        self.devices = devices
        self.verifier = verifier
        self.readiness = readiness
        self.reports = reports
        self.xml = xml
    }
}
