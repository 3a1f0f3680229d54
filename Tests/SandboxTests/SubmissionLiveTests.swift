import Foundation
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(20)))
struct SubmissionLiveTests {
    private static let envelope = "MAIL FROM:<ann@contoso.example>\r\nRCPT TO:<r@x.example>\r\n"
    private static let message = "From: ann@contoso.example\r\nMessage-ID: <1@x>\r\n\r\n.dot\r\nbare\nLF\r\n"

    /// Starts, runs the body, stops; also stops when the body fails.
    private func running(_ settings: SandboxSettings = SandboxSettings(), _ body: (Sandbox) async throws -> Void) async throws {
        let sandbox = try Contoso.sandbox(settings)
        try await sandbox.start()
        do {
            try await body(sandbox)
        } catch {
            try await sandbox.stop()
            throw error
        }
        try await sandbox.stop()
    }

    @Test func aMessageIsRecordedByteForByte() async throws {
        try await running { sandbox in
            let wire = try await Wire(sandbox, port: sandbox.submissionPort)
            #expect(try await wire.reply().hasSuffix("Microsoft ESMTP MAIL Service ready at Tue, 1 Sep 2026 10:00:00 +0000"))
            #expect(try await wire.ask("EHLO c").contains("\n250-STARTTLS\n"))
            #expect(try await wire.ask("STARTTLS") == "220 2.0.0 SMTP server ready")
            try await wire.startTLS()
            #expect(try await wire.ask("EHLO c").contains("\n250-AUTH LOGIN XOAUTH2\n"))
            #expect(try await wire.ask("AUTH XOAUTH2") == "334 ")
            #expect(try await wire.ask(try Wire.response(sandbox)) == "235 2.7.0 Authentication successful")
            // Pipelined: three commands in one write, three replies.
            wire.send("MAIL FROM:<ann@contoso.example> SIZE=70 RET=HDRS ENVID=q1\r\nRCPT TO:<r@x.example> NOTIFY=NEVER\r\nDATA\r\n")
            #expect(try await wire.reply() == "250 2.1.0 Sender OK")
            #expect(try await wire.reply() == "250 2.1.5 Recipient OK")
            #expect(try await wire.reply().hasPrefix("354 "))
            wire.send("From: ann@contoso.example\r\nMessage-ID: <1@x>\r\n\r\n..dot\r\nbare\nLF\r\n.\r\nQUIT\r\n")
            #expect(try await wire.reply().hasPrefix("250 2.0.0 OK <1@x> [Hostname="))
            #expect(try await wire.reply().hasPrefix("221 "))
            let message = try #require(await sandbox.messages(atLeast: 1).first)
            #expect(message.content.map { String(decoding: $0, as: UTF8.self) } == Self.message)
            #expect(message.login == "ann@contoso.example" && message.tokenID == "A1" && message.tlsVersion == "TLSv1.3")
            #expect(message.sender["ENVID"] == "q1" && message.recipients.map { $0["NOTIFY"] } == ["NEVER"])
            #expect(sandbox.record.connections == 1 && sandbox.record.signInsAccepted == 1)
        }
    }

    @Test func anEntraTokenDoesNotFitTheAuthCommand() async throws {
        try await running { sandbox in
            let wire = try await Wire.secured(sandbox)
            #expect(try await wire.ask("AUTH XOAUTH2 \(try Wire.response(sandbox))") == "500 5.5.2 Command line too long")
            #expect(try await wire.ask("AUTH XOAUTH2") == "334 ")
            #expect(try await wire.ask(try Wire.response(sandbox)).hasPrefix("235 "))
        }
    }

