import CurlTransmit
import Relay
import Sandbox
import Testing

import struct FoundationEssentials.Date

/// The token client against the pretend Microsoft, over TLS with an authority of its own.
@Suite struct SandboxTokenTests {
    private static let clientID = "aaaaaaaa-0000-0000-0000-000000000001"
    private static let login = "ann@contoso.example"
    private static let start = 1_788_256_800.0

    private static let tenant = Tenant(
        id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
        applications: [
            AppRegistration(clientID: clientID, name: "Mail", secrets: [.init("se~s+a&m=e%")], appOnly: .everyMailbox)
        ], mailboxes: [HostedMailbox(login)])

    private struct Table {
        let sandbox: Sandbox
        let client: TokenClient

        func ask(
            _ kind: Relay.TokenRequest.Kind = .clientCredentials, secret: String = "se~s+a&m=e%", trusting authority: String?
        ) async throws(TokenFailure) -> Relay.TokenAnswer {
            let scope =
                switch kind {
                case .clientCredentials: "https://outlook.office365.com/.default"
                case .refresh, .authorizationCode, .deviceCode, .serviceAccount: "https://outlook.office.com/SMTP.Send offline_access"
                }
            return try await client.answer(
                to: Relay.TokenRequest(
                    endpoint: sandbox.tokenEndpoint, kind: kind, clientID: SandboxTokenTests.clientID,
                    authentication: .secret(Secret(secret)),
                    scope: scope, trustedCertificates: authority))
        }
    }

    private static func withSandbox(_ body: (Table) async throws -> Void) async throws {
        let sandbox = try Sandbox(tenant, clock: { start }, generator: Steady())
        let thread = try CurlThread()
        try await sandbox.start()
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(
                    Table(
                        sandbox: sandbox,
                        client: TokenClient(thread, now: { Date(timeIntervalSince1970: start) }, random: { Array(repeating: 7, count: $0) })
                    )))
        } catch {
            result = .failure(error)
        }
        await thread.stop()
        try await sandbox.stop()
        try result.get()
    }

    @Test func tokensComeOverTLSWithTheAuthorityGiven() async throws {
        try await Self.withSandbox { table in
            let authority = table.sandbox.authority.certificatePEM
            let own = try await table.ask(trusting: authority)
            #expect(own.accessToken.count > 1000)
            #expect(own.lifetime > 3000)
            #expect(own.refreshToken == nil)
            let consent = try table.sandbox.consent(login: Self.login, clientID: Self.clientID)
            let renewed = try await table.ask(.refresh(Secret(consent)), trusting: authority)
            #expect(renewed.accessToken.count > 1000)
            #expect(renewed.refreshToken != nil)
            #expect(table.sandbox.record.tokenRequests.count == 2)
        }
    }

    @Test func unknownAuthorityIsATLSFailureAndNothingIsAsked() async throws {
        try await Self.withSandbox { table in
            let failure = await #expect(throws: TokenFailure.self) { try await table.ask(trusting: nil) }
            guard case .temporary(let text, nil) = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
            #expect(text.hasPrefix("TLS failed: "))
            #expect(table.sandbox.record.tokenRequests.isEmpty)
        }
    }

    /// A connection made with the authority must not carry a request that does not trust it.
    @Test func trustIsNotInheritedFromAnOpenConnection() async throws {
        try await Self.withSandbox { table in
            _ = try await table.ask(trusting: table.sandbox.authority.certificatePEM)
            await #expect(throws: TokenFailure.self) { try await table.ask(trusting: nil) }
            #expect(table.sandbox.record.tokenRequests.count == 1)
        }
    }

    @Test func refusalsMeanWhatEntraMeans() async throws {
        try await Self.withSandbox { table in
            let authority = table.sandbox.authority.certificatePEM
            let wrong = await #expect(throws: TokenFailure.self) { try await table.ask(secret: "wrong-secret", trusting: authority) }
            guard case .application("invalid_client", let detail) = wrong else {
                return #expect(Bool(false), "\(String(describing: wrong))")
            }
            #expect(detail.hasPrefix("AADSTS"))
            let dead = await #expect(throws: TokenFailure.self) {
                try await table.ask(.refresh(Secret("no-such-token")), trusting: authority)
            }
            guard case .grant("invalid_grant", _) = dead else { return #expect(Bool(false), "\(String(describing: dead))") }
            table.sandbox.add(.atToken(.tooManyRequests(retryAfter: 9)))
            let busy = await #expect(throws: TokenFailure.self) { try await table.ask(trusting: authority) }
            guard case .temporary(_, 9) = busy else { return #expect(Bool(false), "\(String(describing: busy))") }
            for effect in [Fault.WebEffect.garbage, .unavailable()] {
                table.sandbox.add(.atToken(effect))
                let failure = await #expect(throws: TokenFailure.self) { try await table.ask(trusting: authority) }
                guard case .temporary(_, nil) = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
            }
            _ = try await table.ask(trusting: authority)
        }
    }
}

/// Repeats itself: the same sandbox each time.
struct Steady: RandomNumberGenerator, Sendable {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
