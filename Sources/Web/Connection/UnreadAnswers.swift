internal import NIOCore

/// Ends a connection whose other side goes on asking and does not read what it is answered: each answer waits for room, and without an end to that, two
/// thousand such connections would be all there are.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class UnreadAnswers: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// For some ten kilobytes of room: less than that is no honest line.
    static let usualPatience = TimeAmount.seconds(60)

    private let patience: TimeAmount
    private var end: Scheduled<Void>?

    init(patience: TimeAmount = UnreadAnswers.usualPatience) { self.patience = patience }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            forget()
        } else if end == nil {
            end = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    private func forget() {
        end?.cancel()
        end = nil
    }
}

@available(*, unavailable)
extension UnreadAnswers: Sendable {}
