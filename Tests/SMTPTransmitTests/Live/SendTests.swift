import Mail
import Relay
import Testing

@testable import SMTPTransmit

@Suite(.timeLimit(.minutes(20))) struct SendTests {
    private static let taken = RecipientReply(stage: .content, reply: ProviderReply(code: 250, enhanced: "2.0.0", text: "taken"))

    @Test func contentArrivesAsItIs() async throws {
        try await ScriptedServer.with({ _ in .good("SIZE 1000", "8BITMIME") }) { server in
            let client = Sample.client()
            let body = [".start\r\n", "\r\n", ".", "\r\n..two\r\nno end"]
            let answer = try await client.send(Sample.message(server.port, body: body))
            #expect(answer == [Self.taken])
            #expect(server.log.contents == [Array("Subject: x\r\n\r\n..start\r\n\r\n..\r\n...two\r\nno end\r\n.\r\n".utf8)])
            await client.shutdown()
            #expect(server.log.commands.last == "QUIT")
            #expect(server.log.commands.contains("MAIL FROM:<ann@example.org> SIZE=40 BODY=8BITMIME"))
        }
    }

    /// A server of seven bits gets no octet that it would mangle, and never the final dot behind half a message.
    @Test func eightBitContentNeedsAServerThatTakesIt() async throws {
        try await ScriptedServer.with({ _ in .good("SIZE 1000") }) { server in
            let client = Sample.client()
            for body in [["gr\u{FC}n\r\n"], ["seven\r\n", "gr\u{FC}n\r\n"]] {
                let failure = await #expect(throws: TransmitFailure.self) { try await client.send(Sample.message(server.port, body: body)) }
                #expect(failure?.cause == .notOffered("8BITMIME") && failure?.contentHadLeft == false)
            }
            let answer = try await client.send(Sample.message(server.port, body: ["seven\r\n"]))
            #expect(answer == [Self.taken])
            #expect(server.log.contents == [Array("Subject: x\r\n\r\nseven\r\n.\r\n".utf8)])
            await client.shutdown()
        }
    }

    @Test func emptyBodyIsSent() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            _ = try await client.send(Sample.message(server.port, body: []))
            #expect(server.log.contents == [Array("Subject: x\r\n\r\n.\r\n".utf8)])
            await client.shutdown()
        }
    }

    @Test func repliesStandInTheOrderOfTheRecipients() async throws {
        let refusal = ServerManners.Answer.say("550 5.1.1 nobody\r\n")
        for offer in [["PIPELINING"], []] {
            try await ScriptedServer.with({ _ in .good(offer.first ?? "HELP").with("RCPT no@example.net", refusal) }) { server in
                let client = Sample.client()
                let to = ["a@example.net", "no@example.net", "b@example.net"]
                let refused = RecipientReply(stage: .rcpt, reply: ProviderReply(code: 550, enhanced: "5.1.1", text: "nobody"))
                let answer2 = try await client.send(Sample.message(server.port, to: to))
                #expect(answer2 == [Self.taken, refused, Self.taken])
                await client.shutdown()
            }
        }
    }

    @Test func implicitTLSNeedsNoStartTLS() async throws {
        var manners = ServerManners.good()
        manners.isImplicitTLS = true
        try await ScriptedServer.with({ [manners] _ in manners }) { server in
            let client = Sample.client()
            let answer3 = try await client.send(Sample.message(server.port, security: .implicit))
            #expect(answer3 == [Self.taken])
            #expect(!server.log.commands.contains("STARTTLS"))
            await client.shutdown()
        }
    }

    @Test func clearTextNeedsTheSettingEvenOnLoopback() async throws {
        let manners = ServerManners.good().with("EHLO", .say("250-x\r\n250 AUTH XOAUTH2\r\n"))
        try await ScriptedServer.with({ _ in manners }) { server in
            let strict = Sample.client()
            let failure4 = try await Sample.failure(strict, Sample.message(server.port))
            #expect(failure4?.cause == .noTLS)
            #expect(!server.log.commands.contains { $0.hasPrefix("AUTH") })
            let lenient = Sample.client { $0.allowsClearTextOnLoopback = true }
            let answer5 = try await lenient.send(Sample.message(server.port))
            #expect(answer5 == [Self.taken])
            await lenient.shutdown()
        }
    }

    @Test func tokenOf5400OctetsGoesBehindThe334() async throws {
        let token = String(repeating: "eyJ0.", count: 1080)
        try await ScriptedServer.with({ _ in ServerManners.good().with("AUTH", .say("334 \r\n")) }) { server in
            let client = Sample.client()
            let answer6 = try await client.send(Sample.message(server.port, token: token))
            #expect(answer6 == [Self.taken])
            #expect(server.log.commands.contains("AUTH XOAUTH2"))
            await client.shutdown()
        }
    }

    @Test func refusedForAllKeepsTheConnection() async throws {
        let manners = ServerManners.good("PIPELINING").with("RCPT no@example.net", .say("550 no\r\n"))
        try await ScriptedServer.with({ _ in manners }) { server in
            let client = Sample.client()
            let replies = try await client.send(Sample.message(server.port, to: ["no@example.net"]))
            #expect(replies.map(\.reply.code) == [550])
            let answer7 = try await client.send(Sample.message(server.port))
            #expect(answer7 == [Self.taken])
            #expect(client.statistics.connectionsOpened == 1)
            #expect(client.statistics.messages == 1)
            #expect(server.log.contents.first == Array(".\r\n".utf8))
            await client.shutdown()
        }
    }

    @Test func bodyShorterThanItsSizeIsNeverEnded() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            let good = try Sample.message(server.port)
            let bodies: [(Int, @Sendable (Int) async throws(StoreFailure) -> [UInt8]?)] = [
                (100, { $0 == 0 ? [65] : nil }), (100, { _ in [] }), (3, { _ in [65, 66] }),
                (100, { _ throws(StoreFailure) in throw .unavailable("disk gone") }),
            ]
            for (size, body) in bodies {
                let message = OutgoingMessage(
                    transport: good.transport, provider: good.provider, login: good.login, token: good.token,
                    envelope: good.envelope, header: good.header, bodySize: size, body: body)
                let failure = await Sample.failure(client, message)
                #expect(failure?.stage == .content)
                #expect(failure?.contentHadLeft == false)
                guard case .ours = failure?.cause else { Issue.record("\(String(describing: failure))"); continue }
            }
            #expect(server.log.contents.isEmpty)
        }
    }

    @Test(arguments: ["", "a\u{1}b", "a\r\nRSET"]) func badLoginNeverLeaves(_ login: String) async throws {
        let failure = await Sample.failure(Sample.client(), try Sample.message(1, login: login))
        #expect(failure?.cause == .ours("the login is empty or has a control character"))
    }

    @Test func nothingListensThere() async throws {
        let failure = await Sample.failure(Sample.client(), try Sample.message(1, host: "127.0.0.1"))
        #expect(failure?.stage == .connect)
        #expect(failure?.cause == .unreachable("127.0.0.1:1: connection refused: nothing listens there"))
    }

    @Test func unknownNameIsUnreachable() async throws {
        let failure = await Sample.failure(Sample.client(), try Sample.message(1, host: "nowhere.invalid"))
        #expect(failure?.cause == .unreachable("the name nowhere.invalid cannot be resolved"))
    }

    @Test func cancelledBeforeItBeganIsNeverSent() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            let message = try Sample.message(server.port)
            _ = try await client.send(message)
            let (cancellation, _) = AsyncStream<Void>.makeStream()
            let sending = Task {
                for await _ in cancellation {}  // ends when the task is cancelled
                return await Sample.failure(client, message)
            }
            sending.cancel()
            let failure = await sending.value
            #expect(failure?.cause == .ours("the sending was cancelled"))
            #expect(server.log.contents.count == 1)
            await client.shutdown()
        }
    }

    @Test func cancellationEndsTheConnection() async throws {
        try await ScriptedServer.with({ _ in ServerManners.good().with("MAIL", .silence) }) { server in
            let client = Sample.client()
            let message = try Sample.message(server.port)
            let sending = Task { await Sample.failure(client, message) }
            while !server.log.commands.contains(where: { $0.hasPrefix("MAIL") }) { await Task.yield() }
            sending.cancel()
            let failure = await sending.value
            #expect(failure == TransmitFailure(stage: .mail, cause: .ours("the sending was cancelled")))
            while server.log.open > 0 { await Task.yield() }
        }
    }
}
