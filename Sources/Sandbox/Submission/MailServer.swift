internal import NIOCore
internal import NIOExtras
internal import NIOPosix

/// A door for mail: a listening socket whose connections each get the handlers of their protocol and an idle limit, and are told when the sandbox stops.
struct MailServer: Sendable {
    let port: Int
    private let listening: any Channel
    private let quiescing: ServerQuiescingHelper

    init(
        host: String, port: Int, idleLimit: Double,
        addHandlers: @escaping @Sendable (ChannelPipeline.SynchronousOperations, _ client: String) throws -> Void
    ) async throws {
        let quiescing = ServerQuiescingHelper(group: MultiThreadedEventLoopGroup.singleton)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let idle = IdleStateHandler(readTimeout: .milliseconds(Int64(idleLimit * 1_000)))
                    try channel.pipeline.syncOperations.addHandler(idle)
                    try addHandlers(channel.pipeline.syncOperations, channel.remoteAddress?.ipAddress ?? "unknown")
                }
            }
        listening = try await bootstrap.bind(host: host, port: port).get()
        guard let bound = listening.localAddress?.port else { throw SandboxError.notListening }
        self.port = bound
        self.quiescing = quiescing
    }

    /// Stops listening and has every open connection end with a word; an answer that only waits for its file is given first.
    func stop() async throws {
        let ended = listening.eventLoop.makePromise(of: Void.self)
        quiescing.initiateShutdown(promise: ended)
        try await ended.futureResult.get()
    }
}
