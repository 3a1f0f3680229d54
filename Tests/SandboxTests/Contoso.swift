import Foundation
import Synchronization

@testable import Sandbox

/// The tenant that the tests use, a clock that stands still until told, and a generator that repeats itself.
enum Contoso {
    static let tenantID = "11111111-2222-3333-4444-555555555555"
    static let mailClient = "aaaaaaaa-0000-0000-0000-000000000001"
    static let serviceClient = "aaaaaaaa-0000-0000-0000-000000000002"
    static let start = 1_788_256_800.0

    static let tenant = Tenant(
        id: tenantID, domains: ["contoso.example"],
        applications: [
            AppRegistration(
                clientID: mailClient, name: "Mail", secrets: [.init("sesame"), .init("stale", expires: start - 1)]),
            AppRegistration(
                clientID: serviceClient, name: "Service", secrets: [.init("open")], appOnly: .mailboxes(["ann@contoso.example"])),
        ],
        mailboxes: [
            HostedMailbox("ann@contoso.example", aliases: ["ann.alias@contoso.example"]),
            HostedMailbox("bob@contoso.example"),
            HostedMailbox("shared@contoso.example", login: "shared-login@contoso.example"),
            HostedMailbox("off@contoso.example", isSMTPEnabled: false),
        ],
        grants: [
            SendingGrant(.sendAs, login: "ann@contoso.example", address: "shared@contoso.example"),
            SendingGrant(.onBehalf, login: "ann@contoso.example", address: "bob@contoso.example"),
        ],
        otherRecipients: ["team@contoso.example"])

    static func state(_ habits: Habits = .microsoft) -> ProviderState {
        ProviderState(tenant: tenant, habits: habits, dice: Dice(Steady()))
    }

    static func sandbox(_ settings: SandboxSettings = SandboxSettings(), clock: TestClock = TestClock()) throws -> Sandbox {
        try Sandbox(tenant, settings: settings, clock: { clock.now }, generator: Steady())
    }

    static let mailScope = "https://outlook.office.com/SMTP.Send"

    /// An access token for the login, straight from the state.
    static func token(_ login: String, _ state: inout ProviderState) -> String {
        let refresh = state.consent(login: login, clientID: mailClient, scopes: [mailScope], now: start)
        let form = "grant_type=refresh_token&client_id=\(mailClient)&client_secret=sesame&refresh_token=\(refresh)"
        return accessToken(state.token(TokenRequest(tenant: tenantID, form: form), now: start).body)
    }

    static func accessToken(_ body: String) -> String { field("access_token", body) }

    /// A text field of a flat JSON object.
    static func field(_ name: String, _ body: String) -> String {
        guard let start = body.range(of: "\"\(name)\":\"") else { return "" }
        return String(body[start.upperBound...].prefix { $0 != "\"" })
    }
}

/// SplitMix64 from a fixed seed.
struct Steady: RandomNumberGenerator, Sendable {
    private var seed: UInt64 = 7

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var mixed = seed
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

final class TestClock: Sendable {
    private let seconds = Mutex(Contoso.start)

    var now: Double { seconds.withLock { $0 } }

    func advance(_ by: Double) { seconds.withLock { $0 += by } }
}
