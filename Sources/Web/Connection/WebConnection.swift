internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL
internal import Relay

/// A connection, whatever it speaks: first its seat is taken, then it is HTTP/1.1 in clear, or TLS and of HTTP/2 and HTTP/1.1 what the client takes
/// (ALPN, RFC 7301).
struct WebConnection: ServerChildChannel {
    typealias Version = NIONegotiatedHTTPVersion<HTTP1Channel.Value, HTTP2Connection.Value>

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Known at the end of the handshake.
        let version: EventLoopFuture<Version>
    }

    /// How long a client may be silent: a connection is not kept open by whoever opens it.
    static let silence = TimeAmount.seconds(30)
    /// Octets of all fields of one request, names and values.
    static let largestHeader = 64 * 1024
    private static let deadline = "the end of the handshake"

    private let http1: HTTP1Channel
    private let http2: HTTP2Connection
    private let connectionLimit = ConnectionLimit()
    private let share: Int
    private let proxies: [Network]
    /// nil: in clear, to this machine or to a proxy in front.
    private let encryption: NIOSSLContext?

    init(answeredBy responder: @escaping HTTPChannelHandler.Responder, share: Int, proxies: [Network], encryption: NIOSSLContext?) {
        http1 = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [PipelineHandler()], idleTimeout: Self.silence,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: Self.largestHeader, maxHeaderFieldCount: 100)))
        http2 = HTTP2Connection(answers: http1, proxies: proxies)
        self.share = share
        self.proxies = proxies
        self.encryption = encryption
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
                ConnectionLimitHandler(connectionLimit, share: share, proxies: proxies), UnreadAnswers(),
            ])
        }.flatMap {
            if let encryption { return encrypt(channel, encryption, logger) }
            return http1.setup(channel: channel, logger: logger).map {
                Value(channel: channel, version: channel.eventLoop.makeSucceededFuture(.http1_1($0)))
            }
        }
    }

    private func encrypt(_ channel: any Channel, _ encryption: NIOSSLContext, _ logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HandshakeDeadline(Self.silence), name: Self.deadline)
            try pipeline.addHandler(NIOSSLServerHandler(context: encryption))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade {
                http1.setup(channel: $0, logger: logger)
            } http2ConnectionInitializer: { channel in
                channel.eventLoop.makeCompletedFuture { try http2.setUp(channel) }
            }
        }.map { version in
            version.whenComplete { _ in channel.pipeline.removeHandler(name: Self.deadline, promise: nil) }
            return Value(channel: channel, version: version)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            let version = try await withTaskCancellationHandler {
                try await value.version.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
            switch version {
            case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let streams): await http2.handle(streams, of: value.channel, logger: logger)
            }
        } catch {
            logger.trace("no handshake: \(error)")
            value.channel.close(promise: nil)
        }
    }
}

/// Ends a connection that does not come to the end of its handshake in time, or is in the middle of it when the service stops. It stands nearer to the client
/// than TLS, so that nobody is waited for to say good-bye.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let limit: TimeAmount
    private var end: Scheduled<Void>?

    init(_ limit: TimeAmount) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) {
        end = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }
}

@available(*, unavailable)
extension HandshakeDeadline: Sendable {}
