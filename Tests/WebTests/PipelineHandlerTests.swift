import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Web

/// An embedded channel knows no half of a close; a socket goes on hearing.
private final class HalfClosing: ChannelOutboundHandler {
    typealias OutboundIn = NIOAny

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}

/// One request at a time, and an end to those that do not come to theirs.
struct PipelineHandlerTests {
    private static let head = HTTPRequestPart.head(HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/"))
    private static let body = HTTPRequestPart.body(ByteBuffer(string: "x"))
    private static let end = HTTPRequestPart.end(nil)

    @Test func theNextRequestWaitsForItsTurn() throws {
        let channel = try channel()
        for part in [Self.head, Self.body, Self.end, Self.head, Self.end, Self.head] { try channel.writeInbound(part) }
        #expect(try passedOn(channel) == ["head", "body", "end"])
        try answer(channel)
        #expect(try passedOn(channel) == ["head", "end"])
        try answer(channel)
        #expect(try passedOn(channel) == ["head"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// Who does not read his answers is asked nothing further from.
    @Test func aFullConnectionIsNoTurn() throws {
        let channel = try channel()
        for part in [Self.head, Self.end, Self.head, Self.end] { try channel.writeInbound(part) }
        channel.isWritable = false
        try answer(channel)
        #expect(try passedOn(channel) == ["head", "end"])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try passedOn(channel) == ["head", "end"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// The service stops: the answer under way says that it is the last, and what has come behind its request is not begun.
    @Test func whenTheServiceStopsTheAnswerUnderWayIsTheLast() throws {
        let channel = try channel()
        for part in [Self.head, Self.end, Self.head, Self.end] { try channel.writeInbound(part) }
        #expect(try passedOn(channel) == ["head", "end"])
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        try answer(channel)
        #expect(try channel.readOutbound(as: HTTPResponsePart.self).flatMap(Self.connection) == "close")
        #expect(try passedOn(channel) == [])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// An answer before the end of the request is the last one, says so, and is left time to be read.
    @Test func anEarlyAnswerIsTheLast() throws {
        let channel = try channel()
        try channel.writeInbound(Self.head)
        try channel.writeInbound(Self.body)
        try answer(channel, status: .contentTooLarge)
        #expect(try channel.readOutbound(as: HTTPResponsePart.self).flatMap(Self.connection) == "close")
        _ = try passedOn(channel)
        for part in [Self.body, Self.end, Self.head] { try channel.writeInbound(part) }
        #expect(try passedOn(channel) == [], "what comes behind it is nobody's")
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func anAnswerInTimeIsNot() throws {
        let channel = try channel()
        for part in [Self.head, Self.end] { try channel.writeInbound(part) }
        try answer(channel)
        let part = try #require(try channel.readOutbound(as: HTTPResponsePart.self))
        #expect(Self.connection(part) == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handlers: [HalfClosing(), PipelineHandler()])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nobody")).wait()
        return channel
    }

    private func answer(_ channel: EmbeddedChannel, status: HTTPResponse.Status = .ok) throws {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: status)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    private func passedOn(_ channel: EmbeddedChannel) throws -> [String] {
        var words: [String] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) {
            switch part {
            case .head: words.append("head")
            case .body: words.append("body")
            case .end: words.append("end")
            }
        }
        return words
    }

    private static func connection(_ part: HTTPResponsePart) -> String? {
        if case .head(let head) = part { head.headerFields[.connection] } else { nil }
    }
}
