import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Synchronization
import Testing

@testable import Web

/// A connection with many requests at once: each has its answer and its end, and none of them takes the others along.
@Suite(.timeLimit(.minutes(20))) struct HTTP2ConnectionTests {
    @Test func eachStreamIsAnswered() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/", ends: true)
            try await connection.ask(3, "/", ends: true)
            let said = try await connection.heard(6)
            #expect(said.filter { $0.hasPrefix("1 ") } == ["1 headers 200", "1 data 5", "1 data 0 end"])
            #expect(said.filter { $0.hasPrefix("3 ") } == ["3 headers 200", "3 data 5", "3 data 0 end"])
        }
    }

    /// RFC 9113 section 8.1: what is left of the request is not wanted, and that is no error.
    @Test func anEarlyAnswerEndsItsStreamAlone() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/early", ends: false)
            #expect(try await connection.heard(4) == ["1 headers 200", "1 data 5", "1 data 0 end", "1 reset 0"])
            try await connection.ask(3, "/early", ends: true)
            #expect(try await connection.heard(3) == ["3 headers 200", "3 data 5", "3 data 0 end"])
            #expect(connection.isOpen)
        }
    }

    @Test func anAnswerToHEADHasNoBody() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/", method: "HEAD", ends: true)
            #expect(try await connection.heard(2) == ["1 headers 200", "1 data 0 end"])
        }
    }

    /// The client lets nothing be sent: its window is empty, and stays so.
    @Test func whoTakesNoAnswerIsLetGo() async throws {
        try await FramedConnection.with(window: 0) { connection in
            try await connection.ask(1, "/large", ends: true)
            #expect(try await connection.heard(1) == ["1 headers 200"])
            try await connection.pass(.seconds(59))
            #expect(try await connection.heardNothing())
            try await connection.pass(.seconds(2))
            #expect(try await connection.heard(1) == ["1 reset 8"])
        }
    }

    /// A request that stops in the middle ends alone; then nothing is under way, and the connection ends.
    @Test func silenceEndsARequestAndThenTheConnection() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/", ends: false)
            try await connection.isAtWork()
            try await connection.pass(.seconds(31))
            #expect(try await connection.heard(1) == ["1 reset 8"])
            try await connection.pass(.seconds(31))
            #expect(try await connection.heard(1) == ["goaway 1 0"])
            #expect(!connection.isOpen)
        }
    }

    /// Not even an answer to a PING is waited for.
    @Test func whoSaysNothingAtAllIsLetGo() async throws {
        try await FramedConnection.with { connection in
            try await connection.pass(.seconds(31))
            #expect(try await connection.heard(1) == ["goaway 0 0"])
            #expect(!connection.isOpen)
        }
    }

    /// Before it has read our settings a client may open a hundred; twice as many as we say are looked at, and the next may be sent again (REFUSED_STREAM).
    @Test func thereAreNoMoreStreamsThanMayBe() async throws {
        try await FramedConnection.with { connection in
            let most = 2 * HTTP2Connection.share
            for number in 0...most { try await connection.ask(1 + 2 * number, "/", ends: false) }
            #expect(try await connection.heard(1) == ["\(1 + 2 * most) reset 7"])
            #expect(connection.isOpen)
        }
    }

    @Test func whatIsUnderWayIsAnsweredWhenTheServiceStops() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/", ends: false)
            try await connection.isAtWork()
            try await connection.stop()
            try await connection.ask(3, "/", ends: false)
            try await connection.end(3)
            #expect(try await connection.heard(1) == ["3 reset 7"], "it may be sent again")
            #expect(connection.isOpen)
            try await connection.end(1)
            #expect(try await connection.heard(4) == ["1 headers 200", "1 data 5", "1 data 0 end", "goaway 3 0"])
            try await connection.isClosed()
        }
    }

    @Test func whoAsksNothingKeepsNoServiceFromStopping() async throws {
        try await FramedConnection.with { connection in
            try await connection.stop()
            #expect(try await connection.heard(1) == ["goaway 0 0"])
            #expect(!connection.isOpen)
        }
    }

    /// RFC 9113 section 8.2.2: such a request is malformed.
    @Test func aFieldOfTheConnectionEndsIt() async throws {
        try await FramedConnection.with { connection in
            try await connection.ask(1, "/", [("connection", "close")], ends: true)
            #expect(try await connection.heard(1) == ["1 reset 1"])
            #expect(!connection.isOpen)
        }
    }
}

/// Both ends of a connection in the clear, the client's side frame by frame, in a time that passes when it is told to.
private final class FramedConnection: Sendable {
    private let server = NIOAsyncTestingChannel()
    private let client: NIOAsyncTestingChannel
    /// Requests that have reached who answers them.
    private let begun = Mutex(0)

