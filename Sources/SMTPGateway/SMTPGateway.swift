internal import Glibc
internal import Logging
internal import Mail
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Relay
internal import ServiceLifecycle
internal import Synchronization

/// The submission server (RFC 6409): old programs hand their mail over here, by changing a host name and nothing else.
///
/// A class because whoever reloads the configuration and the service that runs share it; what changes is behind a lock.
package final class SMTPGateway: Service {
    private struct Current: Sendable {
        var settings: GatewaySettings
        var tls: NIOSSLContext?
    }

    private let dependencies: GatewayDependencies
    private let current: Mutex<Current>
    private let open = OpenConnections()
    private let updates: AsyncStream<Current>
    private let update: AsyncStream<Current>.Continuation
    private let onListening: @Sendable (GatewaySettings.Listener) -> Void
    private let onReady: @Sendable () -> Void

    /// Throws where the certificate or its key cannot be used. `onListening` is told the port that a listener got; `onReady`: all of them listen.
    package init(
        _ settings: GatewaySettings, dependencies: GatewayDependencies,
        onListening: @escaping @Sendable (GatewaySettings.Listener) -> Void = { _ in },
        onReady: @escaping @Sendable () -> Void = {}
    ) throws(GatewayFailure) {
        self.dependencies = dependencies
        self.onListening = onListening
        self.onReady = onReady
        current = Mutex(Current(settings: settings, tls: try Self.context(settings)))
        (updates, update) = AsyncStream.makeStream()
    }

    /// For connections from soon on, when `onReady` is called again; those that are open stay as they are. Throws, and changes nothing, where the certificate cannot
    /// be used; a place that is not to be had changes nothing either, and is logged.
    package func reload(_ settings: GatewaySettings) throws(GatewayFailure) {
        update.yield(Current(settings: settings, tls: try Self.context(settings)))
    }

    /// Listens until graceful shutdown or cancellation; messages under way are taken in and answered first. Throws when a place to listen is not to be had.
    package func run() async throws {
        let first = try await listen(current.withLock { $0.settings }, instead: [:])
        onReady()
        let listening = await cancelWhenGracefulShutdown { [updates, self] in
            var listening = first
            for await next in updates {
                do throws(GatewayFailure) {
                    listening = try await listen(next.settings, instead: listening)
                    current.withLock { $0 = next }
                    onReady()
                } catch {
                    dependencies.logger.error("\(error); the service goes on as it was")
                }
            }
            return listening
        }
        for channel in listening.values { await close(channel) }
        await sayFarewell()
    }

    /// What stays is kept; what is new is bound before what is gone is closed, so that a mistake changes nothing.
    private func listen(_ settings: GatewaySettings, instead before: [Place: any Channel]) async throws(GatewayFailure) -> [Place:
        any Channel]
    {
        let places = settings.listeners.map { Place.network($0) } + (settings.socketPath.map { [Place.socket($0)] } ?? [])
        var listening: [Place: any Channel] = [:]
        do throws(GatewayFailure) {
            for place in places {
                if let kept = before[place] { listening[place] = kept } else { listening[place] = try await bind(place) }
            }
        } catch {
            for (place, channel) in listening where before[place] == nil { await close(channel) }
            throw error
        }
        for (place, channel) in before where listening[place] == nil { await close(channel) }
        return listening
    }

    private func bind(_ place: Place) async throws(GatewayFailure) -> any Channel {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [self] channel in receive(channel, at: place) }
        do {
            switch place {
            case .network(let listener):
                let channel =
                    try await bootstrap
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    // Replies wait for nobody: a reply is one write.
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .bind(host: listener.host, port: listener.port).get()
                var bound = listener
                bound.port = channel.localAddress?.port ?? listener.port
                onListening(bound)
                return channel
            case .socket(let path):
                guard !LocalSocket.isServed(path) else {
                    throw GatewayFailure.cannotListen(path, "another service listens there; set local.folder")
                }
                // What is left is from a run that was killed.
                let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
                // Everyone may knock; the kernel says who it is.
                chmod(path, 0o666)
                return channel
            }
        } catch let failure as GatewayFailure {
            throw failure
        } catch let error as IOError {
            throw .cannotListen(place.words, "\(String(cString: strerror(error.errnoCode))); \(place.key) names another place")
        } catch {
            throw .cannotListen(place.words, "\(type(of: error))")
        }
    }

    private func receive(_ channel: any Channel, at place: Place) -> EventLoopFuture<Void> {
        let (settings, tls) = current.withLock { ($0.settings, $0.tls) }
        let address = channel.remoteAddress.flatMap(Self.address)
        let visitor: ConnectionLimit.Visitor = address.map { .address($0) } ?? .local
        // Accounts of this machine may be many, and must leave room for the network.
        let share = visitor == .local ? settings.connections / 2 : settings.connectionsPerAddress
        guard dependencies.connectionLimit.take(visitor, most: settings.connections, share: share) else {
            return channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(RefusalHandler()) }
        }
        open.add(channel)
        channel.closeFuture.whenComplete { [dependencies] _ in dependencies.connectionLimit.leave(visitor) }
        switch place {
        case .network(let listener):
            let isLoopback = address?.unmapped.isLoopback == true
            let origin = ConnectionOrigin(
                terms: terms(.network(mayBeClear: isLoopback || settings.allowsClear), settings, tls), address: address,
                isImplicitTLS: listener.isImplicitTLS, patience: settings.patience,
                secure: { context in
                    guard let tls else { preconditionFailure("TLS is offered where there is a certificate") }
                    try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
                })
            return channel.eventLoop.makeCompletedFuture {
                if listener.isImplicitTLS {
                    // Without a certificate nothing is said there: in clear it would be taken for encrypted.
                    guard let tls else { throw GatewayFailure.noCertificate("\(listener)") }
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                }
                try channel.pipeline.syncOperations.addHandler(SessionHandler(origin, dependencies: dependencies))
            }
        case .socket:
            return channel.eventLoop.makeFutureWithTask { try await channel.peerUID() }.flatMapThrowing { [self] uid in
                let origin = ConnectionOrigin(
                    terms: terms(.local(uid: uid), settings, nil), address: nil, isImplicitTLS: false, patience: settings.patience,
                    secure: { _ in preconditionFailure("there is no TLS at a local socket") })
                try channel.pipeline.syncOperations.addHandler(SessionHandler(origin, dependencies: dependencies))
            }
        }
    }

    private func terms(_ origin: Terms.Origin, _ settings: GatewaySettings, _ tls: NIOSSLContext?) -> Terms {
        Terms(
            origin: origin, hostName: settings.hostName, offersTLS: tls != nil, size: dependencies.surroundings.limits.size,
            recipients: dependencies.surroundings.limits.recipients)
    }

    private static func address(_ address: SocketAddress) -> IPAddress? {
        address.ipAddress.flatMap { IPAddress(String($0.prefix { $0 != "%" })) }
    }

    private func sayFarewell() async {
        let left = open.all.count
        if left > 0 { dependencies.logger.notice("stopping: \(left) connections take leave, what is under way is taken in first") }
        for channel in open.all {
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
        let limit = current.withLock { $0.settings.patience.farewell }
        let cut = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .milliseconds(Int64(limit * 1000))) {
            [open, dependencies] in
            dependencies.logger.warning(
                "\(open.all.count) connections did not end in \(Int(limit)) seconds: cut, and what they had begun is not kept")
            for channel in open.all { channel.close(promise: nil) }
        }
        await open.areGone()
        cut.cancel()
    }

    private func close(_ channel: any Channel) async {
        do { try await channel.close().get() } catch {
            // It is closed already, which is what was wanted.
            dependencies.logger.debug("a listener was closed before: \(type(of: error))")
        }
    }

    private static func context(_ settings: GatewaySettings) throws(GatewayFailure) -> NIOSSLContext? {
        guard let identity = settings.identity else {
            if let listener = settings.listeners.first(where: \.isImplicitTLS) { throw .noCertificate("\(listener)") }
            return nil
        }
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(identity.certificates).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(bytes: identity.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        } catch { throw .badCertificate }
    }
}

/// Where connections come in.
private enum Place: Sendable, Hashable {
    case network(GatewaySettings.Listener)
    case socket(String)

    var words: String {
        switch self {
        case .network(let listener): listener.description
        case .socket(let path): path
        }
    }

    /// Where it is configured.
    var key: String {
        switch self {
        case .network(let listener): listener.isImplicitTLS ? "smtp.listen-tls" : "smtp.listen"
        case .socket: "local.folder"
        }
    }
}

/// Why the submission server cannot run as it was told to.
package enum GatewayFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case cannotListen(String, String)
    /// TLS is wanted there, and there is nothing to begin it with.
    case noCertificate(String)
    case badCertificate

    package var description: String {
        switch self {
        case .cannotListen(let place, let why): "\(place) cannot be listened on: \(why)"
        case .noCertificate(let place): "TLS at \(place) wants a certificate and its key"
        case .badCertificate: "the certificate and its key cannot be used: both must be PEM, and belong together"
        }
    }
}
