import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A client of a real connection: says lines, hears lines.
final class LiveClient: Sendable {
    struct Closed: Error, CustomStringConvertible {
        let heard: String
        var description: String { "the connection was closed after \(heard)" }
    }

    private let channel: any Channel
    private let lines: Lines

    static func connect(_ port: Int, tls authority: String? = nil, path: String? = nil) async throws -> LiveClient {
        let lines = Lines()
        let context = try authority.map { try self.context($0) }
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(Ear(lines))
                }
            }
        let channel =
            try await (path.map { bootstrap.connect(unixDomainSocketPath: $0) } ?? bootstrap.connect(host: "127.0.0.1", port: port)).get()
        return LiveClient(channel, lines)
    }

    private init(_ channel: any Channel, _ lines: Lines) {
        self.channel = channel
        self.lines = lines
    }

    /// Says a line and returns the reply, its last line.
    @discardableResult
    func say(_ line: String) async throws -> String {
        try await write(line + "\r\n")
        return try await reply()
    }

    func write(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)).get() }

    func reply() async throws -> String {
        while true {
            let line = try await lines.next()
            if line.dropFirst(3).first != "-" { return line }
        }
    }

    /// The server closed it.
    func isClosed() async { try? await channel.closeFuture.get() }  // however it went, it is closed

    func startTLS(_ authority: String) async throws {
        let context = try Self.context(authority)
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: "localhost"), position: .first)
        }.get()
    }

    func close() async { try? await channel.close().get() }  // it may be closed already

    private static func context(_ authority: String) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
        return try NIOSSLContext(configuration: configuration)
    }
}

/// Lines that came, for one who waits for them.
final class Lines: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var heard = ""
        var isClosed = false
        var waiting: CheckedContinuation<String, any Error>?
    }

    private let state = Mutex(State())

    func came(_ bytes: some Sequence<UInt8>) { settle { $0.bytes += Array(bytes) } }
    func closed() { settle { $0.isClosed = true } }

    func next() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in settle { $0.waiting = continuation } }
    }

    private func settle(_ change: (inout State) -> Void) {
        let (waiter, result) = state.withLock { state -> (CheckedContinuation<String, any Error>?, Result<String, any Error>) in
            change(&state)
            guard let waiter = state.waiting else { return (nil, .success("")) }
            if let end = state.bytes.firstIndex(of: 0x0A) {
                let line = String(decoding: state.bytes[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                state.bytes.removeFirst(end + 1)
                state.heard += line + "\n"
                state.waiting = nil
                return (waiter, .success(line))
            }
            guard state.isClosed else { return (nil, .success("")) }
            state.waiting = nil
            return (waiter, .failure(LiveClient.Closed(heard: state.heard)))
        }
        waiter?.resume(with: result)
    }
}

private final class Ear: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let lines: Lines

    init(_ lines: Lines) { self.lines = lines }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { lines.came(unwrapInboundIn(data).readableBytesView) }
    func channelInactive(context: ChannelHandlerContext) { lines.closed() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
