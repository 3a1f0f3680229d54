import Foundation
import GRDB
import Relay
@testable import SQLiteEngine
@testable import Store
import TestSupport
import Testing

/// Full disks and damaged files: nothing is lost that was promised, and the failure has a name.
struct TroubleTests {
    private func limit(_ store: DatabaseStore, pages: Int) async throws {
        // Whatever is asked for, SQLite leaves the pages there are.
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }

    @Test func fullDiskLosesNothing() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await SpoolContract.accept(try Samples.message("before"), into: store)
            try await limit(store, pages: 1)
            let big = [UInt8](repeating: 1, count: AcceptedMessage.chunkSize)
            let message = try Samples.message("big", bodySize: big.count)
            let full = await failure { () throws(StoreFailure) in
                try await store.accept(message, lastChunk: big, number: 0, held: nil, lane: nil, journal: [Samples.entry()], sightings: [])
            }
            #expect(full == .full)
            #expect(try await store.list(QueueFilter()).map(\.message.id.text) == ["before"])
            #expect(try await store.chunk(0, of: message.id) == nil)
            try await limit(store, pages: 1_000_000)
            try await store.accept(message, lastChunk: big, number: 0, held: nil, lane: nil, journal: [Samples.entry()], sightings: [])
            #expect(try await store.list(QueueFilter()).map(\.message.id.text) == ["before", "big"])
            try await ChainCheck.verify(store, entries: 1)
        }
    }

    /// What does not fit fails; what fits is kept although it shared a transaction with it.
    @Test func fullDiskTakesTheSmallAndRefusesTheBig() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await SpoolContract.accept(try Samples.message("m"), into: store)
            let claim = try #require(try await SpoolContract.claimAll(store).first).claim
            try await limit(store, pages: 1)
            let failures = await withTaskGroup { group in
                for number in 0..<30 {
                    group.addTask { () -> StoreFailure? in
                        do throws(StoreFailure) {
                            let chunk = [UInt8](repeating: 1, count: AcceptedMessage.chunkSize)
                            try await store.write(chunk: chunk, number: number, of: Samples.id("big"), at: Samples.start)
                            return nil
                        } catch { return error }
                    }
                }
                group.addTask { () -> StoreFailure? in
                    do throws(StoreFailure) {
                        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .held(why: "fits")))
                        return nil
                    } catch { return error }
                }
                return await group.reduce(into: [StoreFailure?]()) { $0.append($1) }
            }
            #expect(failures.count { $0 == .full } == 30)
            #expect(failures.count { $0 == nil } == 1)
            #expect(try await store.show(Samples.id("m"))?.why == "fits")
        }
    }

    @Test func damageIsNamed() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let users = try (0..<2000).map { DirectoryChange.put(.user(try Samples.user("user\($0)", "user\($0)@example.org"))) }
            _ = try await store.apply(DirectoryEdit(users, by: "root", at: Samples.start))
            try await store.close()
            let handle = try #require(FileHandle(forUpdatingAtPath: folder.file))
            let size = try handle.seekToEnd()
            // The head stays, so that it opens; every page behind the schema's is overwritten.
            try handle.seek(toOffset: 40 * 4096)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 40 * 4096))
            try handle.close()
            let vault = try Stores.vault()
            let found = await failure { () throws(StoreFailure) in
                let damaged = try await SQLiteStore.open(at: folder.path, vault: vault, random: Stores.random())
                return try await damaged.directory().edition
            }
            #expect(found?.isDamaged == true)
        }
    }

    /// Values that no version of the program would write are named, and crash nothing.
    @Test func nonsenseInARowIsDamage() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await SpoolContract.accept(try Samples.message("m"), into: store)
            try await store.append([Samples.entry()], sightings: [])
            try await store.pool.write { database in
                try database.execute(sql: "UPDATE message SET author = '[[null]]'")
                try database.execute(sql: "UPDATE journal SET facts = '{'")
                try database.execute(sql: "INSERT INTO setting VALUES ('nonsense', 'x')")
            }
            #expect(await failure { () throws(StoreFailure) in try await store.list(QueueFilter()) }?.isDamaged == true)
            #expect(await failure { () throws(StoreFailure) in try await store.entries(JournalFilter()) }?.isDamaged == true)
            #expect(await failure { () throws(StoreFailure) in try await store.directory().edition }?.isDamaged == true)
        }
    }

    /// The schema itself refuses what must not be, whoever writes it.
    @Test(arguments: [
        "UPDATE queue SET state = 'lost'", "UPDATE queue SET due = NULL", "UPDATE queue SET claimNode = 'x'", "UPDATE queue SET wish = 'x'",
        "INSERT INTO body (message, bytes) VALUES (99, x'00')",
        "INSERT INTO \"grant\" (id, name, kind, application, isEnabled) VALUES ('g', '', 'consent', 'none', 1)",
        "INSERT INTO meta (id, strand, edition, changesFrom, revision) VALUES (2, 'x', 0, 0, 0)",
        "INSERT INTO chunk (content, number, bytes) VALUES (1, 5, 'text')", "UPDATE message SET recipients = NULL",
    ]) func schemaRefuses(_ sql: String) async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await SpoolContract.accept(try Samples.message("m"), into: store)
            #expect(throws: DatabaseError.self) { try store.pool.writeWithoutTransaction { try $0.execute(sql: sql) } }
        }
    }

    @Test func deletedContentIsGivenBackInSteps() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let chunk = [UInt8](repeating: 1, count: AcceptedMessage.chunkSize)
            for number in 0..<200 { try await store.write(chunk: chunk, number: number, of: Samples.id("orphan"), at: Samples.start) }
            func pages() throws -> Int { try store.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } }
            let before = try pages()
            let sweeper = Sweeper(store, now: { Samples.time(2 * 86_400) }, wait: { _ in }, report: { _ in })
            let swept = try await sweeper.sweep()
            #expect(swept.steps > 10 && swept.octets > 40 << 20)
            #expect(try pages() < before / 10)
        }
    }
}
