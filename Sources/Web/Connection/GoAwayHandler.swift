internal import NIOCore
internal import NIOHTTP2

/// Ends an HTTP/2 connection: when it has had no stream for long, and when the service stops, once the streams under way are answered. GOAWAY says up to which
/// stream requests were looked at, so a client may send others again (RFC 9113 section 6.8). It is the last word: NIO ends a connection whose client, having not
/// heard it yet, sends a body in a new stream, and with it the answers under way. Nothing is waited for that a client may leave out, such as an answer to a
/// PING. Where the client breaks the rules the connection ends at once.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class GoAwayHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let share: Int
    private let silence: TimeAmount
    private var open = 0
    private var last = HTTP2StreamID.rootStream
    private var isLeaving = false
    private var end: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(share: Int, silence: TimeAmount) {
        self.share = share
        self.silence = silence
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        wait()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
        self.context = nil
    }

    /// False: it is not looked at, and may be sent again. Twice as many are let in as we say, since one that has ended is counted a moment longer.
    func began(_ stream: HTTP2StreamID) -> Bool {
        end?.cancel()
        open += 1
        last = stream
        return !isLeaving && open <= 2 * share
    }

    /// It is closed, and its last frame has left.
    func ended() {
        open -= 1
        guard open == 0 else { return }
        if isLeaving { sayFarewell() } else { wait() }
    }

    private func wait() {
        guard let context else { return }
        end?.cancel()
        end = context.eventLoop.assumeIsolated().scheduleTask(in: silence) { self.leave() }
    }

    private func leave() {
        isLeaving = true
        end?.cancel()
        if open == 0 { sayFarewell() }
    }

    private func sayFarewell() {
        guard let context else { return }
        let frame = HTTP2Frame(streamID: .rootStream, payload: .goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { leave() }
        // Nobody is there to read what would be answered.
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// NIO has said what is wrong to the client, with GOAWAY or RST_STREAM.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

@available(*, unavailable)
extension GoAwayHandler: Sendable {}
