import Testing

@testable import Sandbox

/// Both doors over TLS, as a client meets them, and what lies behind them.
@Suite(.timeLimit(.minutes(20)))
struct ReadingLiveTests {
    private func running(_ habits: Habits = .microsoft, _ body: (Sandbox) async throws -> Void) async throws {
        var settings = SandboxSettings()
        settings.habits = habits
        let sandbox = try Contoso.sandbox(settings)
        try await sandbox.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(sandbox)) } catch { result = .failure(error) }
        try await sandbox.stop()
        try result.get()
    }

    private func token(_ sandbox: Sandbox, _ login: String = "ann@contoso.example", scopes: [String]? = nil) throws -> String {
        let refresh = try sandbox.consent(login: login, clientID: Contoso.mailClient, scopes: scopes)
        let form = "grant_type=refresh_token&client_id=\(Contoso.mailClient)&client_secret=sesame&refresh_token=\(refresh)"
        let body = sandbox.provider.with { state, now in state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: now).body }
        return Contoso.accessToken(body)
    }

    /// A message as the submission door would have taken it.
    private func deliver(_ sandbox: Sandbox, from: String, to: String, number: Int) {
        let content = Array("Subject: one\r\nFrom: \(from)\r\nMessage-ID: <\(number)@x>\r\n\r\nbody\r\n".utf8)
        let envelope = Envelope(sender: EnvelopeSender("ann@contoso.example"), recipients: [EnvelopeRecipient(to)])
        let delivery = ProviderState.Delivery(connection: 1, login: "ann@contoso.example", content: content, tlsVersion: "TLSv1.3")
        _ = sandbox.provider.with { state, now in state.judge(envelope, delivery, now: now) }
    }

    @Test func anInboxHoldsWhatWasTakenForItsAddressesAsDelivered() async throws {
        var habits = Habits.google
        habits.mechanisms = ["XOAUTH2"]
        try await running(habits) { sandbox in
            sandbox.changeTenant { $0.mailboxes[0].receives = ["all@contoso.example"] }
            deliver(sandbox, from: "ann@contoso.example", to: "Ann.Alias@contoso.example", number: 1)
            deliver(sandbox, from: "eve@evil.example", to: "all@contoso.example", number: 2)
            deliver(sandbox, from: "ann@contoso.example", to: "bob@contoso.example", number: 3)
            let wire = try await Wire(sandbox, port: sandbox.popPort, isSecured: true)
            #expect(try await wire.line() == "+OK Gpop ready for requests from 127.0.0.1")
            wire.send("AUTH XOAUTH2\r\n")
            #expect(try await wire.line() == "+ ")
            wire.send(Wire.xoauth2("ann@contoso.example", try token(sandbox)) + "\r\nSTAT\r\nRETR 2\r\nQUIT\r\n")
            #expect(try await wire.line() == "+OK Welcome.")
            #expect(try await wire.line().hasPrefix("+OK 2 "))
            let rest = await wire.rest()
            #expect(
                rest
                    == "+OK\r\nSubject: one\r\nFrom: ann@contoso.example\r\nX-Google-Original-From: eve@evil.example\r\nMessage-ID: <2@x>\r\n\r\nbody\r\n.\r\n+OK Farewell.\r\n"
            )
            #expect(sandbox.record.signIns.map(\.door) == [.pop3] && sandbox.record.readingConnections == 1)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var login = "ann@contoso.example"
        var scopes: [String]?
        var change: @Sendable (inout HostedMailbox) -> Void = { _ in }
        var reason: SignInAttempt.Reason
        var testDescription: String { name }
    }

    static let refusals = [
        Refusal(name: "only to send", scopes: ["https://outlook.office.com/SMTP.Send"], reason: .missingScope),
        Refusal(name: "for Graph", scopes: ["https://graph.microsoft.com/Mail.Read"], reason: .wrongResource),
        Refusal(
            name: "switched off", change: { ($0.isIMAPEnabled, $0.isPOPEnabled) = (false, false) }, reason: .doorDisabled),
        Refusal(name: "nobody", login: "nobody@contoso.example", reason: .unknownMailbox),
    ]

    @Test(arguments: refusals, [MailDoor.imap, .pop3]) func refusedForItsReason(_ refusal: Refusal, _ door: MailDoor) async throws {
        try await running { sandbox in
            sandbox.changeTenant { refusal.change(&$0.mailboxes[0]) }
            let wire = try await Wire(sandbox, port: door == .imap ? sandbox.imapPort : sandbox.popPort, isSecured: true)
            _ = try await wire.line()
            wire.send(door == .imap ? "1 AUTHENTICATE XOAUTH2\r\n" : "AUTH XOAUTH2\r\n")
            #expect(try await wire.line() == "+ ")
            wire.send(Wire.xoauth2(refusal.login, try token(sandbox, scopes: refusal.scopes)) + "\r\n")
            let words =
                door == .imap ? "1 NO AUTHENTICATE failed." : "-ERR Authentication failure: unknown user name or bad password."
            #expect(try await wire.line() == words)
            #expect(sandbox.record.signIns.map(\.outcome) == [.refused(refusal.reason)] && sandbox.record.signIns[0].door == door)
            wire.close()
        }
    }

    /// peers.md 3.9: the sign-in counts, and no mailbox is behind it.
    @Test func aTokenOfAnotherMailboxIsNotConnected() async throws {
        try await running { sandbox in
            let wire = try await Wire(sandbox, port: sandbox.imapPort, isSecured: true)
            _ = try await wire.line()
            wire.send("1 AUTHENTICATE XOAUTH2 \(Wire.xoauth2("bob@contoso.example", try token(sandbox)))\r\n2 EXAMINE INBOX\r\n")
            #expect(try await wire.line() == "1 OK AUTHENTICATE completed.")
            #expect(try await wire.line() == "2 BAD User is authenticated but not connected.")
            wire.close()
        }
    }

    @Test func aStallIsEndedByStopping() async throws {
        try await running { sandbox in
            sandbox.add(Fault(.reading(.imap, .stall)))
            let wire = try await Wire(sandbox, port: sandbox.imapPort, isSecured: true)
            _ = try await wire.line()
            wire.send("1 AUTHENTICATE XOAUTH2 \(Wire.xoauth2("ann@contoso.example", "x"))\r\n2 NOOP\r\n")
            _ = await sandbox.record { $0.readingConnections == 1 }
            while sandbox.held == 0 { await Task.yield() }
            #expect(sandbox.record.signIns.isEmpty)
            sandbox.release()
            #expect(try await wire.line() == "1 NO AUTHENTICATE failed.")
            #expect(try await wire.line() == "2 OK NOOP completed.")
            wire.send(String(repeating: "x", count: 20_000) + "\r\n")
            #expect(try await wire.line() == "* BAD Command Argument Error. 12")
        }
    }

    @Test(arguments: [("* BYE Server shutting down. 14\r\n", MailDoor.imap), ("-ERR Server shutting down. 13\r\n", .pop3)])
    func stoppingSaysFarewell(_ words: String, _ door: MailDoor) async throws {
        let sandbox = try Contoso.sandbox()
        try await sandbox.start()
        let wire = try await Wire(sandbox, port: door == .imap ? sandbox.imapPort : sandbox.popPort, isSecured: true)
        _ = try await wire.line()
        try await sandbox.stop()
        #expect(await wire.rest() == words)
    }
}