    private init(window: Int) async throws {
        let settings = [HTTP2Setting(parameter: .initialWindowSize, value: window)]
        client = NIOAsyncTestingChannel()
        let nobody = try SocketAddress(unixDomainSocketPath: "/nobody")
        try await server.connect(to: nobody)
        try await client.connect(to: nobody)
        try await client.testingEventLoop.executeInContext { [client] in
            // It keeps no rule that the server is to insist on.
            try client.pipeline.syncOperations.addHandler(
                NIOHTTP2Handler(
                    mode: .client, initialSettings: settings, headerBlockValidation: .disabled, contentLengthValidation: .disabled))
        }
    }

    static func with(window: Int = 65_535, _ body: (FramedConnection) async throws -> Void) async throws {
        let connection = try await FramedConnection(window: window)
        let http2 = HTTP2Connection(answers: HTTP1Channel(responder: connection.respond), proxies: [])
        let server = connection.server
        let streams = try await server.testingEventLoop.executeInContext { try http2.setUp(server) }
        let serving = Task { await http2.handle(streams, of: server, logger: Logger(label: "test")) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(connection)) } catch { result = .failure(error) }
        server.close(promise: nil)
        try await connection.isClosed()
        await serving.value
        try result.get()
    }

    /// `/early` is answered before the request's end.
    @concurrent @Sendable private func respond(to request: Request, _ writer: consuming ResponseWriter, _: any Channel) async throws {
        begun.withLock { $0 += 1 }
        let path = request.head.path
        if path != "/early" { for try await _ in request.body {} }
        let size = path == "/large" ? 20_000 : 5
        try await writer.write(
            response: HTTPResponse(status: .ok), body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0x78, count: size)))
    }

    var isOpen: Bool { server.isActive }

    func ask(
        _ stream: Int, _ path: String, method: String = "POST", _ fields: [(String, String)] = [], ends: Bool
    ) async throws {
        let headers = HPACKHeaders([(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)] + fields)
        try await send(HTTP2Frame(streamID: HTTP2StreamID(stream), payload: .headers(.init(headers: headers, endStream: ends))))
    }

    func end(_ stream: Int) async throws {
        try await send(HTTP2Frame(streamID: HTTP2StreamID(stream), payload: .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))))
    }

    private func send(_ frame: HTTP2Frame) async throws {
        try await client.writeOutbound(frame)
        while server.isActive, let octets = try await client.readOutbound(as: ByteBuffer.self) { try await server.writeInbound(octets) }
    }

    func pass(_ time: TimeAmount) async throws { await server.testingEventLoop.advanceTime(by: time) }

    func stop() async throws {
        try await server.testingEventLoop.executeInContext { [server] in
            server.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// So many frames, those of the connection's keeping left out; fewer where they do not come.
    func heard(_ count: Int) async throws -> [String] {
        var words: [String] = []
        for _ in 0..<5_000 where words.count < count {
            words += try await read()
            if words.count < count { try await Task.sleep(for: .milliseconds(1)) }
        }
        return words
    }

    func heardNothing() async throws -> Bool { try await read().isEmpty }

    func isAtWork() async throws {
        for _ in 0..<5_000 where begun.withLock({ $0 == 0 }) {
            await server.testingEventLoop.run()
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    func isClosed() async throws {
        for _ in 0..<5_000 where server.isActive {
            await server.testingEventLoop.run()
            try await Task.sleep(for: .milliseconds(1))
        }
        await server.testingEventLoop.run()
        #expect(!server.isActive)
    }

    private func read() async throws -> [String] {
        await server.testingEventLoop.run()
        while let octets = try await server.readOutbound(as: ByteBuffer.self) { try await client.writeInbound(octets) }
        var words: [String] = []
        while let frame = try await client.readInbound(as: HTTP2Frame.self) {
            if let word = Self.word(frame) { words.append(word) }
        }
        return words
    }

    private static func word(_ frame: HTTP2Frame) -> String? {
        let stream = Int(frame.streamID)
        return switch frame.payload {
        case .headers(let headers):
            "\(stream) headers \(headers.headers.first(name: ":status") ?? "")" + (headers.endStream ? " end" : "")
        case .data(let data): "\(stream) data \(data.data.readableBytes)" + (data.endStream ? " end" : "")
        case .rstStream(let code): "\(stream) reset \(code.networkCode)"
        case .goAway(let last, let code, _): "goaway \(Int(last)) \(code.networkCode)"
        default: nil
        }
    }
}
