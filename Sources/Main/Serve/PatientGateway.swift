internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import Web

/// The way in for browsers beside the mail that goes out: a port that is taken keeps consents waiting, and no mail.
struct PatientGateway: Service {
    /// Seconds between two tries; a command that had the port for a consent gives it back within a quarter of an hour.
    private static let interval: Double = 5

    let gateway: WebGateway
    let log: Logger
    let live: Live

    func run() async throws {
        let said = Mutex<CannotListen?>(nil)
        do {
            try await gateway.run { failure in
                let isNew = said.withLock { said in
                    defer { said = failure }
                    return said != failure
                }
                if isNew { log.error("\(failure); until it is free, consents cannot come back (http.port names another)") }
                await cancelWhenGracefulShutdown { await live.wait(Self.interval) }
                return !Task.isCancelled && !Task.isShuttingDownGracefully
            }
        } catch {
            guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
            // Whatever it is, mail goes on.
            log.error("the way in for browsers ended: \(Ending(error).sentence)")
            try await gracefulShutdown()
        }
    }
}
