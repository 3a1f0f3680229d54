import NIOCore
import NIOEmbedded
import Testing

@testable import Web

/// Who takes a seat and does not get as far as to say which protocol it speaks.
struct HandshakeDeadlineTests {
    @Test func whoComesToNoEndIsLetGo() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func nobodyIsWaitedForWhenTheServiceStops() throws {
        let channel = try channel()
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }

    @Test func afterItsEndThereIsNoHurry() throws {
        let channel = try channel()
        channel.pipeline.removeHandler(name: "deadline", promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(300))
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(HandshakeDeadline(.seconds(30)), name: "deadline")
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nobody")).wait()
        return channel
    }
}
