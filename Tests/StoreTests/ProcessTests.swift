import Foundation
import GRDB
import Relay
import Store
import TestSupport
import Testing

/// Several processes on one store, and processes that end in the middle.
struct ProcessTests {
    @Test func twoOnOneStoreSeeEachOther() async throws {
        try await TemporaryFolder.with { folder in
            let one = try await Stores.create(at: folder)
            let two = try await Stores.open(at: folder)
            let edition = try await one.apply(Samples.edit(.provider(Samples.provider)))
            #expect(try await two.changes(since: Edition(0)).changes == [.put(.provider(Samples.provider))])
            #expect(try await two.directory().edition == edition)
            try await two.append([Samples.entry()], sightings: [])
            try await one.append([Samples.entry()], sightings: [])
            try await two.append([Samples.entry()], sightings: [])
            try await ChainCheck.verify(one, entries: 4)
        }
    }

    @Test func twoAtOnceKeepOneChainAndClaimOnce() async throws {
        try await TemporaryFolder.with { folder in
            let stores = [try await Stores.create(at: folder), try await Stores.open(at: folder)]
            let claimed = try await withThrowingTaskGroup { group in
                for number in 0..<40 {
                    group.addTask { () -> Int in
                        let store = stores[number % 2]
                        try await SpoolContract.accept(try Samples.message("m\(number)"), into: store)
                        try await store.append([Samples.entry(facts: ["n": "\(number)"])], sightings: [])
                        return try await SpoolContract.claimAll(store).count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(claimed == 40)
            try await ChainCheck.verify(stores[0], entries: 40)
        }
    }

    @Test func dataVersionMovesWhenAnotherHasCommitted() async throws {
        try await TemporaryFolder.with { folder in
            let one = try await Stores.create(at: folder)
            let two = try await Stores.open(at: folder)
            let before = try await one.dataVersion()
            #expect(try await one.dataVersion() == before)
            try await two.observe([.mailbox("box", nil)], journal: [])
            #expect(try await one.dataVersion() != before)
        }
    }

    @Test func whoeverHoldsItTooLongMakesItBusy() async throws {
        try await TemporaryFolder.with { folder in
            try await Stores.create(at: folder).close()
            let store = try await Stores.open(at: folder, busyLimit: 0.05)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: folder.file, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            #expect(await failure { () throws(StoreFailure) in try await store.append([Samples.entry()], sightings: []) } == .busy)
            try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try await store.append([Samples.entry()], sightings: [])
            try await ChainCheck.verify(store, entries: 1)
        }
    }

    /// A copy of the file and its log, taken while a hundred messages arrive, is what a crash leaves: what was answered before is all there.
    @Test func killedInTheMiddleKeepsWhatWasAnswered() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            for number in 0..<20 { try await acceptJournalled("before\(number)", into: store) }
            try await TemporaryFolder.with { copy in
                async let more: Void = withThrowingTaskGroup { group in
                    for number in 0..<80 { group.addTask { try await acceptJournalled("after\(number)", into: store) } }
                    try await group.waitForAll()
                }
                // The log first, as it is only appended to here: no checkpoint moves pages while it is this short.
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: folder.file + suffix, toPath: copy.file + suffix)
                }
                try await more
                let left = try await Stores.open(at: copy)
                let found = try await left.list(QueueFilter()).map(\.message.id.text)
                #expect(Set(found).isSuperset(of: (0..<20).map { "before\($0)" }))
                try await ChainCheck.verify(left, entries: found.count)
                for id in found { #expect(try await left.chunk(0, of: Samples.id(id)) == SpoolContract.body) }
                #expect(try await left.recover(for: Samples.reborn, at: Samples.time(1)).isEmpty)
            }
        }
    }

    private func acceptJournalled(_ id: String, into store: DatabaseStore) async throws {
        try await store.accept(
            try Samples.message(id), lastChunk: SpoolContract.body, number: 0, held: nil, lane: nil,
            journal: [Samples.entry(.accepted, message: id)],
            sightings: [])
    }

    @Test func claimsOutliveTheProcess() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            try await SpoolContract.accept(try Samples.message("m"), into: store)
            #expect(try await SpoolContract.claimAll(store).count == 1)
            let next = try await Stores.open(at: folder)  // the first one never said good-bye
            #expect(try await SpoolContract.claimAll(next).isEmpty)
            #expect(try await next.recover(for: Samples.reborn, at: Samples.time(2)) == [Samples.id("m")])
            let entries = try await next.claim(1, rooms: LaneRooms(), by: Samples.reborn, at: Samples.time(2), until: Samples.time(60))
                .entries
            #expect(entries.map(\.isUnknown) == [true])
        }
    }
}
