internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The submission door: a listening socket whose connections each get a handler, an idle limit, and a place in the list for closing.
struct SubmissionServer: Sendable {
    let port: Int
    private let listening: any Channel
    private let connections: ServerConnections

    init(
        provider: Provider, host: String, port: Int, tls: TLSConfiguration, idleLimit: Double, folder: MessageFolder?
    ) async throws {
        let context = try NIOSSLContext(configuration: tls)
        let connections = ServerConnections()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let idle = IdleStateHandler(readTimeout: .milliseconds(Int64(idleLimit * 1_000)))
                    let client = channel.remoteAddress?.ipAddress ?? "unknown"
                    try channel.pipeline.syncOperations.addHandler(idle)
                    try channel.pipeline.syncOperations.addHandler(
                        SubmissionHandler(provider: provider, tls: context, folder: folder, client: client))
                }
            }
        listening = try await bootstrap.bind(host: host, port: port).get()
        guard let bound = listening.localAddress?.port else { throw SandboxError.notListening }
        self.port = bound
        self.connections = connections
    }

    /// Stops listening, then ends every open connection with a 421; an answer that only waits for its file is given first.
    func stop() async throws {
        try await listening.close().get()
        await connections.closeAll { channel in
            try await channel.eventLoop.submit {
                channel.pipeline.fireUserInboundEventTriggered(SubmissionHandler.StopRequested())
            }.get()
        }
    }
}
