internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP2

/// Keeps one request of an HTTP/2 connection: an end to those that do not come to theirs, and to answers that are not taken. An answer that was given before
/// its request had come to its end ends the stream, and not as an error (RFC 9113 section 8.1).
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class StreamHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Between two parts of a request.
    private let silence: TimeAmount
    /// The last part of the request has not come.
    private var isArriving = true
    private var isAnswered = false
    /// The answer to HEAD has no body, whatever it says of its length (RFC 9110 section 9.3.2).
    private var wantsNoBody = false
    private var end: Scheduled<Void>?

    init(silence: TimeAmount) { self.silence = silence }

    func handlerAdded(context: ChannelHandlerContext) { wait(silence, context) }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        switch part {
        case .head(var head):
            wantsNoBody = head.method == .head
            // A proxy that had the request by HTTP/1.1 may leave it there (RFC 9113 section 8.3.1).
            head.authority = head.authority ?? HTTPField.Name("Host").flatMap { head.headerFields[$0] }
            part = .head(head)
        case .body: break
        case .end: isArriving = false
        }
        if !isAnswered {
            if isArriving { wait(silence, context) } else { end?.cancel() }
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: context.write(data, promise: promise)
        case .body where wantsNoBody: promise?.succeed()
        case .body: context.write(data, promise: promise)
        case .end:
            isAnswered = true
            wait(UnreadAnswers.usualPatience, context)
            let sent = promise ?? context.eventLoop.makePromise()
            sent.futureResult.assumeIsolated().whenSuccess { self.leave(context) }
            context.write(data, promise: sent)
        }
    }

    /// All of the answer has left.
    private func leave(_ context: ChannelHandlerContext) {
        guard isArriving else { return }
        context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError), promise: nil)
    }

    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        end?.cancel()
        end = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension StreamHandler: Sendable {}
