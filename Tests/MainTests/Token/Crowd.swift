import CurlTransmit
import Foundation
import Mail
import Relay
import Store
import Sandbox

@testable import Main

/// A store with many mailboxes, each with a consent of its own, all of one application, and the pretend provider that gave them.
struct Crowd: Sendable {
    static let secret = "crowd-secret"
    static let clientID = "cccccccc-0000-0000-0000-000000000001"
    static let application = ApplicationID(trusted: "app-crowd")

    let folder: String
    let sandbox: Sandbox
    let store: DatabaseStore
    let vault: Vault
    let live: Live
    let keys: [TokenKey]

    static func with(_ count: Int, _ body: (Crowd) async throws -> Void) async throws {
        let live = Live.system()
        let folder = FileManager.default.temporaryDirectory.appending(path: live.identifier("crowd")).path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        let logins = (0..<count).map { "m\($0)@crowd.example" }
        let tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["crowd.example"],
            applications: [AppRegistration(clientID: clientID, name: "Crowd", secrets: [.init(secret)])],
            mailboxes: logins.map { HostedMailbox($0) })
        let sandbox = try Sandbox(tenant, clock: { live.now().timeIntervalSince1970 }, generator: live.generator)
        try await sandbox.start()
        let store = try await DemoCommand.makeStore(live, in: folder)
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        let crowd = Crowd(
            folder: folder, sandbox: sandbox, store: store, vault: vault, live: live,
            keys: logins.indices.map { TokenKey(grant: GrantID(trusted: "grant-\($0)"), resource: .smtp) })
        let result: Result<Void, any Error>
        do {
            try await crowd.fill(logins, tenant.id)
            result = .success(try await body(crowd))
        } catch { result = .failure(error) }
        try await store.close()
        try await sandbox.stop()
        try result.get()
    }

    private func fill(_ logins: [String], _ tenant: String) async throws {
        let provider = DemoCommand.provider(sandbox)
        var entities: [DirectoryEntity] = [
            .provider(provider),
            .application(
                Application(id: Self.application, name: "crowd", provider: provider.id, tenant: tenant, clientID: Self.clientID)),
        ]
        var secrets = [try sealed(Self.secret, SecretName(.clientSecret, of: Self.application.text))]
        for (key, login) in zip(keys, logins) {
            entities.append(
                .grant(Grant(id: key.grant, name: login, kind: .consent, application: Self.application, principal: login)))
            entities.append(
                .mailbox(Mailbox(id: MailboxID(trusted: "box-" + key.grant.text), address: try EmailAddress(login), grant: key.grant)))
            let token = try sandbox.consent(login: login, clientID: Self.clientID)
            secrets.append(try sealed(token, SecretName(.refreshToken, of: key.grant.text)))
        }
        _ = try await store.apply(DirectoryEdit(entities.map { .put($0) }, secrets: secrets, by: "test", at: live.now()))
    }

    func sealed(_ text: String, _ name: SecretName) throws -> SecretChange {
        SecretChange(name: name, sealed: try vault.seal(Secret(text), for: name))
    }

    /// Another broker, as each process has one. `lag`: how many seconds its clock is behind.
    func broker(_ curl: CurlThread, snapshots: Snapshots, lag: Double = 0) -> TokenBroker {
        var live = live
        let now = live.now
        live.now = { now().addingTimeInterval(-lag) }
        return TokenBroker(
            renewer: live.renewer(store, vault, holder: live.identifier("test"), curl) { snapshots.current.directory })
    }

    func snapshots() async throws -> Snapshots {
        Snapshots(Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)))
    }
}

extension TokenBroker {
    /// Asks for every key so many times, all at once; returns each key's tokens as digests, and how many asks failed.
    func tokens(_ keys: [TokenKey], times: Int) async -> (tokens: [TokenKey: Set<Int>], failures: [TokenFailure]) {
        await withTaskGroup(of: (TokenKey, Result<Int, TokenFailure>).self) { group in
            for _ in 0..<times {
                for key in keys {
                    group.addTask {
                        do throws(TokenFailure) {
                            return (key, .success(try await self.token(for: key).secret.revealText().hashValue))
                        } catch { return (key, .failure(error)) }
                    }
                }
            }
            var all: (tokens: [TokenKey: Set<Int>], failures: [TokenFailure]) = ([:], [])
            for await (key, result) in group {
                switch result {
                case .success(let token): all.tokens[key, default: []].insert(token)
                case .failure(let failure): all.failures.append(failure)
                }
            }
            return all
        }
    }
}
