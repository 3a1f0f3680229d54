import CurlTransmit
import Foundation
import Logging
import Mail
import Relay
import Store
import Sandbox
import TestSupport
import Console
import Web

@testable import Main

/// A store with a consent grant of Ann's, a pretend provider, and the gateway her browser comes back to, behind a path as a proxy would have it.
struct ConsentHouse: Sendable {
    static let ann = "ann@contoso.example"
    static let bob = "bob@contoso.example"
    static let address = PublicAddress(isSecure: false, host: "localhost", port: 1, path: "/instance")
    static let application = ApplicationID(trusted: "app-one")
    static let grant = GrantID(trusted: "grant-ann")

    let sandbox: Sandbox
    let store: DatabaseStore
    let vault: Vault
    let clock: FakeClock
    let flow: ConsentFlow
    let curl: CurlThread
    let port: Int
    let snapshots: Snapshots

    static func with(
        _ habits: Habits = .microsoft, principal: String? = ann, promisesIssuer: Bool = false, _ body: (ConsentHouse) async throws -> Void
    ) async throws {
        let live = Live.system()
        let clock = FakeClock()
        let folder = FileManager.default.temporaryDirectory.appending(path: live.identifier("consent")).path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        var settings = SandboxSettings()
        settings.habits = habits
        let sandbox = try Sandbox(
            tenant, settings: settings, clock: { clock.now.timeIntervalSince1970 }, generator: live.generator)
        try await sandbox.start()
        let store = try await DemoCommand.makeStore(live, in: folder)
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        try await fill(store, vault, sandbox, principal, promisesIssuer, at: clock.now)
        let curl = try CurlThread()
        let snapshots = Snapshots(Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)))
        let flow = ConsentFlow(
            store: store, vault: vault,
            request: TokenClient(curl, now: { clock.now }, random: { live.randomBytes($0) }).requestToken,
            verify: IdentityVerifier(curl, now: { clock.now }).verify, purpose: { ConsentPurpose($0, in: snapshots.current.directory) },
            now: { clock.now },
            random: { live.randomBytes($0) })
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let gateway = WebGateway(
            host: "127.0.0.1", port: 0, address: address, site: ConsentRoutes(address: address, consents: flow),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { announce.yield($0) })
        let running = Task { try await gateway.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        let house = ConsentHouse(
            sandbox: sandbox, store: store, vault: vault, clock: clock, flow: flow, curl: curl, port: port, snapshots: snapshots)
        let result: Result<Void, any Error>
        do { result = .success(try await body(house)) } catch { result = .failure(error) }
        running.cancel()
        _ = await running.result
        await curl.stop()
        try await store.close()
        try await sandbox.stop()
        try result.get()
    }

    private static let tenant = Tenant(
        id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
        applications: [
            AppRegistration(
                clientID: "client-1", name: "Tracker", secrets: [.init("sesame")],
                redirectURIs: [address.redirectURI(application.text), address.redirectURI("app-two")])
        ], mailboxes: [HostedMailbox(ann), HostedMailbox(bob)])

    private static func fill(
        _ store: DatabaseStore, _ vault: Vault, _ sandbox: Sandbox, _ principal: String?, _ promisesIssuer: Bool, at now: Date
    ) async throws {
        var provider = DemoCommand.provider(sandbox)
        provider.authorization.promisesIssuer = promisesIssuer
        let secret = SecretName(.clientSecret, of: application.text)
        let refresh = SecretName(.refreshToken, of: grant.text)
        _ = try await store.apply(
            DirectoryEdit(
                [
                    .put(.provider(provider)),
                    .put(
                        .application(
                            Application(id: application, name: "one", provider: provider.id, tenant: tenant.id, clientID: "client-1"))),
                    .put(.grant(Grant(id: grant, name: "ann", kind: .consent, application: application, principal: principal))),
                    .put(.mailbox(Mailbox(id: MailboxID(trusted: "box"), address: try EmailAddress(ann), grant: grant))),
                ],
                secrets: [
                    SecretChange(name: secret, sealed: try vault.seal(Secret("sesame"), for: secret)),
                    SecretChange(name: refresh, sealed: try vault.seal(Secret("the old one"), for: refresh)),
                ], by: "test", at: now))
    }

    func begin(_ way: ConsentAttempt.Way = .browser) async throws -> ConsentAttempt {
        try await flow.begin(Self.grant, way: way, redirectURI: Self.address.redirectURI(Self.application.text), by: "tester")
    }

    /// What the grant is asked with now: the old one until a consent has been proven.
    func refreshToken() async throws -> String {
        let name = SecretName(.refreshToken, of: Self.grant.text)
        let sealed = try await store.secret(name)
        return try vault.open(sealed ?? Sealed(keyID: "", bytes: []), for: name).revealText()
    }

    /// A consent from its beginning to its last page.
    func passThrough(_ browser: Browser, as login: String) async throws -> Browser.Page {
        try await browser.follow(try await browser.consent(try await begin(), as: login))
    }

    func browser() -> Browser {
        Browser(curl, trusting: sandbox.authority.certificatePEM, home: "http://localhost:1/", isAt: "http://127.0.0.1:\(port)/")
    }
}

extension Browser {
    /// Opens an attempt's start page and answers the provider's form; returns the address the provider sends back to.
    func consent(_ attempt: ConsentAttempt, as login: String, _ action: String = "allow") async throws -> String {
        try await consent(at: ConsentHouse.address.start(attempt.application.text, consent: attempt.id.text), as: login, action)
    }
}
