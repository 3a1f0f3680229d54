internal import HummingbirdCore
internal import Logging
internal import Mail
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypesHTTP2
internal import Relay

/// A connection that speaks HTTP/2 (RFC 9113): each stream is answered as an HTTP/1.1 connection with one request is.
///
/// HummingbirdHTTP2's would end a silent connection only when the client answers a PING, lets a hundred streams be open, and when the service stops it cuts the
/// answers that wait for room at the client.
struct HTTP2Connection: Sendable {
    /// A stream is set up when it is taken, and not read before: NIO ends the program that makes a writer for a stream and drops it.
    typealias Value = NIOHTTP2Handler.AsyncStreamMultiplexer<any Channel>

    /// Streams at once: more than the six connections that a browser would have. RFC 9113 section 6.5.2 advises a hundred, and whoever opens so many and sends
    /// much in each would hold as much memory with a hundredth of the connections.
    static let share = 8
    /// Of a proxy, which brings many people: what NIO takes at most.
    private static let shareOfProxies = 100

    private let answers: HTTP1Channel
    private let proxies: [Network]

    init(answers: HTTP1Channel, proxies: [Network]) {
        self.answers = answers
        self.proxies = proxies
    }

    func setUp(_ channel: any Channel) throws -> Value {
        let address = channel.remoteAddress?.client ?? .unspecified
        let share = proxies.contains { $0.contains(address) } ? Self.shareOfProxies : Self.share
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: share),
            HTTP2Setting(parameter: .maxHeaderListSize, value: WebConnection.largestHeader),
        ]
        let end = GoAwayHandler(share: share, silence: WebConnection.silence)
        let counted = NIOLoopBound(end, eventLoop: channel.eventLoop)
        let streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(mode: .server, configuration: configuration) {
            stream in
            stream.eventLoop.makeCompletedFuture { try Self.begin(stream, counted.value, counted) }
        }
        try channel.pipeline.syncOperations.addHandler(end)
        return streams
    }

    private static func begin(
        _ stream: any Channel, _ end: GoAwayHandler, _ counted: NIOLoopBound<GoAwayHandler>
    ) throws -> any Channel {
        try stream.syncOptions?.setOption(.autoRead, value: false)
        let isTaken = end.began(try stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) ?? .rootStream)
        stream.closeFuture.whenComplete { _ in counted.value.ended() }
        // Before it has read our settings a client may open a hundred.
        if !isTaken { stream.writeAndFlush(HTTP2Frame.FramePayload.rstStream(.refusedStream), promise: nil) }
        return stream
    }

    /// Until it is closed, or the service has no more time.
    func handle(_ streams: Value, of channel: any Channel, logger: Logger) async {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                for try await stream in streams.inbound { group.addTask { await answer(stream, logger) } }
            }
        } catch { logger.trace("the connection broke: \(error)") }
        channel.close(promise: nil)
    }

    private func answer(_ stream: any Channel, _ logger: Logger) async {
        do {
            let parts = try await stream.eventLoop.submit { try Self.open(stream) }.get()
            await answers.handle(value: parts, logger: logger)
        } catch { logger.trace("the stream was closed before its turn: \(error)") }
    }

    private static func open(_ stream: any Channel) throws -> HTTP1Channel.Value {
        try stream.pipeline.syncOperations.addHandlers([
            HTTP2FramePayloadToHTTPServerCodec(), UnreadAnswers(), StreamHandler(silence: WebConnection.silence),
        ])
        let parts = try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
        try stream.syncOptions?.setOption(.autoRead, value: true)
        stream.read()
        return parts
    }
}
