import Relay
import Synchronization
import Testing

@testable import SMTPTransmit

@Suite(.timeLimit(.minutes(20))) struct StreamingTests {
    /// Twenty megabytes in pieces as the store keeps them. The next piece is asked for only when all but two before it have gone.
    @Test func largeBodyNeverStandsWhole() async throws {
        let piece = Array(repeating: Array("0123456789.abcdefghijklmnopqrstuvwxyz\r\n.dot\r\n".utf8), count: 5698).flatMap { $0 }
        let count = 80
        let asked = Mutex(0)
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            let small = try Sample.message(server.port)
            let most = Mutex(0)
            let message = OutgoingMessage(
                transport: small.transport, provider: small.provider, login: small.login, token: small.token,
                envelope: small.envelope, header: small.header, bodySize: piece.count * count,
                body: { index in
                    let gone = client.statistics.octets / piece.count  // dots are doubled, so this errs by at most some pieces in all
                    asked.withLock { $0 += 1 }
                    most.withLock { $0 = max($0, index - gone) }
                    return index < count ? piece : nil
                })
            let answer = try await client.send(message)
            #expect(answer.first?.reply.code == 250)
            #expect(asked.withLock { $0 } == count)
            #expect(most.withLock { $0 } <= 2)
            #expect(server.log.contents.first?.count == client.statistics.octets)
            #expect(client.statistics.octets == small.header.count + 2 + (piece.count + 5698) * count + 3)
            await client.shutdown()
        }
    }

    /// A server that stops reading stops the reading of the body, and the limit of a piece ends it.
    @Test func serverThatDoesNotReadIsGivenUp() async throws {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        try await ScriptedServer.with({ _ in .good() }) { server in
            // Long enough that a busy machine still makes the first megabytes within it.
            let client = Sample.client { $0.limits.contentPiece = .seconds(60) }
            let small = try Sample.message(server.port)
            let message = OutgoingMessage(
                transport: small.transport, provider: small.provider, login: small.login, token: small.token,
                envelope: small.envelope, header: small.header, bodySize: piece.count * 64,
                body: { index in
                    if index == 2 { server.stopReading() }
                    return piece
                })
            let failure = await Sample.failure(client, message)
            #expect(failure == TransmitFailure(stage: .content, cause: .timeout(seconds: 60)))
        }
    }

    /// Our own store that never answers is our failure, not the server's.
    @Test func bodyThatNeverComesIsOurs() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client { $0.limits.contentPiece = .milliseconds(50) }
            let small = try Sample.message(server.port)
            let (ends, end) = AsyncStream<Void>.makeStream()
            let message = OutgoingMessage(
                transport: small.transport, provider: small.provider, login: small.login, token: small.token,
                envelope: small.envelope, header: small.header, bodySize: 10,
                body: { _ in
                    for await _ in ends {}
                    return nil
                })
            let sending = Task { await Sample.failure(client, message) }
            while server.log.open == 0 { await Task.yield() }
            while server.log.open > 0 { await Task.yield() }  // the connection ends, whatever the body does
            end.finish()
            #expect(await sending.value == TransmitFailure(stage: .content, cause: .ours("the body did not come within 0.05 s")))
        }
    }
}
