package import Monitoring
package import Logging
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

/// What the service can do beyond the relay's rooms, as closures because only the program that is made of all of them has the means.
package struct WebOperations: Sendable {
    /// Brings the snapshot up to the store, and tells the broker whose credentials have changed.
    package var catchUp: @Sendable () async -> Bool
    /// There may be something to send.
    package var wake: @Sendable () -> Void
    /// Asks the provider whether a mailbox may send as that address, and keeps what it says.
    package var probe: @Sendable (StandingKey, Mailbox, _ person: String) async throws(StoreFailure) -> Standing?
    /// Signs in, sends a test message to the mailbox itself, or reads.
    package var check: @Sendable (Mailbox, CheckKind, _ person: String) async -> CheckReport
    /// Withdraws a consent at the provider, before it is forgotten here; in words what became of it.
    package var revoke: @Sendable (Grant) async -> String
    package var requestDevice: RequestDevice
    package var pollDevice: PollDevice
    /// Walks the journal's chain.
    package var verify: @Sendable () async throws -> ChainReport
    /// False while mail cannot be taken: the store does not answer, or the disk is full.
    package var isReady: @Sendable () async -> Bool

    package init(
        catchUp: @escaping @Sendable () async -> Bool, wake: @escaping @Sendable () -> Void,
        probe: @escaping @Sendable (StandingKey, Mailbox, _ person: String) async throws(StoreFailure) -> Standing?,
        check: @escaping @Sendable (Mailbox, CheckKind, _ person: String) async -> CheckReport,
        revoke: @escaping @Sendable (Grant) async -> String,
        requestDevice: @escaping RequestDevice, pollDevice: @escaping PollDevice,
        verify: @escaping @Sendable () async throws -> ChainReport,
        isReady: @escaping @Sendable () async -> Bool
    ) {
        self.catchUp = catchUp
        self.wake = wake
        self.probe = probe
        self.check = check
        self.revoke = revoke
        self.requestDevice = requestDevice
        self.pollDevice = pollDevice
        self.verify = verify
        self.isReady = isReady
    }
}

package enum CheckKind: String, Sendable, Hashable, CaseIterable {
    case signIn = "sign-in"
    case outgoing, incoming
}

/// How a check came out, step by step.
package struct CheckReport: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package let name: String
        package let isGood: Bool
        package let detail: String
        /// What to do, line by line; none when it is good.
        package let fix: [String]

        package init(name: String, isGood: Bool, detail: String, fix: [String] = []) {
            self.name = name
            self.isGood = isGood
            self.detail = detail
            self.fix = fix
        }
    }

    package var steps: [Step]
    /// Of a test message: what it was to be from, and what it arrived from.
    package var planned: String?
    package var actual: String?

    package init(steps: [Step], planned: String? = nil, actual: String? = nil) {
        self.steps = steps
        self.planned = planned
        self.actual = actual
    }

    package var isGood: Bool { steps.allSatisfy(\.isGood) }
}

/// What a walk along the journal's chain found.
package struct ChainReport: Sendable, Hashable {
    package let entries: Int
    /// The first entry that is not what it was; nil: the chain is whole.
    package let broken: String?
    package let words: String

    package init(entries: Int, broken: String?, words: String) {
        self.entries = entries
        self.broken = broken
        self.words = words
    }
}
