import Dispatch
import GRDB
import Mail
import Relay
@testable import SQLiteEngine
@testable import Store
import TestSupport
import Testing

/// What the one writer does with many who write at once; counted, not timed.
struct WriterTests {
    /// 4 KB to one recipient, with the journal line and the sighting that Accept adds.
    private func accept(_ id: String, into store: DatabaseStore) async throws {
        let message = try Samples.message(id, bodySize: 4096)
        let entry = Samples.entry(.accepted, message: id, [.init(.author, "ann@example.org")])
        try await store.accept(
            message, lastChunk: [UInt8](repeating: 65, count: 4096), number: 0, held: nil, lane: nil, journal: [entry],
            sightings: [Sighting(address: message.author.first.address, role: .author, at: Samples.start, outcome: "accepted")])
    }

    private func counting(_ store: DatabaseStore, _ work: () async throws -> Void) async throws -> Statistics {
        let before = store.statistics
        try await work()
        let after = store.statistics
        return Statistics(
            commits: after.commits - before.commits, writes: after.writes - before.writes, statements: after.statements - before.statements,
            largestBatch: after.largestBatch)
    }

    @Test func acceptingIsOneCommitAndFewStatements() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let count = try await counting(store) { try await accept("m", into: store) }
            #expect(count.commits == 1)
            // BEGIN, message, body, queue, head and edition, entry, sighting, COMMIT
            #expect(count.statements == 8)
        }
    }

    /// Whatever happened to one row: the others go out, it stays, and it says what is wrong.
    @Test(arguments: [
        "UPDATE message SET author = 'nonsense'", "UPDATE message SET recipients = '[[\"nobody\",null,null]]'",
        "UPDATE queue SET outcomes = '[[\"7\",\"sent\",\"250\"]]'",
    ])
    func damagedMessageIsHeldAndHoldsUpNobody(_ damage: String) async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await accept("bad", into: store)
            let file = try DatabaseQueue(path: folder.file)
            try await file.write { try $0.execute(sql: damage) }
            let none = try await SpoolContract.claimAll(store)
            #expect(none.isEmpty)
            let row = try file.read { try Row.fetchOne($0, sql: "SELECT state, why FROM queue") }
            #expect(row?["state"] == "held")
            #expect((row?["why"] as String?)?.contains("damaged") == true)

            try await file.write {
                try $0.execute(
                    sql: "UPDATE queue SET state = 'claimed', due = NULL, claimUntil = 0, claimNode = 'n', claimIncarnation = 'i'")
            }
            try await accept("good", into: store)
            let claimed = try await SpoolContract.claimAll(store)
            #expect(claimed.map(\.claim.message) == [Samples.id("good")])
            let held = try file.read { try Row.fetchOne($0, sql: "SELECT state, isUnknown FROM queue WHERE message = 1") }
            #expect(held?["state"] == "held" && held?["isUnknown"] == 1, "it may have been sent when its claim ran out")
            let told = try await store.entries(JournalFilter(message: Samples.id("bad"))).filter { $0.entry.kind == .queue }
            #expect(told.count == 2)
        }
    }

    @Test func claimingAndSettlingIsTwoCommits() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await accept("m", into: store)
            let claimed = try await counting(store) {
                let entries = try await SpoolContract.claimAll(store)
                #expect(entries.count == 1)
            }
            #expect(claimed.commits == 1)
            // BEGIN, claims that ran out, lines, those of the one, messages, update, edition and revision, COMMIT
            #expect(claimed.statements == 8)
            let claim = Claim(message: Samples.id("m"), attempt: 1, claimant: Samples.node, until: Samples.time(61))
            let address = try EmailAddress("box@example.org")
            let settlement = Settlement(
                claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250 ok")],
                journal: [Samples.entry(.settled, message: "m", [.init(.recipient, "rob@example.com")])],
                sightings: [Sighting(address: address, role: .from, at: Samples.time(2), outcome: "sent")],
                usages: [Usage(of: "box", messages: 1, recipients: 1)])
            let settled = try await counting(store) { try await store.settle(settlement) }
            #expect(settled.commits == 1)
            // BEGIN, queue, body, fate, head, entry, sighting, usage, COMMIT
            #expect(settled.statements == 9)
        }
    }

    @Test func claimingManyTakesNoMoreStatements() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            for number in 0..<50 { try await accept("m\(number)", into: store) }
            _ = try await store.claim(0, rooms: LaneRooms(), by: Samples.node, at: Samples.start, until: Samples.time(1))
            let count = try await counting(store) {
                let entries = try await SpoolContract.claimAll(store)
                #expect(entries.count == 50)
            }
            #expect(count.statements == 8)
        }
    }

    /// Every report connection is busy with a search through the journal, and more wait: sending reads on.
    @Test func reportsDoNotHoldUpSending() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await accept("m", into: store)
            let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let searches = (0..<8).map { _ in
                Task {
                    try await store.report { transaction in
                        begun.signal()
                        end.wait()
                        return try transaction.exists("SELECT 1 FROM journal LIMIT 1", [])
                    }
                }
            }
            try await Connections.aside { for _ in 0..<4 { begun.wait() } }
            #expect(try await store.chunk(0, of: Samples.id("m"))?.count == 4096)
            #expect(try await store.token(TokenKey(grant: Samples.grant.id, resource: .smtp)) == nil)
            #expect(try await store.changes(since: Edition(0)).changes.isEmpty)
            for _ in searches { end.signal() }
            for search in searches { _ = try await search.value }
            #expect(try await store.list(QueueFilter()).count == 1)
        }
    }

    /// What was imported a moment ago is followed a handful at a time, not by one look for each.
    @Test func manyChangesAreReadTogether() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let users = try (0..<2000).map { try Samples.user("u\($0)", "u\($0)@example.org") }
            _ = try await store.apply(DirectoryEdit(users.map { .put(.user($0)) }, by: "root", at: Samples.start))
            _ = try await store.apply(DirectoryEdit([.remove(EntityKey(.user, "u7"))], by: "root", at: Samples.start))
            let (changes, statements) = try await store.read { transaction in
                (try transaction.changes(since: Edition(0)).changes, transaction.statements)
            }
            #expect(changes.count == 2000)
            #expect(changes.last == .remove(EntityKey(.user, "u7")))
            #expect(changes.first == .put(.user(users[0])))
            #expect(statements <= 2 + 4 * 2)
        }
    }

    @Test func thoseWhoWaitShareACommit() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let count = try await counting(store) {
                try await withThrowingTaskGroup { group in
                    for number in 0..<100 { group.addTask { try await accept("m\(number)", into: store) } }
                    try await group.waitForAll()
                }
            }
            #expect(count.writes == 100)
            #expect(count.commits < 50, "\(count.commits) commits")
            #expect(count.largestBatch > 1)
            #expect(count.largestBatch <= 64)
            #expect(try await SpoolContract.claimAll(store).count == 100)
        }
    }

    /// Half of those who write at once fail; the others notice nothing, and the journal's chain has no gap.
    @Test func failuresInABatchTouchNobodyElse() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let failures = await withTaskGroup { group in
                for number in 0..<100 {
                    group.addTask {
                        do {
                            try await accept("m\(number / 2)", into: store)
                            return 0
                        } catch { return 1 }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(failures == 50)
            #expect(try await SpoolContract.claimAll(store).count == 50)
            try await ChainCheck.verify(store, entries: 50)
        }
    }

    @Test func closedStoreSaysSo() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await store.close()
            let write = await failure { () throws(StoreFailure) in try await store.observe([], journal: [Samples.entry()]) }
            #expect(write == .unavailable("the store is closed"))
            #expect(await failure { () throws(StoreFailure) in try await store.sightings() } != nil)
        }
    }

    @Test func closingFinishesWhatWaits() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            async let writes: Void = withThrowingTaskGroup { group in
                for number in 0..<20 { group.addTask { try await store.append([Samples.entry(facts: ["n": "\(number)"])], sightings: []) } }
                try await group.waitForAll()
            }
            try await writes
            try await store.close()
            let again = try await Stores.open(at: folder)
            try await ChainCheck.verify(again, entries: 20)
        }
    }
}
