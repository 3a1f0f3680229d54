internal import NIOCore

/// Sends one connection away that is one too many. In clear also where TLS would begin: a client that waits for a handshake sees the connection closed.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let reply = Reply(421, "4.7.0", "too many connections: come again later")
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply.wire)), promise: nil)
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension RefusalHandler: Sendable {}
