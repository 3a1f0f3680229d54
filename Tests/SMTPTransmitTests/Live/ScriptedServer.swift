import NIOCore
import NIOPosix
import Synchronization

/// A submission server on loopback that does what its manners say, right or wrong, and writes down what it heard.
struct ScriptedServer: Sendable {
    let port: Int
    private let heard: Heard

    var log: Heard.Log { heard.log }

    /// No connection is read from any more.
    func stopReading() { heard.stopReading() }

    /// Runs while `body` does. `manners` is asked for each connection, counted from 0.
    static func with<Answer>(
        _ manners: @escaping @Sendable (Int) -> ServerManners, _ body: (ScriptedServer) async throws -> Answer
    ) async throws -> Answer {
        let heard = Heard()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = heard.opened(channel)
                    let session = ScriptedSession(manners: manners(number), number: number, heard: heard)
                    try channel.pipeline.syncOperations.addHandler(session)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(port: channel.localAddress?.port ?? 0, heard: heard)
        let result: Result<Answer, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        heard.closeAll()
        return try result.get()
    }
}

/// What a scripted server heard, from all its connections; a class because they share it.
final class Heard: Sendable {
    struct Log: Sendable {
        /// Client lines, by connection in the order they were opened.
        var lines: [[String]] = []
        /// Contents as they came over the wire, dots still doubled, the final dot included.
        var contents: [[UInt8]] = []
        var open = 0
        var mostOpen = 0

        var commands: [String] { lines.flatMap { $0 } }
    }

    private let state = Mutex((log: Log(), channels: [any Channel]()))

    var log: Log { state.withLock { $0.log } }

    func opened(_ channel: any Channel) -> Int {
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.log.open -= 1 } }
        return state.withLock { state in
            state.channels.append(channel)
            state.log.lines.append([])
            state.log.open += 1
            state.log.mostOpen = max(state.log.mostOpen, state.log.open)
            return state.log.lines.count - 1
        }
    }

    func line(_ line: String, on connection: Int) { state.withLock { $0.log.lines[connection].append(line) } }
    func content(_ content: [UInt8]) { state.withLock { $0.log.contents.append(content) } }
    func stopReading() {
        for channel in state.withLock({ $0.channels }) { channel.setOption(.autoRead, value: false).whenComplete { _ in } }
    }

    func closeAll() { for channel in state.withLock({ $0.channels }) { channel.close(promise: nil) } }
}
