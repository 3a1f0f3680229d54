import NIOCore
import NIOEmbedded
import Testing

@testable import Web

/// Who asks and does not read is waited for, but not for good.
struct UnreadAnswersTests {
    @Test func whoDoesNotReadIsLetGo() throws {
        let channel = try channel()
        stop(channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func whoReadsSlowlyIsNot() throws {
        let channel = try channel()
        for _ in 0..<10 {
            stop(channel)
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
            channel.isWritable = true
            channel.pipeline.fireChannelWritabilityChanged()
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(300))
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: UnreadAnswers(patience: .seconds(60)))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nobody")).wait()
        return channel
    }

    private func stop(_ channel: EmbeddedChannel) {
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
