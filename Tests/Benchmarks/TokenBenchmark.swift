import CurlTransmit
import Foundation
import FoundationEssentials
import Mail
import Relay
import SQLiteEngine
import Store
import Sandbox

/// Renewals through the broker, its lease and its durable store, against the pretend provider answering the same requests of the same HTTP client;
/// and what a message pays for a token that is at hand.
enum TokenBenchmark {
    /// How many ask at once, as a service does that has many mailboxes to serve.
    private static let atOnce = 32

    static func run() async throws {
        print("— tokens: 1,000 consents at the sandbox, \(atOnce) asked for at once")
        let house = try await TokenHouse.open(consents: 1_000)
        let result: Result<Void, any Error>
        do { result = .success(try await measure(house)) } catch { result = .failure(error) }
        try await house.close()
        try result.get()
    }

    private static func measure(_ house: TokenHouse) async throws {
        let rates = try await alternate(house, rounds: 5)
        row("token requests, answered by the sandbox alone", "\(Int(rates.ceiling)) a second")
        row("renewals through the broker, kept in the store", "\(Int(rates.renewals)) a second")
        row("renewals against the sandbox's ceiling", "× \((rates.renewals / rates.ceiling).short)")
        let broker = house.broker()
        try await house.forEach(atOnce: atOnce) { key in _ = try await broker.token(for: key) }
        let alone = try await atHand(broker, house.keys, callers: 1)
        let crowded = try await atHand(broker, house.keys, callers: 8)
        row("a token at hand, one caller", "\((alone / 1_000).short) µs")
        row("a token at hand, 8 callers at once", "\((crowded / 1_000).short) µs each")
    }

    /// Ceiling and broker in turn, so that what else the machine does meets both; the medians.
    private static func alternate(_ house: TokenHouse, rounds: Int) async throws -> (ceiling: Double, renewals: Double) {
        var ceilings: [Double] = []
        var renewals: [Double] = []
        for round in 1...rounds {
            ceilings.append(try await house.rate(atOnce: atOnce) { key in try await house.askDirectly(key) })
            // Nothing of the round before is good any more by this broker's clock, so each key costs one request.
            let broker = house.broker(ahead: Double(round) * 7_200)
            renewals.append(try await house.rate(atOnce: atOnce) { key in _ = try await broker.token(for: key) })
        }
        return (ceilings.sorted()[rounds / 2], renewals.sorted()[rounds / 2])
    }

    /// Nanoseconds for one token that is at hand.
    private static func atHand(_ broker: TokenBroker, _ keys: [TokenKey], callers: Int) async throws -> Double {
        let asks = 100_000
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        for number in 0..<asks / callers {
                            blackHole(try await broker.token(for: keys[(number + caller * 97) % keys.count]))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return time / .nanoseconds(1) / Double(asks)
    }
}

/// A store full of consents, and the pretend provider that gave them.
private struct TokenHouse: Sendable {
    let folder: String
    let sandbox: Sandbox
    let store: DatabaseStore
    let vault: Vault
    let curl: CurlThread
    let client: TokenClient
    let directory: Directory
    let keys: [TokenKey]
    let refreshTokens: [TokenKey: Secret]

    private static let secret = Secret("a secret of usual length, 40 octets long")
    private static let scope = "https://outlook.office.com/SMTP.Send offline_access"
    private static let applicationID = ApplicationID(trusted: "app-crowd")

