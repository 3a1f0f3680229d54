import Relay
import TestSupport
import Testing

/// The snapshots: whoever catches up has at least what the store held when he asked, however many do so at once.
@Suite(.timeLimit(.minutes(20)))
struct SnapshotsTests {
    private func rename(_ store: MemoryStore, _ name: String) async throws -> Edition {
        let user = User(id: UserID(trusted: "u"), name: name, addresses: [])
        return try await store.apply(Samples.edit(.user(user)))
    }

    private func snapshots() -> Snapshots { Snapshots(Snapshot(directory: Directory(), conditions: Conditions())) }
    private func name(_ snapshots: Snapshots) -> String? { snapshots.current.directory.user(UserID(trusted: "u"))?.name }

    @Test func catchesUpWithBoth() async throws {
        let store = MemoryStore()
        let snapshots = snapshots()
        let edition = try await rename(store, "one")
        try await store.observe([.mailbox("box", .broken(since: Samples.start, reason: "r"))], journal: [])
        var changed: [EntityKey] = []
        try await snapshots.catchUp(with: store) { changed = $0 }
        #expect(changed == [EntityKey(.user, "u")])
        #expect(snapshots.current.directory.edition == edition)
        #expect(snapshots.current.conditions.mailbox("box") != nil)
        try await snapshots.catchUp(with: store) { changed = $0 }
        #expect(changed.isEmpty)
    }

    /// The first has loaded edition 1, the second edition 2; the first one comes home first, and the second must still get what it loaded.
    @Test func laterLoaderIsNotLeftBehind() async throws {
        let store = MemoryStore()
        let snapshots = snapshots()
        let gate = FakeGate()
        await store.stopReturning(.changes, at: gate)
        _ = try await rename(store, "one")
        async let first = snapshots.catchUp(with: store)
        await gate.arrival(1)
        let edition = try await rename(store, "two")
        async let second = snapshots.catchUp(with: store)
        await gate.arrival(2)
        gate.release()
        _ = try await first
        #expect(name(snapshots) == "one")
        gate.release()
        _ = try await second
        #expect(name(snapshots) == "two")
        #expect(snapshots.current.directory.edition == edition)
    }

    /// The other way round: who loaded less leaves the newer snapshot alone.
    @Test func slowLoaderDoesNotGoBack() async throws {
        let store = MemoryStore()
        let snapshots = snapshots()
        let gate = FakeGate()
        await store.stopReturning(.changes, at: gate)
        _ = try await rename(store, "one")
        async let slow = snapshots.catchUp(with: store)
        await gate.arrival(1)
        await store.stopReturning(.changes, at: nil)
        let edition = try await rename(store, "two")
        try await snapshots.catchUp(with: store)
        gate.release()
        _ = try await slow
        #expect(name(snapshots) == "two")
        #expect(snapshots.current.directory.edition == edition)
    }

    @Test func observationsDoNotGoBackEither() async throws {
        let store = MemoryStore()
        let snapshots = snapshots()
        let gate = FakeGate()
        await store.stopReturning(.observations, at: gate)
        try await store.observe([.mailbox("box", .broken(since: Samples.start, reason: "old"))], journal: [])
        async let slow = snapshots.catchUp(with: store)
        await gate.arrival(1)
        try await store.observe([.mailbox("box", nil)], journal: [])
        async let late = snapshots.catchUp(with: store)
        await gate.arrival(2)
        gate.release()
        _ = try await slow
        gate.release()
        _ = try await late
        #expect(snapshots.current.conditions.mailbox("box") == nil)
        #expect(snapshots.current.conditions.revision == 2)
    }

    @Test(arguments: [MemoryStore.Call.changes, .observations]) func failureLeavesTheSnapshot(_ call: MemoryStore.Call) async throws {
        let store = MemoryStore()
        let snapshots = snapshots()
        _ = try await rename(store, "one")
        await store.fail(call, with: .busy)
        await #expect(throws: StoreFailure.busy) { try await snapshots.catchUp(with: store) }
        #expect(snapshots.current.directory.edition == Edition(0))
        try await snapshots.catchUp(with: store)
        #expect(name(snapshots) == "one")
    }
}
