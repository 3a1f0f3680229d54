import CurlTransmit
import FoundationEssentials
import Mail
import Relay
import Sandbox
import Synchronization
import TestSupport
import Testing

/// Mail through Graph and the Gmail API, over real HTTPS to the pretend providers.
struct APITransmitTests {
    private static let ann = "ann@contoso.example"
    private static let desk = "desk@contoso.example"

    private struct House {
        let sandbox: Sandbox
        let curl: CurlThread
        let transmit: APITransmit
        let transport: Transport

        var isGoogle: Bool { transport == .gmail }

        /// Of Ann's own consent; nil: the application's own, for every mailbox.
        func token(of login: String?) async throws -> Secret {
            let client = TokenClient(curl, now: { Self.now }, random: { Array(repeating: 7, count: $0) })
            let scope =
                isGoogle
                ? "https://www.googleapis.com/auth/gmail.send" : "https://graph.microsoft.com/" + (login == nil ? ".default" : "Mail.Send")
            let kind: Relay.TokenRequest.Kind =
                try login.map { .refresh(Secret(try sandbox.consent(login: $0, clientID: "client-1", scopes: [scope, "offline_access"]))) }
                ?? .clientCredentials
            return try await client.answer(
                to: Relay.TokenRequest(
                    endpoint: sandbox.tokenEndpoint, kind: kind, clientID: "client-1", authentication: .secret(Secret("sesame")),
                    scope: scope,
                    trustedCertificates: sandbox.authority.certificatePEM)
            ).accessToken
        }

        static let now = Samples.start

        func send(
            _ token: Secret, as login: String = APITransmitTests.ann, isOwnersToken: Bool = true, header: String? = nil,
            to recipients: [String] = ["rob@example.com"], body: [[UInt8]] = [Array("Hello.\r\n".utf8)]
        ) async throws -> [RecipientReply] {
            var provider = isGoogle ? Relay.Provider.google : .microsoft
            provider.apis[transport] = sandbox.baseAddress + (isGoogle ? "" : "/v1.0")
            provider.trustedCertificates = sandbox.authority.certificatePEM
            let header =
                header ?? "From: Ann <\(APITransmitTests.ann)>\r\nTo: rob@example.com\r\nSubject: x\r\nMessage-ID: <1@x.example>\r\n"
            let envelope = Envelope(
                sender: .address(try EmailAddress(login)), recipients: try recipients.map { Recipient(address: try EmailAddress($0)) })
            return try await transmit.send(
                OutgoingMessage(
                    transport: transport, provider: provider, isOwnersToken: isOwnersToken,
                    login: login, token: token, envelope: envelope, header: Array(header.utf8), bodySize: body.reduce(0) { $0 + $1.count },
                    body: { $0 < body.count ? body[$0] : nil }))
        }

        func failure(_ work: () async throws -> [RecipientReply]) async throws -> TransmitFailure? {
            do {
                _ = try await work()
                return nil
            } catch let failure as TransmitFailure { return failure }
        }

        func diagnosis(_ failure: TransmitFailure?) throws -> Diagnosis {
            FailureTable.diagnose(
                try #require(failure),
                FailureSubject(kind: isGoogle ? .google : .microsoft, login: APITransmitTests.ann, from: []))
        }
    }