    static func open(consents: Int) async throws -> TokenHouse {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mandate-tokens-\(getpid())").path
        let logins = (0..<consents).map { "m\($0)@crowd.example" }
        let tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["crowd.example"],
            applications: [AppRegistration(clientID: "client", name: "Crowd", secrets: [.init(secret.revealText())])],
            mailboxes: logins.map { HostedMailbox($0) })
        let sandbox = try Sandbox(tenant, clock: { Date().timeIntervalSince1970 }, generator: SystemRandomNumberGenerator())
        try await sandbox.start()
        let vault = try Vault(key: Secret(random(32)))
        let store = try await SQLiteStore.create(at: folder, vault: vault, random: random)
        let keys = logins.indices.map { TokenKey(grant: GrantID(trusted: "grant-\($0)"), resource: .smtp) }
        var tokens: [TokenKey: Secret] = [:]
        for (key, login) in zip(keys, logins) { tokens[key] = Secret(try sandbox.consent(login: login, clientID: "client")) }
        try await fill(store, vault, sandbox, tenant.id, keys, tokens)
        let curl = try CurlThread()
        return TokenHouse(
            folder: folder, sandbox: sandbox, store: store, vault: vault, curl: curl,
            client: TokenClient(curl, now: { Date() }, random: random), directory: try await store.directory(), keys: keys,
            refreshTokens: tokens)
    }

    private static func fill(
        _ store: DatabaseStore, _ vault: Vault, _ sandbox: Sandbox, _ tenant: String, _ keys: [TokenKey], _ tokens: [TokenKey: Secret]
    ) async throws {
        var provider = Relay.Provider.microsoft
        provider.tokenEndpoint = sandbox.tokenEndpoint
        provider.trustedCertificates = sandbox.authority.certificatePEM
        var entities: [DirectoryEntity] = [
            .provider(provider),
            .application(
                Application(id: applicationID, name: "crowd", provider: provider.id, tenant: tenant, clientID: "client")),
        ]
        let name = SecretName(.clientSecret, of: applicationID.text)
        var secrets = [SecretChange(name: name, sealed: try vault.seal(secret, for: name))]
        for key in keys {
            entities.append(.grant(Grant(id: key.grant, name: key.grant.text, kind: .consent, application: applicationID)))
            let name = SecretName(.refreshToken, of: key.grant.text)
            guard let token = tokens[key] else { continue }
            secrets.append(SecretChange(name: name, sealed: try vault.seal(token, for: name)))
        }
        _ = try await store.apply(DirectoryEdit(entities.map { .put($0) }, secrets: secrets, by: "benchmark", at: Date()))
    }

    func close() async throws {
        await curl.stop()
        try await store.close()
        try await sandbox.stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// As `serve` makes it. `ahead`: how many seconds its clock is before the provider's.
    func broker(ahead: Double = 0) -> TokenBroker {
        let directory = directory
        return TokenBroker(
            renewer: TokenRenewer(
                store: store, vault: vault, holder: "benchmark-\(ahead)", request: client.requestToken,
                runCommand: { _ throws(TokenFailure) in throw .missing("no program is asked here") },
                source: { directory.source(of: $0) }, now: { Date().addingTimeInterval(ahead) },
                draw: { Double.random(in: 0..<1) },
                wait: { seconds in
                    do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
                }))
    }

    /// The request that a renewal makes, and nothing else of it.
    func askDirectly(_ key: TokenKey) async throws {
        guard let token = refreshTokens[key] else { return }
        _ = try await client.answer(
            to: Relay.TokenRequest(
                endpoint: sandbox.tokenEndpoint, kind: .refresh(token), clientID: "client", authentication: .secret(Self.secret),
                scope: Self.scope, trustedCertificates: sandbox.authority.certificatePEM))
    }

    /// How many a second, each key once.
    func rate(atOnce: Int, _ work: @escaping @Sendable (TokenKey) async throws -> Void) async throws -> Double {
        let time = try await ContinuousClock().measure { try await forEach(atOnce: atOnce, work) }
        return Double(keys.count) / (time / .seconds(1))
    }

    func forEach(atOnce: Int, _ work: @escaping @Sendable (TokenKey) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, key) in keys.enumerated() {
                if number >= atOnce { try await group.next() }
                group.addTask { try await work(key) }
            }
            try await group.waitForAll()
        }
    }

    private static let random: RandomBytes = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
}
