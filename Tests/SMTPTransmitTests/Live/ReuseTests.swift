import Mail
import Relay
import Testing

@testable import SMTPTransmit

@Suite(.timeLimit(.minutes(20))) struct ReuseTests {
    @Test func tenMessagesAreOneSignIn() async throws {
        try await ScriptedServer.with({ _ in .good("PIPELINING") }) { server in
            let client = Sample.client()
            for _ in 0..<10 { _ = try await client.send(Sample.message(server.port)) }
            #expect(client.statistics.connectionsOpened == 1)
            #expect(client.statistics.signIns == 1)
            #expect(client.statistics.messages == 10)
            #expect(client.statistics.octets == 10 * "Subject: x\r\n\r\nHello.\r\n.\r\n".utf8.count)
            #expect(!server.log.commands.contains("RSET"))
            await client.shutdown()
        }
    }

    @Test func anotherTokenIsAnotherConnection() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            _ = try await client.send(Sample.message(server.port, token: "token-one"))
            _ = try await client.send(Sample.message(server.port, token: "token-two"))
            #expect(client.statistics.connectionsOpened == 2)
            #expect(server.log.lines[0].last == "QUIT")
            await client.shutdown()
        }
    }

    @Test func anotherLoginIsAnotherConnection() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            for login in ["a@example.org", "b@example.org", "a@example.org"] {
                _ = try await client.send(Sample.message(server.port, login: login))
            }
            #expect(client.statistics.connectionsOpened == 2)
            await client.shutdown()
            #expect(server.log.lines.map(\.last) == ["QUIT", "QUIT"])
        }
    }

    @Test func wornConnectionTakesLeave() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client { $0.messagesPerConnection = 2 }
            for _ in 0..<5 { _ = try await client.send(Sample.message(server.port)) }
            #expect(client.statistics.connectionsOpened == 3)
            await client.shutdown()
        }
    }

    /// Its place is given on only when it has ended: a provider that allows three must never see four.
    @Test func refusedSignInGivesItsPlaceBack() async throws {
        try await ScriptedServer.with({ $0 < 3 ? ServerManners.good().with("AUTH", .say("535 5.7.3 no\r\n")) : .good() }) { server in
            let client = Sample.client { $0.connectionsPerLogin = 1 }
            for _ in 0..<3 {
                let failure = try await Sample.failure(client, Sample.message(server.port))
                #expect(failure?.stage == .auth)
            }
            _ = try await client.send(Sample.message(server.port))
            #expect(client.statistics.connectionsOpened == 4)
            #expect(server.log.lines[2].last == "QUIT")
            await client.shutdown()
        }
    }

    @Test func idleConnectionTakesLeave() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client { $0.idleLimit = .milliseconds(20) }
            _ = try await client.send(Sample.message(server.port))
            while server.log.open > 0 { await Task.yield() }
            #expect(server.log.commands.last == "QUIT")
            _ = try await client.send(Sample.message(server.port))
            #expect(client.statistics.connectionsOpened == 2)
            await client.shutdown()
        }
    }

    @Test(arguments: [ServerManners.Answer.close, .sayAndClose("421 4.4.2 idle too long\r\n")])
    func deadKeptConnectionIsReplacedOnce(_ death: ServerManners.Answer) async throws {
        // The first connection dies at its second MAIL, known by its sender.
        let dying = ServerManners.good().with("MAIL second@example.org", death)
        try await ScriptedServer.with({ $0 == 0 ? dying : .good() }) { server in
            let client = Sample.client()
            _ = try await client.send(Sample.message(server.port))
            _ = try await client.send(Sample.message(server.port).from("second@example.org"))
            #expect(client.statistics.connectionsOpened == 2)
            #expect(client.statistics.retriesOnDeadConnection == 1)
            #expect(server.log.contents.count == 2)
            await client.shutdown()
        }
    }

    @Test func freshConnectionThatDiesIsNotRetried() async throws {
        try await ScriptedServer.with({ _ in ServerManners.good().with("MAIL", .close) }) { server in
            let client = Sample.client()
            let failure = try await Sample.failure(client, Sample.message(server.port))
            #expect(failure?.cause == .connectionClosed)
            #expect(client.statistics.connectionsOpened == 1)
        }
    }

    @Test func noMoreConnectionsThanTheLoginMayHave() async throws {
        try await ScriptedServer.with({ _ in .good("PIPELINING") }) { server in
            let client = Sample.client()
            let message = try Sample.message(server.port)
            let sent = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<60 { group.addTask { try await client.send(message).count } }
                return try await group.reduce(0, +)
            }
            #expect(sent == 60)
            #expect(server.log.contents.count == 60)
            #expect(server.log.mostOpen <= 3)
            #expect(client.statistics.connectionsOpened <= 3)
            await client.shutdown()
        }
    }

    @Test func whoWaitsCanLeave() async throws {
        try await ScriptedServer.with({ _ in ServerManners.good().with("MAIL", .silence) }) { server in
            let client = Sample.client { $0.connectionsPerLogin = 1 }
            let message = try Sample.message(server.port)
            let first = Task { await Sample.failure(client, message) }
            while !server.log.commands.contains(where: { $0.hasPrefix("MAIL") }) { await Task.yield() }
            let second = Task { await Sample.failure(client, message) }
            second.cancel()
            #expect(await second.value?.cause == .ours("the sending was cancelled"))
            let third = Task { await Sample.failure(client, message) }
            await client.shutdown()
            #expect(await third.value?.cause == .ours("the service is stopping"))
            first.cancel()
            #expect(await first.value?.stage == .mail)
            #expect(server.log.lines.count == 1)
        }
    }
}

extension OutgoingMessage {
    fileprivate func from(_ address: String) throws -> OutgoingMessage {
        var envelope = envelope
        envelope.sender = .address(try .init(address))
        return OutgoingMessage(
            transport: transport, provider: provider, login: login, token: token, envelope: envelope, header: header,
            bodySize: bodySize, body: body)
    }
}
