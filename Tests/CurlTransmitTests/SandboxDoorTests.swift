import CurlTransmit
import Sandbox
import Testing

/// Every door of the pretend providers goes wrong on demand, and every request is on record without what is secret in it.
@Suite struct SandboxDoorTests {
    private static let tenant = Tenant(
        id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
        applications: [AppRegistration(clientID: "client-1", name: "one", secrets: [.init("sesame")])],
        mailboxes: [HostedMailbox("ann@contoso.example")])

    private struct Street {
        let sandbox: Sandbox
        let curl: CurlThread

        func ask(_ method: HTTPRequest.Method, _ address: String, _ form: String = "") async throws(CurlFailure) -> HTTPResponse {
            try await curl.perform(
                HTTPRequest(
                    method, address,
                    fields: method == .post ? [HTTPField("Content-Type", "application/x-www-form-urlencoded")] : [],
                    body: Array(form.utf8), trustedCertificates: sandbox.authority.certificatePEM))
        }

        func address(_ door: Door) -> String {
            switch door {
            case .authorize: sandbox.authorizationEndpoint(tenant: sandbox.tenant.id) + "?client_id=client-1"
            case .token: sandbox.tokenEndpoint
            case .device: sandbox.deviceEndpoint(tenant: sandbox.tenant.id)
            case .keys: sandbox.keysEndpoint(tenant: sandbox.tenant.id)
            case .metadata: sandbox.issuer + "/.well-known/openid-configuration"
            case .userinfo: sandbox.userinfoEndpoint
            case .revoke: sandbox.revocationEndpoint
            case .codeEntry: sandbox.baseAddress + "/device"
            case .graphSend: sandbox.baseAddress + "/v1.0/me/sendMail"
            case .gmailSend: sandbox.baseAddress + "/gmail/v1/users/me/messages/send"
            case .gmailUpload: sandbox.baseAddress + "/upload/gmail/v1/users/me/messages/send?uploadType=resumable"
            case .gmailSenders: sandbox.baseAddress + "/gmail/v1/users/me/settings/sendAs"
            }
        }

        func method(_ door: Door) -> HTTPRequest.Method {
            switch door {
            case .token, .device, .revoke, .graphSend, .gmailSend, .gmailUpload: .post
            case .authorize, .keys, .metadata, .userinfo, .codeEntry, .gmailSenders: .get
            }
        }
    }

    private static func with(_ habits: Habits, _ body: (Street) async throws -> Void) async throws {
        var settings = SandboxSettings()
        settings.habits = habits
        settings.isControlled = true
        let sandbox = try Sandbox(tenant, settings: settings, clock: { 1_788_256_800 }, generator: Steady())
        try await sandbox.start()
        let curl = try CurlThread()
        let result: Result<Void, any Error>
        do { result = .success(try await body(Street(sandbox: sandbox, curl: curl))) } catch { result = .failure(error) }
        await curl.stop()
        try await sandbox.stop()
        try result.get()
    }

    @Test(arguments: [Habits.microsoft, .google], Door.allCases) func goesWrongOnDemand(_ habits: Habits, _ door: Door) async throws {
        try await Self.with(habits) { street in
            street.sandbox.add(.at(door, .status(503, retryAfter: 7), .times(2)))
            for _ in 0..<2 {
                let answer = try await street.ask(street.method(door), street.address(door), "client_id=client-1")
                #expect(answer.status == 503 && answer.value(of: "Retry-After") == "7")
            }
            let answer = try await street.ask(street.method(door), street.address(door), "client_id=client-1")
            #expect(answer.status != 503)
            let id = street.sandbox.add(.at(door, .drop, .always))
            await #expect(throws: CurlFailure.self) {
                try await street.ask(street.method(door), street.address(door), "client_id=client-1")
            }
            street.sandbox.removeFault(id)
            let seen = street.sandbox.record.requests(at: door)
            #expect(seen.map(\.isFaulted).prefix(4) == [true, true, false, true])
            #expect(seen.map(\.status).prefix(4) == [503, 503, answer.status, 0])
            // libcurl asks again for a document when a kept connection closes; for a form never, because it may have been acted on.
            #expect(seen.count == 4 || (seen.count == 5 && street.method(door) == .get))
        }
    }

    @Test func recordHasNoSecrets() async throws {
        try await Self.with(.microsoft) { street in
            let refresh = try street.sandbox.consent(login: "ann@contoso.example", clientID: "client-1")
            _ = try await street.ask(
                .post, street.address(.token),
                "grant_type=refresh_token&client_id=client-1&client_secret=sesame&refresh_token=\(refresh)&scope=https://outlook.office.com/SMTP.Send"
            )
            let seen = try #require(street.sandbox.record.requests.last)
            #expect(seen.status == 200)
            #expect(seen.fields["client_id"] == "client-1" && seen.fields["client_secret"] == "6 octets")
            let text = String(describing: street.sandbox.record)
            #expect(street.sandbox.secrets.count == 3, "the old refresh token, the new one, the access token")
            for secret in street.sandbox.secrets + ["sesame"] { #expect(!text.contains(secret)) }
        }
    }

    /// For programs in another process.
    @Test func isControlledOverHTTPS() async throws {
        try await Self.with(.google) { street in
            let control = street.sandbox.baseAddress + "/_sandbox"
            #expect(try await street.ask(.post, control + "/faults", "door=nowhere&effect=drop").status == 400)
            #expect(try await street.ask(.post, control + "/faults", "door=keys&effect=status&status=429&times=1").status == 200)
            #expect(try await street.ask(.get, street.address(.keys)).status == 429)
            #expect(try await street.ask(.get, street.address(.keys)).status == 200)
            let seen = try await street.ask(.get, control + "/requests")
            let text = String(decoding: seen.body, as: UTF8.self)
            #expect(text.contains(#""door":"keys""#) && text.contains(#""status":429"#))
        }
    }
}