    private func with(
        _ transport: Transport, _ change: (inout Habits) -> Void = { _ in }, _ body: (House) async throws -> Void
    ) async throws {
        var settings = SandboxSettings()
        settings.habits = transport == .gmail ? .google : .microsoft
        change(&settings.habits)
        var tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
            applications: [
                AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")], appOnly: .mailboxes([Self.ann, Self.desk]))
            ],
            mailboxes: [
                HostedMailbox(Self.ann, aliases: ["annie@contoso.example"]), HostedMailbox(Self.desk),
                HostedMailbox("other@contoso.example"),
            ])
        tenant.grants = [SendingGrant(.sendAs, login: Self.ann, address: Self.desk)]
        let seconds = House.now.timeIntervalSince1970
        let sandbox = try Sandbox(tenant, settings: settings, clock: { seconds }, generator: Steady())
        try await sandbox.start()
        let curl = try CurlThread()
        let house = House(sandbox: sandbox, curl: curl, transmit: APITransmit(curl, now: { House.now }), transport: transport)
        let result: Result<Void, any Error>
        do { result = .success(try await body(house)) } catch { result = .failure(error) }
        await curl.stop()
        try await sandbox.stop()
        try result.get()
    }

    @Test(arguments: [Transport.graph, .gmail]) func theMessageArrivesAsItIs(_ transport: Transport) async throws {
        try await with(transport) { house in
            let replies = try await house.send(
                try await house.token(of: Self.ann), to: ["rob@example.com", "hidden@example.com"],
                body: [[0xC3, 0xA9], Array("\r\n".utf8)])
            #expect(replies.count == 2 && replies.allSatisfy { $0.stage == .request })
            #expect(try house.diagnosis(TransmitFailure(stage: .request, cause: .reply(replies[0].reply))).verdict == .sent)
            let arrived = try #require(house.sandbox.record.messages.first)
            #expect(Set(arrived.recipients.map(\.address)) == ["rob@example.com", "hidden@example.com"])
            #expect(arrived.login == Self.ann && arrived.deliveredFrom == [Self.ann])
            let content = String(decoding: arrived.content ?? [], as: UTF8.self)
            #expect(content.hasPrefix("From: Ann") && content.hasSuffix("\r\n\r\n\u{e9}\r\n"), "\(content)")
            #expect(!content.contains("hidden"), "the provider takes Bcc out")
        }
    }

    /// The application's own token opens other people's mailboxes, by their path.
    @Test func appOnlyNamesTheMailbox() async throws {
        try await with(.graph) { house in
            let token = try await house.token(of: nil)
            _ = try await house.send(
                token, as: Self.desk, isOwnersToken: false, header: "From: \(Self.desk)\r\nTo: rob@example.com\r\n")
            #expect(house.sandbox.record.requests(at: .graphSend).map(\.path) == ["/v1.0/users/\(Self.desk)/sendMail"])
            let outside = try await house.failure {
                try await house.send(
                    token, as: "other@contoso.example", isOwnersToken: false,
                    header: "From: other@contoso.example\r\nTo: rob@example.com\r\n"
                )
            }
            #expect(try house.diagnosis(outside).meaning == .permissionMissing)
            let nobody = try await house.failure { try await house.send(token, as: "no/body@contoso.example", isOwnersToken: false) }
            #expect(try house.diagnosis(nobody).meaning == .mailboxMissing)
        }
    }

    /// One too many at once is told to wait, and the place is free again when the other has its answer.
    @Test func aCrowdedMailboxIsTriedLater() async throws {
        try await with(.graph, { $0.graphRequestsAtOnce = 1 }) { house in
            let token = try await house.token(of: Self.ann)
            house.sandbox.add(.at(.graphSend, .stall))
            async let first = house.send(token)
            while house.sandbox.held == 0 { await Task.yield() }
            let crowded = try await house.failure { try await house.send(token) }
            guard case .reply(let reply)? = crowded?.cause else { return #expect(Bool(false), "\(String(describing: crowded))") }
            #expect(reply.code == 429 && reply.retryAfter == 10)
            guard case .retry = try house.diagnosis(crowded).verdict else { return #expect(Bool(false)) }
            house.sandbox.release()
            _ = try await first
            _ = try await house.send(token)
            #expect(house.sandbox.record.messages.count == 2)
        }
    }

    @Test func denialsAreDenials() async throws {
        try await with(.graph) { house in
            let token = try await house.token(of: Self.ann)
            _ = try await house.send(token, header: "From: \(Self.desk)\r\nTo: rob@example.com\r\n")
            let denied = try await house.failure {
                try await house.send(token, header: "From: boss@contoso.example\r\nTo: rob@example.com\r\n")
            }
            #expect(try house.diagnosis(denied).verdict == .denied)
        }
    }

    /// domain.md 2.6: Graph sends an alias from the primary address; Gmail replaces what is not on its list.
    @Test func silentRewritingIsOnRecord() async throws {
        try await with(.graph) { house in
            _ = try await house.send(try await house.token(of: Self.ann), header: "From: annie@contoso.example\r\nTo: rob@example.com\r\n")
            #expect(house.sandbox.record.messages.first?.deliveredFrom == [Self.ann])
        }
        try await with(.gmail) { house in
            let token = try await house.token(of: Self.ann)
            _ = try await house.send(token, header: "From: annie@contoso.example\r\nTo: rob@example.com\r\n")
            _ = try await house.send(token, header: "From: boss@contoso.example\r\nTo: rob@example.com\r\n")
            #expect(house.sandbox.record.messages.map(\.deliveredFrom) == [["annie@contoso.example"], [Self.ann]])
        }
    }

    /// design.md section 7: it would reach people who are not (any more) to get it.
    @Test(arguments: [Transport.graph, .gmail]) func headerThatNamesOthersIsNotSent(_ transport: Transport) async throws {
        try await with(transport) { house in
            let token = try await house.token(of: Self.ann)
            for header in ["To: rob@example.com, late@example.com", "Cc: late@example.com", "To: not readable <"] {
                let failure = try await house.failure { try await house.send(token, header: "From: \(Self.ann)\r\n\(header)\r\n") }
                guard case .notExpressible? = failure?.cause else { return #expect(Bool(false), "\(String(describing: failure))") }
            }
            #expect(house.sandbox.record.messages.isEmpty && house.sandbox.record.requests(at: .graphSend).isEmpty)
        }
    }

    @Test func bigMessagesGoByTheUploadEndpoint() async throws {
        try await with(.gmail) { house in
            let piece = Array(String(repeating: "0123456789abcde\n", count: 16_384).utf8)  // 256 KiB
            let replies = try await house.send(try await house.token(of: Self.ann), body: Array(repeating: piece, count: 24))
            #expect(replies.count == 1)
            let arrived = try #require(house.sandbox.record.messages.first)
            #expect(arrived.size > 6 << 20)
            #expect(house.sandbox.record.requests(at: .gmailUpload).count == 2 && house.sandbox.record.requests(at: .gmailSend).isEmpty)
        }
    }

    @Test func whatIsTooLargeIsNotEvenTried() async throws {
        try await with(.graph) { house in
            let token = try await house.token(of: Self.ann)
            let failure = try await house.failure { try await house.send(token, body: [[UInt8](repeating: 65, count: 3_100_000)]) }
            #expect(try house.diagnosis(failure).meaning == .tooLarge)
            #expect(house.sandbox.record.requests(at: .graphSend).isEmpty)
        }
    }

    @Test(arguments: [
        (Fault.WebEffect.status(429, retryAfter: 7), FailureMeaning.tooFast, Verdict.retry(notBefore: 60)),
        (.status(503, retryAfter: 120), .notReady, .retry(notBefore: 120)), (.status(401), .tokenRefused, .tokenRejected),
        (.garbage, .protocolBroken, .retry(notBefore: nil)),
        (.drop, .hungUp, .retry(notBefore: nil)), (.acceptThenDrop, .hungUp, .retry(notBefore: nil)),
    ]) func troubleIsUnderstood(_ effect: Fault.WebEffect, _ meaning: FailureMeaning, _ verdict: Verdict) async throws {
        try await with(.graph) { house in
            let token = try await house.token(of: Self.ann)
            house.sandbox.add(.at(.graphSend, effect))
            let failure = try await house.failure { try await house.send(token) }
            let diagnosis = try house.diagnosis(failure)
            #expect(diagnosis.meaning == meaning && diagnosis.verdict == verdict, "\(diagnosis)")
            // 200 is not Graph's acceptance, but something took the request.
            #expect(failure?.contentHadLeft == [.drop, .acceptThenDrop, .garbage].contains(effect))
        }
    }

    /// A token goes along, so an upload is never sent where somebody else says.
    @Test func uploadElsewhereIsRefused() async throws {
        let asked = Mutex([String]())
        let transmit = APITransmit(now: { House.now }) { request throws(CurlFailure) in
            asked.withLock { $0.append(request.url) }
            return HTTPResponse(status: 200, fields: [HTTPField("Location", "https://gmail.googleapis.com.evil.example/upload")])
        }
        let big = [UInt8](repeating: 65, count: 6 << 20)
        let message = OutgoingMessage(
            transport: .gmail, provider: .google, login: Self.ann, token: Secret("t"),
            envelope: Envelope(sender: .null, recipients: [Recipient(address: try EmailAddress("rob@example.com"))]),
            header: Array("From: \(Self.ann)\r\nTo: rob@example.com\r\n".utf8), bodySize: big.count, body: { $0 == 0 ? big : nil })
        await #expect(throws: TransmitFailure.self) { _ = try await transmit.send(message) }
        #expect(asked.withLock { $0 }.count == 1)
    }
}
