internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Relay
internal import Synchronization

/// Makes new connections: resolves, connects, protects, signs in.
struct ConnectionOpener: Sendable {
    let group: any EventLoopGroup
    let settings: TransmitSettings
    let contexts: TLSContexts
    let tally: TransmitTally

    func open(_ key: SignInKey) async throws(TransmitFailure) -> SubmissionConnection {
        let endpoint = key.place.endpoint
        let context = try contexts.context(trusting: key.trustedCertificates)
        let channel = try await connect(to: endpoint)
        tally.count { $0.connectionsOpened += 1 }
        let connection: SubmissionConnection
        do {
            connection = try await channel.eventLoop.submit { try attach(to: channel, key, context) }.get()
        } catch {
            channel.close(promise: nil)
            throw TransmitFailure(stage: .connect, cause: .connectionClosed)
        }
        try await connection.signedIn()
        return connection
    }

    /// Nothing is read before the handler is in place.
    private func attach(to channel: any Channel, _ key: SignInKey, _ context: NIOSSLContext) throws -> SubmissionConnection {
        let endpoint = key.place.endpoint
        let dialogue = SubmissionDialogue(
            name: settings.name, signIn: SignIn(login: key.place.login, token: key.token), protection: protection(endpoint, of: channel))
        let handler = SubmissionHandler(dialogue: dialogue, endpoint: endpoint, settings: settings, tls: context, tally: tally)
        try channel.pipeline.syncOperations.addHandler(handler)
        channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
        return SubmissionConnection(key: key, channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    /// Judged by where the connection really leads, not by a name.
    private func protection(_ endpoint: SMTPEndpoint, of channel: any Channel) -> SubmissionDialogue.Protection {
        switch endpoint.security {
        case .implicit: .tls
        case .startTLS: settings.allowsClearTextOnLoopback && channel.remoteAddress?.isLoopback == true ? .clearTextAllowed : .startTLS
        }
    }

    private func connect(to endpoint: SMTPEndpoint) async throws(TransmitFailure) -> any Channel {
        let attempts = Attempts()
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(settings.limits.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                attempts.add(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
        do {
            return try await withTaskCancellationHandler {
                try await bootstrap.connect(host: endpoint.host, port: endpoint.port).get()
            } onCancel: {
                attempts.abandon()
            }
        } catch {
            let trouble = ConnectTrouble(endpoint: endpoint, limit: settings.limits.connect)
            let cause = attempts.wereAbandoned ? .ours("the sending was cancelled") : trouble.cause(of: error)
            throw TransmitFailure(stage: .connect, cause: cause)
        }
    }
}

/// The sockets that try to connect at once (RFC 8305), so that a cancellation can close them. A class because NIO's callbacks share it.
private final class Attempts: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isAbandoned = false
    }

    private let state = Mutex(State())

    var wereAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func add(_ channel: any Channel) {
        let isLate = state.withLock { state in
            state.channels.append(channel)
            return state.isAbandoned
        }
        if isLate { channel.close(promise: nil) }
    }

    func abandon() {
        let channels = state.withLock { state in
            state.isAbandoned = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

extension SocketAddress {
    /// 127.0.0.0/8 or ::1.
    fileprivate var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") == true
        case .v6: ipAddress == "::1"
        case .unixDomainSocket: false
        }
    }
}
