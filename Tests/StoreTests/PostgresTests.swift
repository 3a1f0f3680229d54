import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import PostgresEngine
@testable import Store

/// What only a database has that several can reach, and that can go away.
@Suite(.enabled(if: PostgresCluster.isInstalled)) struct PostgresTests {
    private func store(at address: String, in cluster: PostgresCluster) async throws -> DatabaseStore {
        let place = try PostgresAddress(address)
        if try await PostgresStore.exists(at: place) {
            return try await PostgresStore.open(at: place, folder: cluster.folder, vault: Stores.vault(), random: Stores.random())
        }
        return try await Stores.create(at: place, in: cluster)
    }

    private func accept(_ id: String, into store: DatabaseStore, request: RepeatableRequest? = nil) async throws(StoreFailure) {
        let message: AcceptedMessage
        do { message = try Samples.message(id, bodySize: 4096) } catch { throw .conflict("\(error)") }
        let entry = Samples.entry(.accepted, message: id, [.init(.author, "ann@example.org")])
        try await store.accept(
            message, lastChunk: [UInt8](repeating: 65, count: 4096), number: 0, .due, lane: nil, quota: Quota(), request: request,
            journal: [entry],
            sightings: [Sighting(address: message.author.first.address, role: .author, at: Samples.start, outcome: "accepted")])
    }

    /// nil: it was done.
    private func refusal(_ work: () async throws(StoreFailure) -> Void) async -> StoreFailure? {
        do throws(StoreFailure) {
            try await work()
            return nil
        } catch { return error }
    }

    /// Several processes claim at once: each message is one's alone.
    @Test func nobodyClaimsWhatAnotherHas() async throws {
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        let store = try await store(at: address, in: cluster)
        for number in 0..<200 { try await accept("m\(number)", into: store) }
        let claimed = try await withThrowingTaskGroup { group in
            for node in 0..<4 {
                group.addTask {
                    let mine = try await self.store(at: address, in: cluster)
                    var found: [SpoolID] = []
                    while true {
                        let batch = try await mine.claim(
                            7, rooms: LaneRooms(), by: Claimant(node: "n\(node)", incarnation: "i"), at: Samples.time(1),
                            until: Samples.time(61))
                        guard !batch.entries.isEmpty else { break }
                        found += batch.entries.map(\.message.id)
                    }
                    try await mine.close()
                    return found
                }
            }
            return try await group.reduce(into: [SpoolID]()) { $0 += $1 }
        }
        #expect(claimed.count == Set(claimed).count)
        // Whoever found only rows that others were at has stopped; nothing is lost by it.
        let rest = try await SpoolContract.claimAll(store).map(\.message.id)
        #expect(Set(claimed).union(rest).count == 200)
    }

    /// Many write the same sums and the same journal at once: nobody fails, no sum lacks anything, the chain has no gap.
    @Test func severalWriteAtOnce() async throws {
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        let first = try await store(at: address, in: cluster)
        try await withThrowingTaskGroup { group in
            for writer in 0..<4 {
                group.addTask {
                    let mine = try await self.store(at: address, in: cluster)
                    try await withThrowingTaskGroup { inner in
                        for number in 0..<50 { inner.addTask { try await self.accept("w\(writer)m\(number)", into: mine) } }
                        // What all of them append to the same sums, all of them add up meanwhile.
                        for _ in 0..<5 { inner.addTask { _ = try await mine.sweep(at: Samples.time(1)) } }
                        try await inner.waitForAll()
                    }
                    try await mine.close()
                }
            }
            try await group.waitForAll()
        }
        try await ChainCheck.verify(first, entries: 200)
        #expect(try await first.sightings().map(\.count) == [200])
    }

    /// One key, two processes, one message.
    @Test func aRequestThatComesTwiceAtOnceIsOneMessage() async throws {
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        let stores = [try await store(at: address, in: cluster), try await store(at: address, in: cluster)]
        for round in 0..<20 {
            let request = RepeatableRequest(client: ClientID(trusted: "c"), key: "k\(round)", digest: [UInt8](repeating: 1, count: 32))
            let accepted = await withTaskGroup { group in
                for (number, store) in stores.enumerated() {
                    group.addTask {
                        await refusal { () throws(StoreFailure) in
                            try await self.accept("r\(round)n\(number)", into: store, request: request)
                        }
                    }
                }
                return await group.reduce(into: [StoreFailure?]()) { $0.append($1) }
            }
            #expect(accepted.filter { $0 == nil }.count == 1)
            #expect(accepted.contains { if case .repeated? = $0 { true } else { false } })
        }
        #expect(try await stores[0].depth().counts[.waiting] == 20)
    }

    /// The connection is lost in the middle of a commit: what became of it is found out before anybody is told, and nothing is there twice.
    @Test(arguments: [PostgresWire.Break.beforeCommit, .afterCommit]) func aCommitThatWasCutOffIsLookedUp(_ place: PostgresWire.Break)
        async throws
    {
        let cluster = try await PostgresCluster.shared()
        let wire = try PostgresWire(to: cluster)
        defer { wire.remove() }
        let address = cluster.address()
        let store = try await store(at: wire.address(address, of: cluster), in: cluster)
        try await accept("before", into: store)
        for number in 0..<5 {
            wire.breaks(place)
            let refused = await refusal { () throws(StoreFailure) in try await accept("m\(number)", into: store) }
            #expect(wire.breaksSoFar == number + 1)
            let kept = try await self.store(at: address, in: cluster).show(Samples.id("m\(number)"))
            #expect((refused == nil) == (kept != nil), "\(refused.map(String.init(describing:)) ?? "accepted")")
            #expect(place == .beforeCommit || refused == nil)
        }
        try await ChainCheck.verify(store, entries: place == .afterCommit ? 6 : try await store.depth().counts[.waiting] ?? 0)
    }

    /// Nobody could be asked what became of it, and its sender was told that it was not accepted: it is taken back before anybody can send it.
    ///
    /// Where that is refused, it is held for a person, and whatever comes next is written all the same.
    @Test(arguments: [true, false]) func whatWasAcceptedAfterAllIsTakenBack(_ canBeWithdrawn: Bool) async throws {
        let cluster = try await PostgresCluster()
        let place = try PostgresAddress(cluster.address())
        let store = try await PostgresStore.create(at: place, folder: cluster.folder, vault: Stores.vault(), random: Stores.random())
        if !canBeWithdrawn { try await cluster.ask("ALTER TABLE \(place.schema).fate ADD CHECK (why NOT LIKE 'withdrawn%')") }
        try await accept("kept", into: store)
        try await cluster.ask("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        async let refused = refusal { () throws(StoreFailure) in try await accept("lost", into: store) }
        // An administrator loses patience with what waits for a standby: PostgreSQL says that it is done, and warns.
        try await cluster.askUntil(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        let failure = await refused
        #expect(failure?.description.contains("replicated") == true, "\(failure.map(String.init(describing:)) ?? "accepted")")
        try await cluster.ask("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
        #expect(try await SpoolContract.claimAll(store).map(\.message.id) == [Samples.id("kept")])
        let shown = try #require(try await store.show(Samples.id("lost")))
        #expect(shown.state == (canBeWithdrawn ? .done : .held))
        #expect(shown.why.contains("withdrawn"))
        try await accept("next", into: store)
        try await store.close()
        await cluster.stop()
    }

    /// A store that an older Mandate made is brought up to date with all that is in it.
    @Test func anOlderStoreIsBroughtUpToDate() async throws {
        let cluster = try await PostgresCluster.shared()
        let place = try PostgresAddress(cluster.address())
        let store = try await Stores.create(at: place, in: cluster)
        try await accept("before", into: store)
        while try await !store.sweep(at: Samples.time(1)).isLast {}
        try await store.close()
        try await cluster.ask(
            """
            SET search_path = \(place.schema); DROP VIEW sightingWhole, usageWhole, trafficWhole;
            DROP TABLE sightingLater, usageLater, trafficLater, commitMark; ALTER TABLE writer ADD COLUMN batch bigint;
            DROP TABLE tenantPause; ALTER TABLE application DROP COLUMN licences, DROP COLUMN federatedCredential;
            DROP TABLE dmarcRow, dmarcReport, acknowledgement, clientUse; ALTER TABLE "grant" DROP COLUMN owner, DROP COLUMN purpose, DROP COLUMN review;
            ALTER TABLE mailbox DROP COLUMN owner, DROP COLUMN purpose, DROP COLUMN review;
            ALTER TABLE family DROP COLUMN owner, DROP COLUMN purpose, DROP COLUMN review;
            ALTER TABLE delegation DROP COLUMN owner, DROP COLUMN purpose, DROP COLUMN review;
            ALTER TABLE client DROP COLUMN owner, DROP COLUMN purpose, DROP COLUMN review;
            DELETE FROM step WHERE name <> 'v1'
            """)
        let refused = await refusal { () throws(StoreFailure) in
            _ = try await PostgresStore.open(at: place, folder: cluster.folder, vault: nil, random: Stores.random())
        }
        #expect(refused?.description.contains("mandate init") == true)
        #expect(try await PostgresStore.upgrade(place) == ["v2", "v3", "v4", "v5", "v6", "v7"])
        let again = try await PostgresStore.open(at: place, folder: cluster.folder, vault: Stores.vault(), random: Stores.random())
        try await accept("behind", into: again)
        #expect(try await again.sightings().map(\.count) == [2])
        #expect(try await again.dmarcReports().isEmpty)
        #expect(try await SpoolContract.claimAll(again).count == 2)
    }

    @Test func oneServesAtATime() async throws {
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        let (first, second) = (try await store(at: address, in: cluster), try await store(at: address, in: cluster))
        let (one, other) = (try #require(first.serviceRight), try #require(second.serviceRight))
        let ann = ServiceHolder(node: "a", incarnation: "1", host: "h1")
        let bob = ServiceHolder(node: "b", incarnation: "2", host: "h2")
        #expect(try await one.take(ann) == .taken(before: nil))
        guard case .held(let holder) = try await other.take(bob) else { Issue.record("two serve"); return }
        #expect(holder.node == "a" && holder.host == "h1")
        #expect(try await one.prolong(ann))
        #expect(try await !other.prolong(bob))
        try await accept("before", into: first)
        // Its term runs out by the database's clock.
        try await cluster.ask("UPDATE \(place(address).schema).service SET until = now() - interval '1 s'")
        guard case .taken(let before?) = try await other.take(bob) else { Issue.record("nobody had it"); return }
        #expect(before.incarnation == "1")
        #expect(try await !one.prolong(ann))
        let refused = await refusal { () throws(StoreFailure) in try await accept("behind", into: first) }
        #expect(refused?.description.contains("taken this store over") == true)
        try await accept("mine", into: second)
        try await other.drop(bob)
        #expect(try await other.holder() == nil)
    }

    private func place(_ address: String) throws -> PostgresAddress { try PostgresAddress(address) }

    /// Behind a pooler each transaction may have another server process.
    @Test func aPoolerIsNoticed() async throws {
        let cluster = try await PostgresCluster.shared()
        let pooler = try await PostgresPooler(of: cluster)
        let store = try await store(at: pooler.address(cluster.address(), of: cluster), in: cluster)
        try await withThrowingTaskGroup { group in
            for number in 0..<50 { group.addTask { try await accept("m\(number)", into: store) } }
            try await group.waitForAll()
        }
        #expect(try await PostgresStore.report(on: store)?.isPooled == true)
        #expect(try await SpoolContract.claimAll(store).count == 50)
        try await ChainCheck.verify(store, entries: 50)
        // Whoever has the server processes next finds nothing of ours in them.
        for _ in 0..<6 {
            try await Program.tool([
                "/bin/sh", "-c",
                "psql -AtqXh \(pooler.folder) -U mandate -d postgres -c 'SHOW search_path' -c 'SHOW jit' | tr '\\n' ' ' | grep -qx '\"$user\", public on '",
            ])
        }
        try await store.close()
        await pooler.stop()
    }

    @Test(arguments: [
        ("postgres://ann:secret@db.example.org/mail", "password"), ("postgres://db.example.org/mail?schema=A", "schema"),
        ("postgres://db.example.org/mail?schema=pg_x", "schema"), ("postgres://db.example.org/mail?nonsense=1", "address"),
    ]) func badAddressesAreRefused(_ address: String, _ words: String) {
        let failure = #expect(throws: StoreFailure.self) { try PostgresAddress(address) }
        #expect(failure?.description.contains(words) == true)
        #expect(failure?.description.contains("secret") == false)
    }

    /// Sockets lie in it, and two stores are never in one.
    @Test func theMachinesPartHasAShortNameOfItsOwn() throws {
        let hosts = (1...2).map { "database-\($0).with-a-long-name.in-a-region.of-a-provider.example.org" }
        let names = try hosts.map { try PostgresAddress("postgres://\($0)/mail").folderName }
        #expect(Set(names).count == 2)
        #expect(names.allSatisfy { $0.utf8.count <= 40 })
        #expect(try PostgresAddress("postgres://ann@db/mail").folderName == PostgresAddress("postgres://bob@db/mail").folderName)
    }

    @Test func aTextWithNULHarmsNobody() async throws {
        let cluster = try await PostgresCluster.shared()
        let store = try await store(at: cluster.address(), in: cluster)
        async let bad = refusal { () throws(StoreFailure) in
            _ = try await store.takeLease("a\u{0}b", holder: "h", at: Samples.start, until: Samples.time(1))
        }
        try await accept("m", into: store)
        #expect(await bad?.description.contains("NUL") == true)
    }
}
