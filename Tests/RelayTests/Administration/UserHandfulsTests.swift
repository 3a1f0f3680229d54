import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// A file of very many users, put in while others change the same store.
struct UserHandfulsTests {
    /// Its disk is full after so many edits.
    private struct SmallDisk: DirectoryKeeper {
        let store: MemoryStore
        let edits: Int
        private var open: OpenStore { OpenStore(store) }

        func snapshot(of slice: DirectorySlice) async throws(StoreFailure) -> Snapshot { try await open.snapshot(of: slice) }
        func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? { try await open.secret(name) }
        func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] { try await open.references(to: key) }
        func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
            try await open.observe(observations, journal: journal)
        }
        func changed() async {}

        func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition {
            guard await store.count(.apply) < edits else { throw .full }
            return try await open.apply(edit)
        }
    }

    private let store = MemoryStore()

    private func editor(edits: Int = .max) throws -> Editor {
        Editor(
            keeper: SmallDisk(store: store, edits: edits), vault: try FakeCompany.vault(), person: "root",
            now: { Date(timeIntervalSince1970: 0) }, generator: { SystemRandomNumberGenerator() })
    }

    private func users(_ count: Int) throws -> [User] {
        try (0..<count).map { number in
            let address = try EmailAddress("u\(number)@example.org")
            return User(id: UserID(trusted: "u\(number)"), name: "User \(number)", addresses: [UserAddress(address)])
        }
    }

    @Test func noEditHoldsTheStoreForMoreThanAHandful() async throws {
        var steps: [Int] = []
        let tally = try await editor().importUsers(try users(250), handful: 100) { steps.append($0.done) }
        #expect(tally.added == 250)
        #expect(steps == [100, 200, 250])
        #expect(await store.count(.apply) == 3)
        #expect(try await store.directory().userCount == 250)
    }

    @Test func whatStoppedHalfWaySaysHowFarItCameAndGoesOnWhenItIsRunAgain() async throws {
        let users = try users(201)
        let failure = try #require(
            await #expect(throws: ImportFailure.self) { try await editor(edits: 1).importUsers(users, handful: 100) })
        #expect(failure.tally.words == "100 added, 0 changed, 0 unchanged")
        #expect(failure.reason as? StoreFailure == .full)
        let tally = try await editor().importUsers(users, handful: 100)
        #expect(tally.words == "101 added, 0 changed, 100 unchanged")
        #expect(try await store.directory().userCount == 201)
    }

    @Test func aTrialKeepsNothing() async throws {
        #expect(try await editor().importUsers(try users(101), isTrial: true, handful: 100).added == 101)
        #expect(try await store.directory().userCount == 0)
    }
}
