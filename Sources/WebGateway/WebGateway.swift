internal import Hummingbird
internal import HummingbirdCore
package import Logging
package import Relay
internal import ServiceLifecycle

/// The way in for browsers: for now, consent.
package struct WebGateway: Service {
    /// Where it listens; the public address may be another when a proxy stands in front.
    package let host: String
    package let port: Int
    private let routes: ConsentRoutes
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) -> Void

    /// `port` 0 is any free one, which `onListening` then tells.
    package init(
        host: String, port: Int, address: PublicAddress, desk: ConsentDesk, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.routes = ConsentRoutes(address: address, desk: desk)
        self.logger = logger
        self.onListening = onListening
    }

    /// Throws when the port is taken.
    package func run() async throws {
        let router = Router()
        routes.add(to: router)
        // Its own log lines would name addresses with their queries, and a query may hold a code.
        var quiet = logger
        quiet.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) }, logger: quiet)
        try await application.runService(gracefulShutdownSignals: [])
    }
}
