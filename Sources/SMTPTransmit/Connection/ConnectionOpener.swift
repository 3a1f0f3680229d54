internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Relay
internal import Synchronization

/// Makes new connections: resolves, connects, and sets the dialogue going.
struct ConnectionOpener: Sendable {
    let group: any EventLoopGroup
    let settings: TransmitSettings
    let contexts: TLSContexts
    let tally: TransmitTally

    func open(_ key: SignInKey) async throws(TransmitFailure) -> SubmissionConnection {
        let context = try contexts.context(trusting: key.trustedCertificates)
        let connection = try await connect(key, context)
        tally.count { $0.connectionsOpened += 1 }
        return connection
    }

    private func connect(_ key: SignInKey, _ context: NIOSSLContext) async throws(TransmitFailure) -> SubmissionConnection {
        let endpoint = key.place.endpoint
        let attempts = Attempts()
        // Where the one that wants it is, if that is an event loop of the group.
        let bootstrap = ClientBootstrap(group: group.any())
            .connectTimeout(TimeAmount(settings.limits.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = handler(key, context)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                    attempts.add(SubmissionConnection(key: key, channel: channel, handler: bound))
                }
            }
        do {
            let channel = try await withTaskCancellationHandler {
                try await bootstrap.connect(host: endpoint.host, port: endpoint.port).get()
            } onCancel: {
                attempts.abandon()
            }
            guard let connection = attempts.connection(over: channel) else { preconditionFailure("a channel that was not initialised") }
            return connection
        } catch {
            let trouble = ConnectTrouble(endpoint: endpoint, limit: settings.limits.connect)
            let cause = attempts.wereAbandoned ? .ours("the sending was cancelled") : trouble.cause(of: error)
            throw TransmitFailure(stage: .connect, cause: cause)
        }
    }

    private func handler(_ key: SignInKey, _ context: NIOSSLContext) -> SubmissionHandler {
        let endpoint = key.place.endpoint
        let dialogue = SubmissionDialogue(
            name: settings.name,
            signIn: SignIn(login: key.place.login, token: key.token, host: endpoint.host, port: endpoint.port),
            protection: protection(endpoint))
        return SubmissionHandler(dialogue: dialogue, endpoint: endpoint, settings: settings, tls: context, tally: tally)
    }

    private func protection(_ endpoint: MailEndpoint) -> SubmissionDialogue.Protection {
        switch endpoint.security {
        case .implicit: .tls
        case .startTLS: settings.allowsClearTextOnLoopback ? .clearTextAllowed : .startTLS
        }
    }
}

/// The sockets that try to connect at once (RFC 8305): one wins, a cancellation closes them all. A class because NIO's callbacks share it.
private final class Attempts: Sendable {
    private struct State {
        var connections: [SubmissionConnection] = []
        var isAbandoned = false
    }

    private let state = Mutex(State())

    var wereAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func connection(over channel: any Channel) -> SubmissionConnection? {
        state.withLock { $0.connections.first { $0.id == ObjectIdentifier(channel) } }
    }

    func add(_ connection: SubmissionConnection) {
        let isLate = state.withLock { state in
            state.connections.append(connection)
            return state.isAbandoned
        }
        if isLate { connection.drop() }
    }

    func abandon() {
        let connections = state.withLock { state in
            state.isAbandoned = true
            return state.connections
        }
        for connection in connections { connection.drop() }
    }
}
