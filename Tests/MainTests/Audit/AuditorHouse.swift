import Foundation
import Mail
import Relay
import Sandbox
import SQLiteEngine
import Store
import Synchronization
import TestSupport

@testable import Main

/// The company of `Fixtures/auditor` with its two providers, whose administrators do what they are asked, and an auditor who has a shell.
struct AuditorHouse: Sendable {
    static let secret = "the one of today"
    /// Saturday noon, when the fixture was written down.
    let clock = FakeClock(AuditCase.now)
    let shell: Shell
    let microsoft: Sandbox
    let google: Sandbox

    static func document() throws -> DirectoryDocument {
        try DirectoryDocument(DirectoryFile.value(of: FixtureFolder.at("auditor").text("company.yaml"), "company.yaml"))
    }

    static func sightings() throws -> [Sighting] {
        let seen = try DocumentReader(DirectoryFile.value(of: FixtureFolder.at("auditor").text("seen.yaml"), "seen.yaml"))
        return try seen.items().flatMap { item in
            let fields = try item.fields(["address", "count", "outcome"])
            let address = try fields.required("address").address()
            let outcome = try fields.required("outcome").line()
            return (1...Int(try fields.required("count").number(in: 1...1000))).map { age in
                Sighting(address: address, role: .author, at: AuditCase.now.addingTimeInterval(-3600 * Double(age)), outcome: outcome)
            }
        }
    }

    static func with(_ body: (AuditorHouse) async throws -> Void) async throws {
        let house = try await AuditorHouse()
        let result: Result<Void, any Error>
        do {
            try await house.begin()
            result = .success(try await body(house))
        } catch { result = .failure(error) }
        try await house.microsoft.stop()
        try await house.google.stop()
        try result.get()
    }

    private init() async throws {
        shell = try await Shell.withStore()
        let live = Live.system()
        let document = try Self.document()
        let clock = clock
        func sandbox(_ habits: Habits, _ tenant: Tenant) throws -> Sandbox {
            var settings = SandboxSettings()
            settings.habits = habits
            settings.habits.deviceInterval = 1
            return try Sandbox(tenant, settings: settings, clock: { clock.now.timeIntervalSince1970 }, generator: live.generator)
        }
        microsoft = try sandbox(.microsoft, Self.tenant(of: .microsoft, document))
        google = try sandbox(.google, Self.tenant(of: .google, document))
    }

    /// What the providers know: every mailbox there is, and those rights that the company's standings say were seen or never lapsed.
    private static func tenant(of provider: Relay.Provider, _ document: DirectoryDocument) -> Tenant {
        let directory = document.directory
        let applications = directory.allApplications.filter { $0.provider == provider.id }
        let mailboxes = directory.allMailboxes.filter { mailbox in
            applications.contains { $0.id == directory.grant(mailbox.grant)?.application }
        }
        var tenant = Tenant(
            id: provider.id == Relay.Provider.microsoft.id ? "tessel.example" : "press.example",
            domains: Set(applications.flatMap { $0.domains.map(\.ascii) }).sorted(),
            applications: applications.map {
                AppRegistration(clientID: $0.clientID, name: $0.name, secrets: [.init(secret)], appOnly: .everyMailbox)
            },
            mailboxes: mailboxes.map {
                HostedMailbox($0.address.description, aliases: $0.address.localPart == "graph" ? ["vera@tessel.example"] : [])
            })
        for case .standing(let key, let standing) in document.observations {
            guard let standing else { continue }
            switch standing {
            case .proven, .pending, .doubted, .declared:
                tenant.grants.append(SendingGrant(.sendAs, login: key.login, address: key.from.description))
            case .denied, .rewritten: break
            }
        }
        return tenant
    }

    private func begin() async throws {
        try await microsoft.start()
        try await google.start()
        for (provider, sandbox) in [("microsoft", microsoft), ("google", google)] {
            let trust = try shell.file("\(provider).pem", sandbox.authority.certificatePEM)
            let isGoogle = provider == "google"
            let tenant = sandbox.tenant.id
            let api = isGoogle ? ["--gmail-api", sandbox.baseAddress] : ["--graph-api", sandbox.baseAddress + "/v1.0"]
            let words = [
                "providers", "set", provider, "--token-endpoint", isGoogle ? sandbox.tokenEndpoint : sandbox.tokenEndpoint(tenant: tenant),
                "--authorization-endpoint", sandbox.authorizationEndpoint(tenant: tenant), "--device-endpoint",
                sandbox.deviceEndpoint(tenant: tenant), "--keys-endpoint", sandbox.keysEndpoint(tenant: tenant), "--userinfo-endpoint",
                sandbox.userinfoEndpoint, "--issuer", sandbox.issuer, "--smtp", "localhost:\(sandbox.submissionPort)/starttls", "--imap",
                "localhost:\(sandbox.imapPort)/tls", "--pop", "localhost:\(sandbox.popPort)/tls", "--trust", trust,
            ]
            guard await run(words + api).status == 0 else { throw CommandFailure.data("\(await run(words + api).err)") }
        }
        try await settle()
    }

    /// The fixture, as a store has it that has served for a year: with the secrets that no file says.
    private func settle() async throws {
        let document = try Self.document()
        let live = shell.live(at: clock.now)
        let vault = try KeyFile.vault(for: shell.store, live)
        let store = try await SQLiteStore.open(at: shell.store, vault: vault, random: { live.randomBytes($0) })
        var secrets: [SecretChange] = []
        for application in document.directory.allApplications {
            let name = SecretName(.clientSecret, of: application.id.text)
            let secret = application.name == "legacy" ? "the one before" : Self.secret
            secrets.append(SecretChange(name: name, sealed: try vault.seal(Secret(secret), for: name)))
        }
        for (grant, sandbox) in [("support", microsoft), ("space", google)] {
            guard let grant = document.directory.allGrants.first(where: { $0.name == grant }), let login = grant.principal,
                let application = document.directory.application(grant.application)
            else { continue }
            let name = SecretName(.refreshToken, of: grant.id.text)
            let token = try sandbox.consent(login: login, clientID: application.clientID)
            secrets.append(SecretChange(name: name, sealed: try vault.seal(Secret(token), for: name)))
        }
        let changes = document.entities.filter { $0.kind != .provider }.map { DirectoryChange.put($0) }
        _ = try await store.apply(DirectoryEdit(changes, secrets: secrets, by: "test", at: clock.now))
        try await store.observe(document.observations, journal: [])
        try await store.append([], sightings: try Self.sightings())
        try await store.close()
    }

    @discardableResult
    func run(_ words: [String], input: String = "") async -> Shell.Answer { await shell.run(words, input: input, at: clock.now) }

    /// `grants authorize … --device`, while the owner of the mailbox enters the code that is shown.
    func authorize(_ words: [String], as login: String) async -> Shell.Answer {
        let out = Mutex("")
        let (microsoft, clock) = (microsoft, clock)
        let live = shell.live(
            at: clock.now,
            standardOutput: Main.OutputStream(isTerminal: false) { bytes in
                out.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                for word in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace) {
                    microsoft.enter(userCode: String(word), login: login)
                }
            })
        let status = await Mandate.execute(words + ["--device"], in: live)
        return Shell.Answer(status: status, out: out.withLock { $0 }, err: "")
    }
}
