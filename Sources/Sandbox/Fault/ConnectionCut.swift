internal import NIOCore

/// Ends a connection as a pulled cable would: below TLS, without its closing alert and without waiting for the peer's.
///
/// It goes in at the head of the pipeline and closes from there; an ordinary close would wait up to five seconds for a peer that is not reading.
final class ConnectionCut: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        context.close(promise: nil)
    }

    static func apply(to channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            guard channel.isActive else { return }
            try channel.pipeline.syncOperations.addHandler(ConnectionCut(), position: .first)
        }.get()
    }
}

@available(*, unavailable)
extension ConnectionCut: Sendable {}
