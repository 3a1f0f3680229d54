import Relay
import Testing

@testable import SMTPTransmit

/// Whatever a server does at whatever stage: a typed failure at that stage, in bounded time, with the truth about the content.
@Suite(.timeLimit(.minutes(20))) struct LyingServerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let verb: String
        let stage: TransmitStage
        var testDescription: String { verb }
    }

    static let stages = [
        Case(verb: "CONNECT", stage: .greeting), Case(verb: "EHLO", stage: .ehlo), Case(verb: "STARTTLS", stage: .startTLS),
        Case(verb: "AUTH", stage: .auth), Case(verb: "MAIL", stage: .mail), Case(verb: "RCPT", stage: .rcpt),
        Case(verb: "DATA", stage: .data), Case(verb: "CONTENT", stage: .content),
    ]

    private func failure(_ verb: String, _ answer: ServerManners.Answer, _ change: (inout TransmitSettings) -> Void = { _ in }) async throws
        -> TransmitFailure?
    {
        try await ScriptedServer.with({ _ in ServerManners.good().with(verb, answer) }) { server in
            let client = Sample.client(change)
            let failure = await Sample.failure(client, try Sample.message(server.port))
            await client.shutdown()
            return failure
        }
    }

    @Test(arguments: stages) func closes(_ test: Case) async throws {
        let expected = TransmitFailure(stage: test.stage, cause: .connectionClosed, contentHadLeft: test.stage == .content)
        let failure = try await failure(test.verb, .close)
        #expect(failure == expected)
    }

    @Test(arguments: stages) func neverAnswers(_ test: Case) async throws {
        let limit = Duration.milliseconds(50)
        let failure = try await failure(test.verb, .silence) { settings in
            switch test.stage {
            case .connect: settings.limits.connect = limit
            case .greeting: settings.limits.greeting = limit
            case .ehlo: settings.limits.ehlo = limit
            case .startTLS: settings.limits.startTLS = limit
            case .auth: settings.limits.auth = limit
            case .mail: settings.limits.mail = limit
            case .rcpt: settings.limits.recipient = limit
            case .data: settings.limits.data = limit
            case .content, .request: settings.limits.afterContent = limit
            }
        }
        #expect(failure == TransmitFailure(stage: test.stage, cause: .timeout(seconds: 0.05), contentHadLeft: test.stage == .content))
    }

    @Test(arguments: stages, ["HTTP/1.1 400 Bad Request\r\n", "250-a\r\n550 b\r\n", "\u{0}\u{1}\u{2}\r\n", "99 x\r\n"])
    func talksNonsense(_ test: Case, _ words: String) async throws {
        let failure = try await failure(test.verb, .say(words))
        #expect(failure?.stage == test.stage)
        guard case .protocolViolation = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: stages) func neverEndsItsReply(_ test: Case) async throws {
        let failure = try await failure(test.verb, .say(String(repeating: "250-x\r\n", count: 100_000)))
        #expect(failure?.stage == test.stage)
        guard case .protocolViolation = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: stages) func neverEndsItsLine(_ test: Case) async throws {
        let failure = try await failure(test.verb, .say(String(repeating: "2", count: 1_000_000)))
        #expect(failure?.stage == test.stage)
        guard case .protocolViolation = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: stages.dropLast()) func saysGoodbye(_ test: Case) async throws {
        let reply = ProviderReply(code: 421, enhanced: "4.3.2", text: "shutting down")
        let failure = try await failure(test.verb, .sayAndClose("421 4.3.2 shutting down\r\n"))
        #expect(failure == TransmitFailure(stage: test.stage, cause: .reply(reply)))
    }

    @Test func goodbyeToTheContentIsItsReply() async throws {
        let manners = ServerManners.good().with("CONTENT", .sayAndClose("421 4.3.2 shutting down\r\n"))
        try await ScriptedServer.with({ _ in manners }) { server in
            let replies = try await Sample.client().send(Sample.message(server.port))
            #expect(replies.map(\.stage) == [.content])
            #expect(replies.map(\.reply.code) == [421])
        }
    }

    @Test func clearTextBehindStartTLSIsNotBelieved() async throws {
        let failure = try await failure("STARTTLS", .say("220 go\r\n250-x\r\n250 AUTH XOAUTH2\r\n235 ok\r\n"))
        #expect(failure?.stage == .startTLS)
        guard case .protocolViolation = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func bareLinefeedsAreTaken() async throws {
        var manners = ServerManners.good()
        for (verb, answer) in manners.answers {
            if case .say(let text) = answer { manners.answers[verb] = .say(text.replacing("\r\n", with: "\n")) }
        }
        try await ScriptedServer.with({ [manners] _ in manners }) { server in
            let replies = try await Sample.client().send(Sample.message(server.port))
            #expect(replies.count == 1)
        }
    }

    @Test func refusedTokenIsNeverShown() async throws {
        let token = "ya29.a0AfH6SMBx-secret-secret-secret"
        let manners = ServerManners.good().with("AUTH", .say("535 5.7.8 bad token \(token)\r\n"))
        try await ScriptedServer.with({ _ in manners }) { server in
            let message = try Sample.message(server.port, token: token)
            let failure = await Sample.failure(Sample.client(), message)
            #expect(failure?.cause == .reply(ProviderReply(code: 535, enhanced: "5.7.8", text: "bad token ‹secret›")))
        }
    }
}
