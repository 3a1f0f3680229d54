import CryptoExtras
import CurlTransmit
import Foundation
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// Each way to a token, asked of the pretend providers with the client that asks the real ones.
struct GrantKindTests {
    private static let scope = "https://outlook.office365.com/.default"

    private func with(
        _ applications: [AppRegistration], _ habits: Habits, _ clock: FakeClock,
        _ body: (Sandbox, TokenClient) async throws -> Void
    ) async throws {
        let live = Live.system()
        var settings = SandboxSettings()
        settings.habits = habits
        let tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"], applications: applications,
            mailboxes: [HostedMailbox("ann@contoso.example")])
        let sandbox = try Sandbox(tenant, settings: settings, clock: { clock.now.timeIntervalSince1970 }, generator: live.generator)
        try await sandbox.start()
        let curl = try CurlThread()
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(sandbox, TokenClient(curl, now: { clock.now }, random: { live.randomBytes($0) })))
        } catch { result = .failure(error) }
        await curl.stop()
        try await sandbox.stop()
        try result.get()
    }

    private func failure(_ work: () async throws(TokenFailure) -> Relay.TokenAnswer) async -> TokenFailure? {
        do throws(TokenFailure) {
            _ = try await work()
            return nil
        } catch { return error }
    }

    private func isApplication(_ failure: TokenFailure?) -> Bool { if case .application? = failure { true } else { false } }

    @Test func certificateSignsInPlaceOfASecret() async throws {
        let good = try SelfSigned()
        let other = try SelfSigned()
        let application = AppRegistration(
            clientID: "client-1", name: "one", secrets: [], appOnly: .everyMailbox, certificates: [good.pem])
        let clock = FakeClock()
        try await with([application], .microsoft, clock) { (sandbox, client) async throws -> Void in
            func request(_ pair: SelfSigned) -> Relay.TokenRequest {
                Relay.TokenRequest(
                    endpoint: sandbox.tokenEndpoint, kind: .clientCredentials, clientID: "client-1",
                    authentication: .certificate(pair.pem, key: Secret(pair.key)), scope: Self.scope,
                    trustedCertificates: sandbox.authority.certificatePEM)
            }
            for _ in 0..<2 {
                let answer = try await client.answer(to: request(good))
                #expect(answer.accessToken.count > 1000, "each assertion is new")
            }
            #expect(isApplication(await failure { () throws(TokenFailure) in try await client.answer(to: request(other)) }))
            let mixed = SelfSigned(pem: good.pem, key: other.key)
            #expect(isApplication(await failure { () throws(TokenFailure) in try await client.answer(to: request(mixed)) }))
            let broken = await failure { () throws(TokenFailure) in
                try await client.answer(to: request(SelfSigned(pem: good.pem, key: "no key")))
            }
            #expect(broken?.description.contains("no unencrypted RSA key") == true)
        }
    }

    @Test func serviceAccountSignsForEachMailbox() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let account = ServiceAccount(address: "mailer@project.example", keyID: "k1")
        let application = AppRegistration(
            clientID: "client-1", name: "one", secrets: [],
            serviceAccount: .init(
                address: account.address, publicKeyPEM: key.publicKey.pemRepresentation, scopes: ["https://mail.google.com/"]))
        let clock = FakeClock()
        try await with([application], .google, clock) { sandbox, client in
            func request(_ subject: String, _ scope: String = "https://mail.google.com/") -> Relay.TokenRequest {
                Relay.TokenRequest(
                    endpoint: sandbox.tokenEndpoint, kind: .serviceAccount(account, key: Secret(key.pemRepresentation), subject: subject),
                    clientID: "client-1", authentication: .none, scope: scope, trustedCertificates: sandbox.authority.certificatePEM)
            }
            let answer = try await client.answer(to: request("ann@contoso.example"))
            #expect(answer.refreshToken == nil)
            let stranger = await failure { () throws(TokenFailure) in try await client.answer(to: request("nobody@contoso.example")) }
            guard case .grant("invalid_grant", _)? = stranger else { return #expect(Bool(false), "\(String(describing: stranger))") }
            let unauthorized = await failure { () throws(TokenFailure) in
                try await client.answer(to: request("ann@contoso.example", "https://www.googleapis.com/auth/gmail.send"))
            }
            guard case .application("unauthorized_client", _)? = unauthorized else {
                return #expect(Bool(false), "\(String(describing: unauthorized))")
            }
        }
    }

    /// RFC 8628 section 3.5: five seconds more after `slow_down`, and then the token.
    @Test func deviceCodeIsWaitedFor() async throws {
        let application = AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])
        let clock = FakeClock()
        try await with([application], .microsoft, clock) { sandbox, client in
            let scope = "https://outlook.office.com/SMTP.Send openid offline_access"
            let trusted = sandbox.authority.certificatePEM
            let device = try await client.device(
                DeviceRequest(
                    endpoint: sandbox.deviceEndpoint(tenant: sandbox.tenant.id), clientID: "client-1",
                    authentication: .secret(Secret("sesame")), audience: sandbox.tokenEndpoint, scope: scope,
                    trustedCertificates: trusted))
            #expect(device.interval == 5)
            #expect(device.lifetime == 900)
            #expect(device.completeURI == nil, "Entra has none")
            let question = Relay.TokenRequest(
                endpoint: sandbox.tokenEndpoint, kind: .deviceCode(device.deviceCode), clientID: "client-1",
                authentication: .secret(Secret("sesame")), scope: scope, trustedCertificates: trusted)
            guard case .pending(slower: false) = try await client.poll(question) else { return #expect(Bool(false)) }
            guard case .pending(slower: true) = try await client.poll(question) else { return #expect(Bool(false), "too soon") }
            sandbox.enter(userCode: device.userCode, login: "ann@contoso.example")
            clock.advance(by: 10)
            guard case .granted(let answer) = try await client.poll(question) else { return #expect(Bool(false)) }
            #expect(answer.refreshToken != nil)
            #expect(answer.idToken != nil)
            clock.advance(by: 10)
            guard case .expired = try await client.poll(question) else { return #expect(Bool(false), "it counts once") }
        }
    }

    @Test func deviceCodeDeniedOrTooOld() async throws {
        let application = AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])
        let clock = FakeClock()
        for habits in [Habits.microsoft, .google] {
            try await with([application], habits, clock) { sandbox, client in
                func ask() async throws -> (DeviceAnswer, Relay.TokenRequest) {
                    let device = try await client.device(
                        DeviceRequest(
                            endpoint: sandbox.deviceEndpoint(tenant: sandbox.tenant.id), clientID: "client-1",
                            authentication: .secret(Secret("sesame")), audience: sandbox.tokenEndpoint, scope: "openid email",
                            trustedCertificates: sandbox.authority.certificatePEM))
                    return (
                        device,
                        Relay.TokenRequest(
                            endpoint: sandbox.tokenEndpoint, kind: .deviceCode(device.deviceCode), clientID: "client-1",
                            authentication: .secret(Secret("sesame")), scope: "openid",
                            trustedCertificates: sandbox.authority.certificatePEM)
                    )
                }
                let (denied, question) = try await ask()
                sandbox.enter(userCode: denied.userCode, login: nil)
                guard case .declined = try await client.poll(question) else { return #expect(Bool(false)) }
                let (_, late) = try await ask()
                clock.advance(by: 901)
                guard case .expired = try await client.poll(late) else { return #expect(Bool(false)) }
            }
        }
    }

    @Test func googleGivesNoMailToADevice() async throws {
        let application = AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])
        try await with([application], .google, FakeClock()) { sandbox, client in
            let refused = await failure { () throws(TokenFailure) in
                _ = try await client.device(
                    DeviceRequest(
                        endpoint: sandbox.deviceEndpoint(tenant: ""), clientID: "client-1",
                        authentication: .secret(Secret("sesame")), audience: sandbox.tokenEndpoint, scope: "https://mail.google.com/",
                        trustedCertificates: sandbox.authority.certificatePEM))
                return Relay.TokenAnswer(accessToken: Secret(""), lifetime: 0, refreshToken: nil, scope: nil)
            }
            guard case .application("invalid_scope", _)? = refused else { return #expect(Bool(false), "\(String(describing: refused))") }
        }
    }

    /// RFC 7009: what is revoked opens nothing any more.
    @Test func revokedIsRevoked() async throws {
        let application = AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])
        try await with([application], .google, FakeClock()) { sandbox, client in
            let refresh = try sandbox.consent(login: "ann@contoso.example", clientID: "client-1", scopes: ["https://mail.google.com/"])
            let trusted = sandbox.authority.certificatePEM
            let question = Relay.TokenRequest(
                endpoint: sandbox.tokenEndpoint, kind: .refresh(Secret(refresh)), clientID: "client-1",
                authentication: .secret(Secret("sesame")), scope: "https://mail.google.com/", trustedCertificates: trusted)
            #expect(try await client.answer(to: question).refreshToken == nil, "Google does not rotate")
            try await client.revoke(
                RevocationRequest(
                    endpoint: sandbox.revocationEndpoint, token: Secret(refresh), clientID: "client-1",
                    authentication: .secret(Secret("sesame")), trustedCertificates: trusted))
            guard case .grant? = await failure({ () throws(TokenFailure) in try await client.answer(to: question) }) else {
                return #expect(Bool(false))
            }
        }
    }

    @Test func issuerSaysWhereItsEndpointsAre() async throws {
        for habits in [Habits.microsoft, .google] {
            try await with([], habits, FakeClock()) { sandbox, _ in
                let curl = try CurlThread()
                let found = try await Discovery(curl).metadata(of: sandbox.issuer, trusting: sandbox.authority.certificatePEM)
                #expect(found.tokenEndpoint == sandbox.tokenEndpoint)
                #expect(found.server.keysEndpoint == sandbox.keysEndpoint(tenant: sandbox.tenant.id))
                await #expect(throws: DiscoveryFailure.self) {
                    _ = try await Discovery(curl).metadata(of: sandbox.issuer + "/", trusting: sandbox.authority.certificatePEM)
                }
                await curl.stop()
            }
        }
    }
}
