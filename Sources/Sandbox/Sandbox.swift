internal import Crypto
package import Logging
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization

/// A pretend Microsoft 365 or Google: authorisation server and submission server on this machine, good enough to be wrong against.
///
/// It answers as Entra and Exchange Online (or Google and Gmail) answer, refuses what they refuse, goes wrong when told to (`add(_:)`), and records every byte it took.
/// A class because `Service` and several tasks share the running servers; what changes is behind locks.
package final class Sandbox: Service {
    private struct Running: Sendable {
        var submission: SubmissionServer
        var web: WebServer
    }

    private enum Stage: Sendable {
        case idle
        case starting
        case running(Running)
        case stopped
    }

    package let settings: SandboxSettings
    package let authority: CertificateAuthority
    let provider: Provider
    private let logger: Logger
    private let stage = Mutex(Stage.idle)

    /// `clock` gives seconds since 1970; the generator makes tokens and identifiers, so the same one makes the same run.
    package init(
        _ tenant: Tenant, settings: SandboxSettings = SandboxSettings(), clock: @escaping @Sendable () -> Double,
        generator: any RandomNumberGenerator & Sendable, logger: Logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
    ) throws {
        var dice = Dice(generator)
        authority = try CertificateAuthority(dice: &dice)
        provider = Provider(
            ProviderState(tenant: tenant, habits: settings.habits, dice: dice, contentLimit: settings.contentLimit), clock: clock)
        self.settings = settings
        self.logger = logger
    }

    /// Returns when both ports are bound.
    package func start() async throws {
        let isIdle = stage.withLock { stage in
            guard case .idle = stage else { return false }
            stage = .starting
            return true
        }
        guard isIdle else { throw SandboxError.alreadyStarted }
        do {
            let running = try await listen()
            stage.withLock { $0 = .running(running) }
        } catch {
            stage.withLock { $0 = .idle }
            throw error
        }
    }

    private func listen() async throws -> Running {
        let tls = try authority.serverConfiguration()
        let folder = settings.messageFolder.map { MessageFolder(path: $0, provider: provider) }
        let submission = try await SubmissionServer(
            provider: provider, host: settings.host, port: settings.submissionPort, tls: tls, idleLimit: settings.idleLimit, folder: folder)
        do {
            let web = try await WebServer(
                provider: provider, host: settings.host, port: settings.tokenPort, isControlled: settings.isControlled, tls: tls,
                logger: logger)
            provider.with { state, _ in state.base = "https://localhost:\(web.port)" }
            return Running(submission: submission, web: web)
        } catch {
            try await submission.stop()
            throw error
        }
    }

    /// Releases every stall, closes every connection. A stopped sandbox is not started again; make another.
    package func stop() async throws {
        let running = stage.withLock { stage -> Running? in
            guard case .running(let running) = stage else { return nil }
            stage = .stopped
            return running
        }
        guard let running else { return }
        provider.holds.close()
        try await running.submission.stop()
        try await running.web.stop()
    }

    /// Starts unless started, and stays until graceful shutdown or cancellation.
    package func run() async throws {
        if running == nil { try await start() }
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            logger.debug("the sandbox's task was cancelled")
        }
        try await stop()
    }

    /// The name the certificate is for.
    package var submissionHost: String { "localhost" }
    /// 0 unless running.
    package var submissionPort: Int { running?.submission.port ?? 0 }
    package var tokenPort: Int { running?.web.port ?? 0 }
    package var tokenEndpoint: String { tokenEndpoint(tenant: tenant.id) }
    package func tokenEndpoint(tenant: String) -> String { provider.with { state, _ in state.endpoint(.token, tenant: tenant) } }
    package func authorizationEndpoint(tenant: String) -> String {
        provider.with { state, _ in state.endpoint(.authorize, tenant: tenant) }
    }
    package func deviceEndpoint(tenant: String) -> String { provider.with { state, _ in state.endpoint(.device, tenant: tenant) } }
    package func keysEndpoint(tenant: String) -> String { provider.with { state, _ in state.endpoint(.keys, tenant: tenant) } }
    package var userinfoEndpoint: String { provider.with { state, _ in state.endpoint(.userinfo) } }
    package var revocationEndpoint: String { provider.with { state, _ in state.endpoint(.revoke) } }
    package var issuer: String { provider.with { state, _ in state.issuer } }
    package var baseAddress: String { provider.with { state, _ in state.base } }

    private var running: Running? { stage.withLock { if case .running(let running) = $0 { running } else { nil } } }
}