    @Test func chunksArriveAsTheyWereSent() async throws {
        try await running { sandbox in
            let wire = try await Wire.signedIn(sandbox)
            let content = Array(Self.message.utf8)
            wire.send(Self.envelope + "BDAT 30\r\n")
            wire.send(Array(content[..<30]))
            wire.send("BDAT \(content.count - 30) LAST\r\n")
            wire.send(Array(content[30...]))
            for _ in 0..<3 { #expect(try await wire.reply().hasPrefix("250 ")) }
            #expect(try await wire.reply().hasPrefix("250 2.0.0 OK"))
            #expect(sandbox.messages.map(\.content) == [content])
        }
    }

    @Test func tenMegabytesComeThroughAndOnlyTheirDigestStays() async throws {
        var settings = SandboxSettings()
        settings.contentLimit = 0
        try await running(settings) { sandbox in
            let wire = try await Wire.signedIn(sandbox)
            let body = String(repeating: String(repeating: "x", count: 76) + "\r\n", count: 134_000)
            let content = "From: ann@contoso.example\r\n\r\n" + body
            wire.send(Self.envelope + "DATA\r\n" + content + ".\r\n")
            for _ in 0..<3 { _ = try await wire.reply() }
            #expect(try await wire.reply().hasPrefix("250 2.0.0 OK"))
            let message = try #require(sandbox.messages.first)
            #expect(message.content == nil && message.size == content.utf8.count)
            #expect(message.bodyDigest == ProviderState.digest(Array(body.utf8)[...]))
        }
    }

    @Test func scriptedRepliesAndDropsHappenWhereTheyShould() async throws {
        try await running { sandbox in
            sandbox.add(.at(.connect, .reply(Reply(421, "4.3.2 Service not available"))))
            let turnedAway = try await Wire(sandbox, port: sandbox.submissionPort)
            #expect(await turnedAway.rest() == "421 4.3.2 Service not available\r\n")
            sandbox.add(.at(.rcpt, .reply(Reply(450, "4.2.1 Busy")), recipient: "r@x.example"))
            sandbox.add(.at(.data, .drop))
            let wire = try await Wire.signedIn(sandbox)
            _ = try await wire.ask("MAIL FROM:<ann@contoso.example>")
            #expect(try await wire.ask("RCPT TO:<q@x.example>").hasPrefix("250 "))
            #expect(try await wire.ask("RCPT TO:<r@x.example>") == "450 4.2.1 Busy")
            wire.send("DATA\r\n")
            #expect(await wire.rest() == "")
        }
    }

    @Test func anAcceptedMessageCanGoUnanswered() async throws {
        try await running { sandbox in
            sandbox.add(.at(.content, .acceptThenDrop))
            let wire = try await Wire.signedIn(sandbox)
            wire.send(Self.envelope + "DATA\r\n" + "From: ann@contoso.example\r\n\r\n.\r\n")
            #expect(!(await wire.rest()).contains("2.0.0 OK"))
            #expect(sandbox.messages.map(\.wasAnswered) == [false])
        }
    }

    @Test func aStallLastsUntilItIsReleased() async throws {
        try await running { sandbox in
            sandbox.add(.at(.mail, .stall))
            let wire = try await Wire.signedIn(sandbox)
            wire.send(Self.envelope + "DATA\r\nFrom: ann@contoso.example\r\n\r\n.\r\n")
            while sandbox.held == 0 { await Task.yield() }
            #expect(sandbox.messages.isEmpty)
            sandbox.release()
            #expect(await sandbox.messages(atLeast: 1).count == 1)
            #expect(try await wire.reply() == "250 2.1.0 Sender OK")
        }
    }

    @Test func stoppingEndsStallsAndConnections() async throws {
        let sandbox = try Contoso.sandbox()
        try await sandbox.start()
        sandbox.add(.at(.ehlo, .stall))
        let stalled = try await Wire(sandbox, port: sandbox.submissionPort)
        stalled.send("EHLO c\r\n")
        let idle = try await Wire.secured(sandbox)
        while sandbox.held == 0 { await Task.yield() }
        try await sandbox.stop()
        _ = await stalled.rest()
        #expect(await idle.rest().hasPrefix("421 4.3.2 Service not active"))
        #expect(sandbox.submissionPort == 0)
    }

    @Test func itRunsAsAServiceUntilItsTaskEnds() async throws {
        let sandbox = try Contoso.sandbox()
        let running = Task { try await sandbox.run() }
        while sandbox.submissionPort == 0 { await Task.yield() }
        let wire = try await Wire(sandbox, port: sandbox.submissionPort)
        #expect(try await wire.reply().hasPrefix("220 "))
        running.cancel()
        try await running.value
        #expect(sandbox.submissionPort == 0)
        await #expect(throws: SandboxError.alreadyStarted) { try await sandbox.start() }
    }

    @Test func whatIsPipelinedBehindStartTLSInClearIsForgotten() async throws {
        try await running { sandbox in
            let wire = try await Wire(sandbox, port: sandbox.submissionPort)
            _ = try await wire.reply()
            _ = try await wire.ask("EHLO c")
            #expect(try await wire.ask("STARTTLS\r\nNOOP") == "220 2.0.0 SMTP server ready")
            try await wire.startTLS()
            #expect(try await wire.ask("EHLO c").hasPrefix("250-"))
            #expect(try await wire.ask("QUIT").hasPrefix("221 "))
        }
    }

    @Test func messagesAreWrittenBeforeTheyAreConfirmed() async throws {
        let folder = NSTemporaryDirectory() + "sandbox-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = SandboxSettings()
        settings.messageFolder = folder
        try await running(settings) { sandbox in
            let wire = try await Wire.signedIn(sandbox)
            wire.send(Self.envelope + "DATA\r\nFrom: ann@contoso.example\r\n\r\nhello\r\n.\r\n")
            for _ in 0..<3 { _ = try await wire.reply() }
            #expect(try await wire.reply().hasPrefix("250 2.0.0 OK"))
            let written = try Data(contentsOf: URL(fileURLWithPath: folder + "/000001.eml"))
            #expect(written == Data("From: ann@contoso.example\r\n\r\nhello\r\n".utf8))
        }
    }
}
