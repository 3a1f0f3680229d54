import Foundation
import GRDB
import Mail
import Relay
@testable import Store
import TestSupport
import Testing

/// Stores of every schema there has been open and are what they were. To keep one of a new schema, before it ships:
/// `MANDATE_MAKE_FIXTURE=v18 swift test --filter FixtureTests`.
struct FixtureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fixtures/store")
        .standardized
    private static let account = Account(provider: Samples.provider.id, login: "login-box")
    private static let wanted = ProcessInfo.processInfo.environment["MANDATE_MAKE_FIXTURE"]

    @Test(.enabled(if: wanted != nil)) func makeOne() async throws {
        let name = try #require(Self.wanted)
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await fill(store)
            try await store.close()
            try FileManager.default.copyItem(
                at: URL(fileURLWithPath: folder.file), to: Self.folder.appendingPathComponent(name + ".sqlite"))
        }
    }

    private func fill(_ store: DatabaseStore) async throws {
        let sealed = try Stores.vault().seal(Secret("fixture secret"), for: SecretName(.clientSecret, of: "app"))
        _ = try await store.apply(
            DirectoryEdit(
                try Samples.everyKind().map { .put($0) },
                secrets: [SecretChange(name: SecretName(.clientSecret, of: "app"), sealed: sealed)],
                by: "root", at: Samples.start))
        for id in ["waiting", "claimed", "done"] {
            try await store.accept(
                try Samples.richMessage(id), lastChunk: SpoolContract.body, number: 0, held: nil, lane: nil,
                journal: [Samples.entry(.accepted, message: id, [.init(.author, "ann@example.org")])],
                sightings: [Sighting(address: try EmailAddress("ann@example.org"), role: .author, at: Samples.start, outcome: "accepted")])
            if id == "waiting" { try await store.change(Samples.id(id), .hold, by: "root", at: Samples.start) }
        }
        let claims = try await SpoolContract.claimAll(store).map(\.claim)
        let done = try #require(claims.first { $0.message.text == "done" })
        try await store.settle(
            Settlement(
                claim: done, at: Samples.time(2), state: .done,
                outcomes: [0: .sent(reply: "250"), 1: .sent(reply: "250"), 2: .sent(reply: "250")],
                usages: [Usage(of: Self.account, messages: 1, recipients: 3)],
                observations: [.mailbox(Self.account, .broken(since: Samples.start, reason: "fixture"))]))
    }

    private static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sqlite") }.sorted()
    }

    @Test func thereAreFixtures() throws {
        let files = try Self.files()
        #expect(
            (1...16).allSatisfy { files.contains("v\($0).sqlite") })
    }

    @Test(arguments: try files()) func opensAsItWas(_ name: String) async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.copyItem(atPath: Self.folder.appendingPathComponent(name).path, toPath: folder.file)
            let store = try await Stores.open(at: folder)
            for entity in try Samples.everyKind() { #expect(try await store.entity(entity.key) == entity) }
            #expect(try await store.directory().edition == Edition(1))
            let sealed = try #require(try await store.secret(SecretName(.clientSecret, of: "app")))
            #expect(try Stores.vault().open(sealed, for: SecretName(.clientSecret, of: "app")).revealText() == "fixture secret")
            let states = try await store.list(QueueFilter()).map { "\($0.message.id) \($0.state)" }
            #expect(states == ["waiting held", "claimed claimed"])
            #expect(try await store.show(Samples.id("done"))?.message == (try Samples.richMessage("done")))
            #expect(try await store.chunk(0, of: Samples.id("claimed")) == SpoolContract.body)
            #expect(try await store.recover(for: Samples.reborn, at: Samples.time(9)) == [Samples.id("claimed")])
            #expect(try await store.sightings().map(\.count) == [3])
            #expect(try await store.usage(of: Self.account, since: Samples.start).recipients == 3)
            #expect(try await store.conditions(of: nil).mailbox(Self.account) == .broken(since: Samples.start, reason: "fixture"))
            let entries = try await store.entries(JournalFilter()).count
            try await ChainCheck.verify(store, entries: entries)
        }
    }

    /// In version 8 one login at two providers had everything in common.
    @Test func whatWasKnownOfALoginIsKnownOfItsAccount() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.copyItem(atPath: Self.folder.appendingPathComponent("v8.sqlite").path, toPath: folder.file)
            try await DatabaseQueue(path: folder.file).write { try $0.execute(sql: Self.oneLoginAtTwoProviders) }
            let store = try await Stores.open(at: folder)
            let conditions = try await store.conditions(of: nil)
            let denied = Standing.denied(at: Date(timeIntervalSince1970: 5), code: "5.7.60")
            func standing(_ provider: String, _ login: String) throws -> Standing? {
                let account = Account(provider: ProviderID(trusted: provider), login: login)
                return conditions.standing(StandingKey(account, from: try EmailAddress("bob@example.org"), transport: .smtp))
            }
            for login in ["login-box", "ann.login", "any@example.org", "x@y.example"] {
                #expect(try standing("microsoft", login) == denied, "\(login) is a mailbox's, a user's in a family, or a family's")
                #expect(try standing("house", login) == nil)
            }
            for (provider, login) in [("microsoft", "both"), ("house", "both"), ("microsoft", "gone"), ("house", "gone")] {
                #expect(try standing(provider, login) == denied, "\(login) may be meant at \(provider)")
            }
            #expect(conditions.allStandings.count == 8)
            let tenant = Account(provider: Samples.provider.id, login: "tenant/t-1")
            #expect(try await store.usage(of: tenant, since: Date(timeIntervalSince1970: 0)).recipients == 7)
            let rows = try await store.pool.read { try String.fetchAll($0, sql: "SELECT lane FROM queue ORDER BY message") }
            #expect(rows == ["", "microsoft\tlogin-box"], "what two have is not known yet")
            _ = try await store.recover(for: Samples.reborn, at: Samples.time(9))
            let entry = try #require(
                try await store.claim(9, rooms: LaneRooms(), by: Samples.reborn, at: Samples.time(9), until: Samples.time(60)).entries.first
            )
            #expect(entry.lane == Self.account && entry.pairRefusals.map(\.key.account) == [Self.account])
            try await store.close()
        }
    }

    private static let oneLoginAtTwoProviders = """
        INSERT INTO application (id, name, provider, tenant, clientID, domains) VALUES ('house-app', 'House', 'house', '', 'c', '[]');
        INSERT INTO "grant" (id, name, kind, application, isEnabled) VALUES ('house-grant', 'House', 'app-only', 'house-app', 1);
        INSERT INTO mailbox (id, address, login, "grant", transports, isEnabled) VALUES
            ('old', 'both@example.org', 'both', 'grant', '["smtp"]', 1), ('new', 'both@example.org', 'both', 'house-grant', '["smtp"]', 1);
        INSERT INTO standing (login, addressKey, transport, address, state, at, text, revision)
            SELECT value, 'bob@example.org', 'smtp', 'bob@example.org', 'denied', 5000, '5.7.60', 9
            FROM json_each('["login-box", "ann.login", "any@example.org", "x@y.example", "both", "gone"]');
        INSERT INTO usage VALUES ('tenant/t-1', 3600000, 1, 7);
        UPDATE message SET lane = 'both' WHERE id = 'waiting';
        UPDATE message SET lane = 'gone' WHERE id = 'done';
        UPDATE message SET lane = 'login-box', pairRefusals = '[["login-box", "bob@example.org", "smtp", "5000", "2"]]' WHERE id = 'claimed';
        """

    /// Versions 4 and 10 came with them, so the samples of older stores have none.
    @Test func aClientsOwnUserAndStrictnessAreKept() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            var client = Client(id: ClientID(trusted: "desk"), name: "desk", credential: .uid(7))
            client.defaultUser = UserID(trusted: "ann")
            client.isStrict = true
            _ = try await store.apply(DirectoryEdit([.put(.client(client))], by: "root", at: Samples.start))
            #expect(try await store.directory().client(client.id) == client)
            try await store.close()
        }
    }
}
