internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOSSL
package import Relay
internal import ServiceLifecycle

/// The way in for browsers and programs: consent, the API, the console, and what a monitor asks for.
package struct WebGateway: Service {
    /// Where it listens; the public address may be another when a proxy stands in front.
    package let host: String
    package let port: Int
    private let address: PublicAddress
    private let sites: [any Site]
    /// nil: consent alone, for a command that waits for one.
    private let dependencies: WebDependencies?
    private let names: OwnNames
    /// nil: in clear, to this machine or to a proxy in front.
    private let certificate: ServedCertificate?
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) -> Void
    /// Seconds that requests under way have when the service stops: a message that was kept is answered, and who sends it by the octet is cut.
    private static let farewell = 10.0

    /// For one consent. `port` 0 is any free one, which `onListening` then tells.
    package init(
        host: String, port: Int, address: PublicAddress, site: any Site, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.address = address
        sites = [site]
        dependencies = nil
        names = OwnNames(address)
        certificate = nil
        self.logger = logger
        self.onListening = onListening
    }

    /// For the service.
    package init(
        host: String, port: Int, dependencies: WebDependencies, sites: [any Site], certificate: ServedCertificate? = nil,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.address = dependencies.address
        self.sites = sites
        self.dependencies = dependencies
        self.names = dependencies.names
        self.certificate = certificate
        self.logger = dependencies.logger
        self.onListening = onListening
    }

    /// Until graceful shutdown, with what is under way then, or cancellation. Throws `CannotListen` when the port is not to be had.
    package func run() async throws { try await run { _ in false } }

    /// `triesAgain` is asked when the port is not to be had.
    package func run(_ triesAgain: @escaping @Sendable (CannotListen) async -> Bool) async throws {
        try await withThrowingTaskGroup { group in
            // What requests began goes on while nobody can come.
            if let dependencies { group.addTask { await dependencies.backgroundTasks.run() } }
            do {
                while true {
                    do {
                        try await listen()
                        break
                    } catch let failure as CannotListen {
                        guard await triesAgain(failure) else { throw failure }
                    }
                }
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    private func listen() async throws {
        do { try await serve() } catch let error as IOError {
            throw CannotListen(
                host: host, port: port, isTaken: error.errnoCode == EADDRINUSE, why: String(cString: strerror(error.errnoCode)))
        } catch is SocketAddressError.UnknownHost {
            throw CannotListen(host: host, port: port, isTaken: false, why: "this host is not known here")
        }
    }

    private func serve() async throws {
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SafeAnswers())
        router.add(middleware: NameCheck(names: names))
        router.add(middleware: NothingThere(sites: sites))
        for site in sites { site.add(to: router) }
        // Its own log lines would name addresses with their queries, and a query may hold a code.
        var quiet = logger
        quiet.logLevel = .critical
        let encryption = try certificate.map { try NIOSSLContext(configuration: $0.configuration) }
        let (share, proxies) = (dependencies?.settings.connectionsPerAddress ?? 100, dependencies?.settings.proxies ?? [])
        let application = Application(
            responder: PublicPathResponder(address: address, routes: router.buildResponder()),
            server: HTTPServerBuilder {
                WebConnection(answeredBy: $0, share: share, proxies: proxies, encryption: encryption)
            },
            configuration: .init(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(dependencies?.settings.connections ?? 100, logger: quiet)),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) }, logger: quiet)
        guard let dependencies else { return try await application.runService(gracefulShutdownSignals: []) }
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            group.addTask {
                try await gracefulShutdown()
                await dependencies.wait(Self.farewell)
                if !Task.isCancelled { dependencies.logger.warning("requests did not end in \(Int(Self.farewell)) seconds: cut") }
            }
            // The server's end, or the end of its patience.
            try await group.next()
            group.cancelAll()
        }
    }
}

/// The address browsers come to cannot be had.
package struct CannotListen: Error, Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// Somebody else has it; otherwise it is not ours to have.
    package let isTaken: Bool
    package let why: String

    package var description: String { "\(host):\(port) cannot be listened on: \(why)" }
}
