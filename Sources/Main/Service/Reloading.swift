internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again at SIGHUP. A mistake in it is told and changes nothing.
struct Reloading: Service {
    let reading: ConfigurationReading
    let ways: WaysIn
    let log: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                do {
                    try ways.reload(try await reading.read())
                    log.notice("the configuration and the certificates were read again")
                } catch {
                    log.error("the configuration stays as it was: \(Ending(error).sentence)")
                }
            }
        }
    }
}
