import Foundation
import NIOCore
import NIOPosix
import NIOSSL

@testable import Sandbox

/// A plain client for live tests: sends what it is told, and waits for what comes. Not Sendable; one test, one task.
final class Wire {
    enum Failure: Error { case closed(String) }

    private let channel: any Channel
    private let context: NIOSSLContext
    private var incoming: AsyncStream<ByteBuffer>.Iterator
    private var pending = ""

    /// `isSecured`: TLS from the first byte, as HTTPS.
    init(_ sandbox: Sandbox, port: Int, isSecured: Bool = false) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(sandbox.authority.certificatePEM.utf8)))
        let context = try NIOSSLContext(configuration: configuration)
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isSecured {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(Funnel(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.context = context
        incoming = stream.makeAsyncIterator()
    }

    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func close() { channel.close(promise: nil) }

    /// One whole SMTP reply, lines joined by LF.
    func reply() async throws -> String {
        var lines: [String] = []
        while true {
            while let end = pending.range(of: "\r\n") {
                lines.append(String(pending[..<end.lowerBound]))
                pending = String(pending[end.upperBound...])
                if lines.last?.dropFirst(3).first == " " { return lines.joined(separator: "\n") }
            }
            guard let more = await incoming.next(isolation: #isolation) else {
                throw Failure.closed(lines.joined(separator: "\n") + pending)
            }
            pending += String(buffer: more)
        }
    }

    /// One line, without its end.
    func line() async throws -> String {
        while true {
            if let end = pending.range(of: "\r\n") {
                defer { pending = String(pending[end.upperBound...]) }
                return String(pending[..<end.lowerBound])
            }
            guard let more = await incoming.next(isolation: #isolation) else { throw Failure.closed(pending) }
            pending += String(buffer: more)
        }
    }

    /// Waits until this has come.
    func wait(for text: String) async throws {
        while !pending.contains(text) {
            guard let more = await incoming.next(isolation: #isolation) else { throw Failure.closed(pending) }
            pending += String(buffer: more)
        }
    }

    func ask(_ line: String) async throws -> String {
        send(line + "\r\n")
        return try await reply()
    }

    /// Everything until the server closes.
    func rest() async -> String {
        while let more = await incoming.next(isolation: #isolation) { pending += String(buffer: more) }
        return pending
    }

    func startTLS() async throws {
        let context = self.context
        let channel = self.channel
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: "localhost"), position: .first)
        }.get()
    }

    /// Greeting, EHLO, STARTTLS, EHLO.
    static func secured(_ sandbox: Sandbox) async throws -> Wire {
        let wire = try await Wire(sandbox, port: sandbox.submissionPort)
        _ = try await wire.reply()
        _ = try await wire.ask("EHLO client.example")
        _ = try await wire.ask("STARTTLS")
        try await wire.startTLS()
        _ = try await wire.ask("EHLO client.example")
        return wire
    }

    static func signedIn(_ sandbox: Sandbox, _ login: String = "ann@contoso.example") async throws -> Wire {
        let wire = try await secured(sandbox)
        _ = try await wire.ask("AUTH XOAUTH2")
        _ = try await wire.ask(try response(sandbox, login))
        return wire
    }

    /// The XOAUTH2 response with a fresh token.
    static func response(_ sandbox: Sandbox, _ login: String = "ann@contoso.example") throws -> String {
        let token = sandbox.provider.with { state, _ in Contoso.token(login, &state) }
        return xoauth2(login, token)
    }

    static func xoauth2(_ login: String, _ token: String) -> String {
        Data("user=\(login)\u{1}auth=Bearer \(token)\u{1}\u{1}".utf8).base64EncodedString()
    }
}

/// Hands what arrives to a stream.
private final class Funnel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
