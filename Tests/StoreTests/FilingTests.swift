import GRDB
import Relay
@testable import Store
import TestSupport
import Testing

/// Entries of the journal are filed under their persons behind the writer, many at once; whoever looks for a person finds all the same.
struct FilingTests {
    private func append(_ numbers: Range<Int>, to store: DatabaseStore) async throws {
        let entries = numbers.map { number in
            Samples.entry(
                .attempted, message: "m\(number)", [.init(.author, "ann@example.org"), .init(.recipient, "r\(number)@example.com")])
        }
        try await store.append(entries, sightings: [])
    }

    private func rows(_ store: DatabaseStore) async throws -> Int64 {
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
            #expect(try await rows(store) == 30, "two persons and a message each")
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
            #expect(try await rows(store) == Int64(3 * count))
        }
    }

    @Test func whatAFilterWouldNotFindIsToldToWhoeverVerifies() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await append(0..<10, to: store)
            #expect(try await store.misfiled(in: "main", from: 1, through: 10) == nil)
            for (sql, number) in [
                ("UPDATE journalWindow SET earliest = latest + 1", 1),
                ("UPDATE journalWindow SET earliest = 0; DELETE FROM journalRole WHERE role = 'message' AND entry = 4", 4),
            ] {
                try await store.pool.write { try $0.execute(sql: sql) }
                #expect(try await store.misfiled(in: "main", from: 1, through: 10) == Int64(number))
            }
        }
    }

    @Test func aSweepFilesToo() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await append(0..<10, to: store)
            #expect(try await store.sweep(at: Samples.time(1)).isLast)
            #expect(try await rows(store) == 30)
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

    /// The clock jumped an hour ahead and back again; some are filed, the last are not.
    @Test func timesAreFoundThoughClocksJump() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let times: [Double] = (0..<60).map { number in Double(number) + (20..<30 ~= number ? 3600 : 0) }
            for (number, time) in times.enumerated() {
                if number == 10 || number == 25 || number == 40 { try await store.fileAll() }
                try await store.append([Samples.entry(.attempted, at: Samples.time(time), message: "m\(number)")], sightings: [])
            }
            for (since, until) in [(0, 5), (8, 12), (15, 3605), (3600, 3622), (3625, 9999), (30, 45), (41, 60), (58, 9999), (-9, 0)] {
                for isNewestFirst in [false, true] {
                    var filter = JournalFilter(since: Samples.time(Double(since)), until: Samples.time(Double(until)), limit: 99)
                    filter.isNewestFirst = isNewestFirst
                    let found = try await store.entries(filter).compactMap { $0.entry.message.map { String($0.text.dropFirst()) } }
                    let wanted = times.indices.filter { (Double(since)..<Double(until)).contains(times[$0]) }.map(String.init)
                    #expect(found == (isNewestFirst ? wanted.reversed() : wanted), "\(since)..<\(until)")
                }
            }
            #expect(try await store.misfiled(in: "main", from: 1, through: 60) == nil)
        }
    }
}
