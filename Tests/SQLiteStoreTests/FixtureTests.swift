import Foundation
import Mail
import Relay
import SQLiteStore
import TestSupport
import Testing

/// Stores of every schema there has been open and are what they were. To keep one of a new schema, before it ships:
/// `MANDATE_MAKE_FIXTURE=v7 swift test --filter FixtureTests`.
struct FixtureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fixtures/store")
        .standardized
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

    private func fill(_ store: SQLiteStore) async throws {
        let sealed = try Stores.vault().seal(Secret("fixture secret"), for: SecretName(.clientSecret, of: "app"))
        _ = try await store.apply(
            DirectoryEdit(
                try Samples.everyKind().map { .put($0) },
                secrets: [SecretChange(name: SecretName(.clientSecret, of: "app"), sealed: sealed)],
                by: "root", at: Samples.start))
        for id in ["waiting", "claimed", "done"] {
            try await store.accept(
                try Samples.richMessage(id), lastChunk: SpoolContract.body, number: 0, held: nil, lane: "",
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
                usages: [Usage(login: "login-box", messages: 1, recipients: 3)],
                observations: [.mailbox(login: "login-box", .broken(since: Samples.start, reason: "fixture"))]))
    }

    private static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sqlite") }.sorted()
    }

    @Test func thereAreFixtures() throws {
        let files = try Self.files()
        #expect(
            ["v1.sqlite", "v2.sqlite", "v3.sqlite", "v4.sqlite", "v5.sqlite", "v6.sqlite", "v7.sqlite", "v8.sqlite"].allSatisfy(
                files.contains))
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
            #expect(try await store.usage(of: "login-box", since: Samples.start).recipients == 3)
            #expect(try await store.conditions(of: nil).mailbox(login: "login-box") == .broken(since: Samples.start, reason: "fixture"))
            let entries = try await store.entries(JournalFilter()).count
            try await ChainCheck.verify(store, entries: entries)
        }
    }

    /// Version 4 came with it, so the samples of older stores have none.
    @Test func aClientsOwnUserIsKept() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            var client = Client(id: ClientID(trusted: "desk"), name: "desk", credential: .uid(7))
            client.defaultUser = UserID(trusted: "ann")
            _ = try await store.apply(DirectoryEdit([.put(.client(client))], by: "root", at: Samples.start))
            #expect(try await store.directory().client(client.id) == client)
            try await store.close()
        }
    }
}
