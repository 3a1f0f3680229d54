import GRDB
import Relay
@testable import SQLiteStore
import TestSupport
import Testing

/// Entries of the journal are filed under their persons behind the writer, many at once; whoever looks for a person finds all the same.
struct FilingTests {
    private func append(_ numbers: Range<Int>, to store: SQLiteStore) async throws {
        let entries = numbers.map { number in
            Samples.entry(
                .attempted, message: "m\(number)", [.init(.author, "ann@example.org"), .init(.recipient, "r\(number)@example.com")])
        }
        try await store.append(entries, sightings: [])
    }

    private func rows(_ store: SQLiteStore) async throws -> Int64 {
        try await store.read { try $0.first("SELECT count(*) FROM journalRole") { try $0.integer() } ?? 0 }
    }

    @Test func whatIsAppendedIsFiledWhenSomebodyLooks() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await append(0..<10, to: store)
            #expect(try await rows(store) == 0, "a message writes no line of the file")
            #expect(try await store.entries(JournalFilter(message: Samples.id("m3"))).count == 1)
            #expect(try await rows(store) == 0, "nor does whoever asks for something else")
            #expect(try await store.entries(JournalFilter(recipient: "R3@example.com")).count == 1)
            #expect(try await rows(store) == 20)
        }
    }

    /// More than are filed together, and more rows than a commit has.
    @Test func thousandsAreFiledInTheirOrder() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let count = 6_000
            for start in stride(from: 0, to: count, by: 1_000) { try await append(start..<start + 1_000, to: store) }
            #expect(try await store.entries(JournalFilter(author: "ann@example.org", limit: count + 1)).count == count)
            for number in [0, 4_999, 5_000, count - 1] {
                let found = try await store.entries(JournalFilter(recipient: "r\(number)@example.com"))
                #expect(found.map(\.entry.message) == [Samples.id("m\(number)")])
            }
            #expect(try await store.misfiled(in: "main", from: 1, through: Int64(count)) == nil)
            // Filed by another process meanwhile, or twice: nothing is there twice.
            try await store.pool.write { try $0.execute(sql: "UPDATE meta SET filedThrough = 100") }
            try await store.fileAll()
            #expect(try await rows(store) == Int64(2 * count))
        }
    }

    @Test func aSweepFilesToo() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await append(0..<10, to: store)
            #expect(try await store.sweep(at: Samples.time(1)).isLast)
            #expect(try await rows(store) == 20)
        }
    }

    /// On a disk that is full a sweep makes room, whatever cannot be written there.
    @Test func whatCannotBeFiledKeepsNoSweepFromMakingRoom() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await store.write(chunk: [1], number: 0, of: Samples.id("orphan"), at: Samples.start)
            try await append(0..<10, to: store)
            try await store.pool.write { try $0.execute(sql: "DROP TABLE journalRole") }
            await #expect(throws: StoreFailure.self) { try await store.sweep(at: Samples.time(2 * 86_400)) }
            #expect(try await store.chunk(0, of: Samples.id("orphan")) == nil)
        }
    }
}
