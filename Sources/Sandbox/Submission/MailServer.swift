internal import NIOCore
internal import NIOPosix

/// The sandbox stops: whoever holds a connection ends it with a word.
struct StopRequested: Sendable {}

/// A door for mail: a listening socket whose connections each get the handlers of their protocol, an idle limit, and a place in the list for closing.
struct MailServer: Sendable {
    let port: Int
    private let listening: any Channel
    private let connections: ServerConnections

    init(
        host: String, port: Int, idleLimit: Double,
        addHandlers: @escaping @Sendable (ChannelPipeline.SynchronousOperations, _ client: String) throws -> Void
    ) async throws {
        let connections = ServerConnections()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let idle = IdleStateHandler(readTimeout: .milliseconds(Int64(idleLimit * 1_000)))
                    try channel.pipeline.syncOperations.addHandler(idle)
                    try addHandlers(channel.pipeline.syncOperations, channel.remoteAddress?.ipAddress ?? "unknown")
                }
            }
        listening = try await bootstrap.bind(host: host, port: port).get()
        guard let bound = listening.localAddress?.port else { throw SandboxError.notListening }
        self.port = bound
        self.connections = connections
    }

    /// Stops listening, then ends every open connection with a word; an answer that only waits for its file is given first.
    func stop() async throws {
        try await listening.close().get()
        await connections.closeAll { channel in
            try await channel.eventLoop.submit {
                channel.pipeline.fireUserInboundEventTriggered(StopRequested())
            }.get()
        }
    }
}
