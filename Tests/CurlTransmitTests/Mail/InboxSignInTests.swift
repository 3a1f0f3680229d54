import CurlTransmit
import Relay
import Sandbox
import TestSupport
import Testing

/// Signing in where mail is read, with libcurl, at the pretend providers' doors.
struct InboxSignInTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var kind: InboxSignIn.Kind
        var flavour: Habits
        /// What a client is told about a token that opens nothing here.
        var words: String
        var testDescription: String { "\(kind) \(flavour.flavour)" }
    }

    static let cases = [
        Case(kind: .imap, flavour: .microsoft, words: "AUTHENTICATE failed."),
        Case(kind: .pop3, flavour: .microsoft, words: "Authentication failure: unknown user name or bad password."),
        Case(kind: .imap, flavour: .google, words: "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"),
        Case(kind: .pop3, flavour: .google, words: "[AUTH] Username and password not accepted."),
    ]

    @Test(arguments: cases) func signsInAndOut(_ one: Case) async throws {
        try await InboxHouse.with(one.flavour) { house in
            let token = try await house.token()
            #expect(await house.failure(one.kind, token) == nil)
            let attempts = house.sandbox.record.signIns
            #expect(attempts.map(\.door) == [one.kind == .imap ? .imap : .pop3] && house.sandbox.record.signInsAccepted == 1)
        }
    }

    /// A token of a large organisation has more octets than any line of a command.
    @Test(arguments: [InboxSignIn.Kind.imap, .pop3]) func longTokensSignIn(_ kind: InboxSignIn.Kind) async throws {
        var habits = Habits.microsoft
        habits.accessTokenLength = 5_400
        try await InboxHouse.with(habits) { house in
            let token = try await house.token()
            #expect(token.revealText().count == 5_400)
            #expect(await house.failure(kind, token) == nil)
        }
    }

    @Test(arguments: cases) func refusedInTheServersWords(_ one: Case) async throws {
        let clock = FakeClock(Samples.start)
        try await InboxHouse.with(one.flavour, clock: clock) { house in
            #expect(await house.failure(one.kind, Secret("made-up")) == .refused(one.words))
            if one.flavour.flavour == .microsoft {
                let narrow = try await house.token(["https://outlook.office.com/SMTP.Send"])
                #expect(await house.failure(one.kind, narrow) == .refused(one.words))
            }
            let token = try await house.token()
            house.sandbox.changeTenant { ($0.mailboxes[0].isIMAPEnabled, $0.mailboxes[0].isPOPEnabled) = (false, false) }
            guard case .refused? = await house.failure(one.kind, token) else { return #expect(Bool(false), "switched off") }
            house.sandbox.changeTenant { ($0.mailboxes[0].isIMAPEnabled, $0.mailboxes[0].isPOPEnabled) = (true, true) }
            clock.advance(by: 3_600)
            #expect(await house.failure(one.kind, token) == .refused(one.words))
            #expect(
                house.sandbox.record.signIns.map(\.outcome).suffix(2) == [.refused(.doorDisabled), .refused(.expiredToken)])
        }
    }

    @Test func aTokenOfAnotherMailboxOpensNone() async throws {
        try await InboxHouse.with(.microsoft) { house in
            let token = try await house.token()
            #expect(await house.failure(.imap, token, as: "bob@contoso.example") == .refused("User is authenticated but not connected."))
            guard case .refused? = await house.failure(.pop3, token, as: "bob@contoso.example") else { return #expect(Bool(false)) }
        }
    }

    @Test(arguments: [InboxSignIn.Kind.imap, .pop3]) func whatPassesIsNoRefusal(_ kind: InboxSignIn.Kind) async throws {
        try await InboxHouse.with(.microsoft) { house in
            let token = try await house.token()
            for effect in [Fault.ReadingEffect.unavailable, .drop] {
                house.sandbox.add(Fault(.reading(kind == .imap ? .imap : .pop3, effect)))
                guard case .unreachable? = await house.failure(kind, token) else { return #expect(Bool(false), "\(effect)") }
            }
            #expect(await house.failure(kind, token) == nil)
        }
    }

    /// Whoever takes the mechanisms out of the offer gets nothing in their place: neither the token nor the name with an empty password.
    @Test(arguments: [InboxSignIn.Kind.imap, .pop3]) func withoutItsMechanismNothingIsTried(_ kind: InboxSignIn.Kind) async throws {
        var habits = Habits.microsoft
        habits.mechanisms = ["PLAIN"]
        try await InboxHouse.with(habits) { house in
            let token = try await house.token()
            #expect(await house.failure(kind, token) == .refused("the server offers neither XOAUTH2 nor OAUTHBEARER"))
            #expect(house.sandbox.record.signIns.isEmpty)
        }
    }

    /// Whoever takes STARTTLS out of the offer hears nothing in clear but what the server can do.
    @Test(arguments: [InboxSignIn.Kind.imap, .pop3]) func withoutTLSNothingIsSaid(_ kind: InboxSignIn.Kind) async throws {
        let server = try ClearServer(kind)
        let signIn = InboxSignIn(
            kind, at: MailEndpoint(host: "127.0.0.1", port: server.port, security: .startTLS), login: "ann@contoso.example",
            token: Secret("made-up"), trusting: nil)
        do throws(InboxSignIn.Failure) {
            try await signIn.run()
            #expect(Bool(false), "it went on without TLS")
        } catch {
            guard case .unreachable = error else { return #expect(Bool(false), "\(error)") }
        }
        let heard = server.heard
        #expect(
            !heard.isEmpty
                && heard.allSatisfy { line in ["CAPABILITY", "CAPA", "STARTTLS", "STLS", "LOGOUT", "QUIT"].contains { line.hasSuffix($0) } },
            "\(heard)")
    }

    /// As a server does that waits for TLS to begin: who asks hears of it soon, and what to write.
    @Test(arguments: [InboxSignIn.Kind.imap, .pop3]) func oneWhoSaysNothingInClearIsNamed(_ kind: InboxSignIn.Kind) async throws {
        let server = try ClearServer(kind, greets: false)
        let signIn = InboxSignIn(
            kind, at: MailEndpoint(host: "127.0.0.1", port: server.port, security: .startTLS), login: "ann@contoso.example",
            token: Secret("made-up"), trusting: nil, patience: 1)
        do throws(InboxSignIn.Failure) {
            try await signIn.run()
            #expect(Bool(false), "it went on without a greeting")
        } catch {
            #expect(error.description.contains(":\(server.port)/tls` says so"), "\(error)")
        }
        #expect(server.heard.isEmpty)
    }

    @Test func nobodyIsTrustedUnasked() async throws {
        try await InboxHouse.with(.microsoft) { house in
            let token = try await house.token()
            let other = try CertificateOfAnother().pem
            do throws(InboxSignIn.Failure) {
                try await house.signIn(.imap, token, trusting: other).run()
                #expect(Bool(false), "a stranger was trusted")
            } catch {
                guard case .unreachable = error else { return #expect(Bool(false), "\(error)") }
            }
            #expect(house.sandbox.record.signIns.isEmpty)
        }
    }

    /// The authority of a sandbox that never ran.
    private struct CertificateOfAnother {
        let pem: String

        init() throws {
            pem = try Sandbox(
                Tenant(id: "22222222-2222-3333-4444-555555555555", domains: []), clock: { 0 }, generator: FakeGenerator(seed: 9)
            ).authority.certificatePEM
        }
    }
}
