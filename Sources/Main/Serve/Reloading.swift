internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again at SIGHUP. A mistake in it is told and changes nothing.
struct Reloading: Service {
    /// Caught before the service is ready, or a reload that comes with the start would end it.
    let signals: UnixSignalsSequence
    let reading: ConfigurationReading
    let ways: WaysIn
    let output: LogOutput
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                do {
                    let configuration = try await reading.read()
                    let waiting = try ways.reload(configuration)
                    output.become(configuration.log)
                    log.notice("the configuration and the certificates were read again")
                    if !waiting.isEmpty { log.warning("\(waiting.map(\.rawValue).joined(separator: ", ")): only from the next start") }
                } catch {
                    log.error("the configuration stays as it was: \(Ending(error).sentence)")
                }
            }
        }
    }
}
