internal import Logging
internal import ServiceLifecycle
internal import Web

/// The way in for browsers beside the mail that goes out: a port that is taken keeps consents waiting, and no mail.
struct PatientGateway: Service {
    /// Seconds between two tries; a command that had the port for a consent gives it back within a quarter of an hour.
    private static let interval: Double = 5

    let gateway: WebGateway
    let log: Logger
    let live: Live

    func run() async throws {
        var said: CannotListen?
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await gateway.run()
                return
            } catch let failure as CannotListen {
                if said != failure { log.error("\(failure); until it is free, consents cannot come back (http.port names another)") }
                said = failure
            } catch {
                // Of being told to stop, as a rule; whatever it is, mail goes on.
                if !Task.isCancelled { log.error("the way in for browsers ended: \(type(of: error))") }
            }
            await cancelWhenGracefulShutdown { await live.wait(Self.interval) }
        }
    }
}
