internal import Crypto
internal import Glibc
package import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization

/// A pretend Microsoft 365 or Google: authorisation server, submission server and the doors where mail is read, on this machine, good enough to be wrong against.
///
/// It answers as Entra and Exchange Online (or Google and Gmail) answer, refuses what they refuse, goes wrong when told to (`add(_:)`), and records every byte it took.
/// A class because `Service` and several tasks share the running servers; what changes is behind locks.
package final class Sandbox: Service {
    private struct Running: Sendable {
        var submission: MailServer
        var imap: MailServer
        var pop: MailServer
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

    /// Returns when its ports are bound.
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
        let context = try NIOSSLContext(configuration: tls)
        let folder = settings.messageFolder.map { MessageFolder(path: $0, provider: provider) }
        var servers: [MailServer] = []
        do {
            servers.append(
                try await listening(.submission, settings.submissionPort) { port in
                    try await MailServer(host: settings.host, port: port, idleLimit: settings.idleLimit) {
                        [provider] pipeline, client in
                        try pipeline.addHandler(SubmissionHandler(provider: provider, tls: context, folder: folder, client: client))
                    }
                })
            servers.append(
                try await listening(.imap, settings.imapPort) { try await reading(IMAPSession.self, port: $0, context) })
            servers.append(
                try await listening(.pop, settings.popPort) { try await reading(POP3Session.self, port: $0, context) })
            let web = try await listening(.web, settings.tokenPort) { port in
                try await WebServer(
                    provider: provider, host: settings.host, port: port, isControlled: settings.isControlled, tls: tls, logger: logger)
            }
            provider.with { state, _ in state.base = "https://localhost:\(web.port)" }
            return Running(submission: servers[0], imap: servers[1], pop: servers[2], web: web)
        } catch {
            for server in servers { try await server.stop() }
            throw error
        }
    }

    private func listening<Server>(
        _ name: SandboxError.Port, _ port: Int, _ listen: (_ port: Int) async throws -> Server
    ) async throws -> Server {
        do { return try await listen(port) } catch let error as IOError {
            throw SandboxError.cannotListen(name, at: "\(settings.host):\(port)", why: String(cString: strerror(error.errnoCode)))
        }
    }

    private func reading<Session: ReadingSession>(_: Session.Type, port: Int, _ context: NIOSSLContext) async throws -> MailServer {
        try await MailServer(host: settings.host, port: port, idleLimit: settings.idleLimit) { [provider] pipeline, _ in
            try pipeline.addHandler(NIOSSLServerHandler(context: context))
            try pipeline.addHandler(ReadingHandler<Session>(provider: provider))
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
        for server in [running.submission, running.imap, running.pop] { try await server.stop() }
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
    package var imapPort: Int { running?.imap.port ?? 0 }
    package var popPort: Int { running?.pop.port ?? 0 }
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
