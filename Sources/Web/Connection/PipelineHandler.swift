internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Keeps the turns of one connection, and ends it after an answer that was given before its request had come to its end.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class PipelineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// For the last answer to be read in: closing at once, with octets of the request under way, would tear it down unread (RFC 9112 section 9.6).
    private static let farewell = TimeAmount.seconds(5)

    private var turns = RequestPipeline()
    /// Somebody behind wants more than has been passed on.
    private var isReadWanted = false
    private var end: Scheduled<Void>?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        turns.add(unwrapInboundIn(data))
        passOn(context)
    }

    @discardableResult
    private func passOn(_ context: ChannelHandlerContext) -> Bool {
        var hasPassed = false
        while let part = turns.next(hasRoom: context.channel.isWritable) {
            context.fireChannelRead(wrapInboundOut(part))
            hasPassed = true
        }
        return hasPassed
    }

    func read(context: ChannelHandlerContext) {
        if turns.isWaiting { isReadWanted = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that was told so sends its next request elsewhere, and not into a connection that is closed.
        if event is ChannelShouldQuiesceEvent { turns.leave() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    private func goOn(_ context: ChannelHandlerContext) {
        if passOn(context) { context.fireChannelReadComplete() }
        guard isReadWanted, !turns.isWaiting else { return }
        isReadWanted = false
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where turns.isLast && head.status.kind != .informational:
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where turns.wantsNoBody: promise?.succeed()
        case .head, .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            if turns.answered() { leave(context) } else { goOn(context) }
        }
    }

    /// Nothing more is said, and what still comes is not looked at.
    private func leave(_ context: ChannelHandlerContext) {
        guard end == nil else { return }
        context.flush()
        context.close(mode: .output, promise: nil)
        end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) { context.close(promise: nil) }
        goOn(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension PipelineHandler: Sendable {}
