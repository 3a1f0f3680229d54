import Foundation
import GRDB
import Relay
import TestSupport
import Testing

@testable import PostgresEngine
@testable import SQLiteEngine
@testable import Store

/// A store is taken from one engine to another.
struct CopyTests {
    /// Every table of either engine is copied, and every column of it; leases and what is the engine's own stay behind.
    @Test(.enabled(if: PostgresCluster.isInstalled)) func nothingIsForgotten() async throws {
        let ours = Dictionary(uniqueKeysWithValues: StoreTable.all.map { ($0.name.lowercased(), Set($0.columns.map { $0.lowercased() })) })
        let cluster = try await PostgresCluster.shared()
        let store = try await Stores.create(at: PostgresAddress(cluster.address()), in: cluster)
        let inPostgres = try await store.report { transaction in
            try transaction.all(
                "SELECT table_name::text, column_name::text, data_type = 'boolean' FROM information_schema.columns WHERE table_schema = current_schema()"
            ) { (table: try $0.text(), column: try $0.text(), isFlag: try $0.flag()) }
        }
        try await TemporaryFolder.with { folder in
            let file = try await Stores.create(at: folder)
            let inSQLite = try await file.report { transaction in
                try transaction.all("SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'") {
                    (table: try $0.text().lowercased(), column: try $0.text().lowercased())
                }
            }
            func columns(_ rows: [(table: String, column: String)]) -> [String: Set<String>] {
                Dictionary(grouping: rows, by: \.table).mapValues { Set($0.map(\.column)) }
                    .filter { table in
                        !["grdb_migrations", "step", "writer", "commitmark", "service", "promise", "lease"].contains(table.key)
                            // Before a copy, what was appended to sums is added up.
                            && !table.key.hasSuffix("later") && !table.key.hasSuffix("whole")
                    }
            }
            var postgres = columns(inPostgres.map { ($0.table, $0.column) })
            var sqlite = columns(inSQLite)
            #expect(postgres == sqlite)
            for name in ["movedto"] {
                postgres["meta"]?.remove(name)
                sqlite["meta"]?.remove(name)
            }
            #expect(postgres == ours)
            let flags = Set(StoreTable.all.flatMap { table in table.flags.map { "\(table.name).\($0)".lowercased() } })
            #expect(flags == Set(inPostgres.filter(\.isFlag).map { "\($0.table).\($0.column)" }))
        }
    }

    /// There and back again: what comes back is what went.
    @Test(.enabled(if: PostgresCluster.isInstalled)) func thereAndBack() async throws {
        let cluster = try await PostgresCluster.shared()
        let address = try PostgresAddress(cluster.address())
        try await TemporaryFolder.with { folder in
            let fixture = try await filled(at: folder.path + "/one")
            let before = try await dump(fixture)
            try await PostgresStore.make(at: address, PostgresStore.Plan(promise: .none)) { engine in
                let copy = StoreCopy(from: fixture, to: engine)
                let snapshot = try await copy.run { _ in }
                try copy.finish()
                try await fixture.leave(to: "elsewhere", head: snapshot.head)
            }
            let there = try await PostgresStore.open(at: address, folder: folder.path, vault: Stores.vault(), random: Stores.random())
            #expect(try await dump(there) == before)
            try await ChainCheck.verify(there, entries: try await there.heads().first.map { Int($0.position.number) } ?? 0)
            // It goes on where it was: numbers do not collide.
            try await SpoolContract.accept(try Samples.message("new"), into: there)
            #expect(try await there.show(Samples.id("new")) != nil)
            let now = try await dump(there)
            try await SQLiteStore.make(at: folder.path + "/two") { engine in
                let copy = StoreCopy(from: there, to: engine)
                _ = try await copy.run { _ in }
                try copy.finish()
            }
            let back = try await SQLiteStore.open(at: folder.path + "/two", vault: Stores.vault(), random: Stores.random())
            #expect(try await dump(back) == now)
            try await SpoolContract.accept(try Samples.message("newer"), into: back)

            try await fixture.close()
            let refused = await failure { () throws(StoreFailure) in
                try await SQLiteStore.open(at: folder.path + "/one", vault: vault, random: Stores.random())
            }
            #expect(refused?.description.contains("moved to elsewhere") == true)
            let reader = try await SQLiteStore.open(at: folder.path + "/one", vault: nil, random: Stores.random())
            #expect(try await reader.depth().counts[.waiting] ?? 0 >= 1, "it can still be read")
        }
    }

    /// Stopped in the middle, it is no store; done again, it is.
    @Test(.enabled(if: PostgresCluster.isInstalled)) func aCopyThatWasStoppedIsDoneAgain() async throws {
        struct Stop: Error {}
        let cluster = try await PostgresCluster.shared()
        let address = try PostgresAddress(cluster.address())
        try await TemporaryFolder.with { folder in
            let fixture = try await filled(at: folder.path + "/one")
            await #expect(throws: Stop.self) {
                try await PostgresStore.make(at: address, PostgresStore.Plan(promise: .none)) { engine in
                    _ = try await StoreCopy(from: fixture, to: engine).run { _ in }
                    throw Stop()
                }
            }
            let refused = await failure { () throws(StoreFailure) in
                try await PostgresStore.open(at: address, folder: folder.path, vault: vault, random: Stores.random())
            }
            #expect(refused?.description.contains("not whole") == true)
            try await PostgresStore.make(at: address, PostgresStore.Plan(promise: .none)) { engine in
                let copy = StoreCopy(from: fixture, to: engine)
                _ = try await copy.run { _ in }
                try copy.finish()
            }
            let there = try await PostgresStore.open(at: address, folder: folder.path, vault: Stores.vault(), random: Stores.random())
            #expect(try await dump(there) == dump(fixture))
            let again = await #expect(throws: StoreFailure.self) {
                try await PostgresStore.make(at: address, PostgresStore.Plan(promise: .none)) { _ in }
            }
            #expect(again?.description.contains("already") == true)
        }
    }

    /// What came in while it was copied would be lost with the old store.
    @Test func aStoreThatWasChangedMeanwhileDoesNotMove() async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await filled(at: folder.path + "/one")
            try await SQLiteStore.make(at: folder.path + "/two") { engine in
                let copy = StoreCopy(from: fixture, to: engine)
                let snapshot = try await copy.run { _ in }
                try await fixture.append([Samples.entry()], sightings: [])
                let refused = await failure { () throws(StoreFailure) in try await fixture.leave(to: "elsewhere", head: snapshot.head) }
                #expect(refused?.isConflict == true)
            }
        }
    }

    private let vault: Vault
    init() throws { vault = try Stores.vault() }

    private func filled(at folder: String) async throws -> DatabaseStore {
        let store = try await SQLiteStore.create(at: folder, vault: vault, random: Stores.random())
        let sealed = try vault.seal(Secret("secret"), for: SecretName(.clientSecret, of: "app"))
        _ = try await store.apply(
            DirectoryEdit(
                try Samples.everyKind().map { .put($0) },
                secrets: [SecretChange(name: SecretName(.clientSecret, of: "app"), sealed: sealed)],
                by: "root", at: Samples.start))
        for number in 0..<1200 {
            try await SpoolContract.accept(try number == 0 ? Samples.richMessage("m0") : Samples.message("m\(number)"), into: store)
        }
        try await store.append([Samples.entry(), Samples.entry(.refused)], sightings: [])
        return store
    }

    /// All rows of all tables, as texts.
    private func dump(_ store: DatabaseStore) async throws -> [String] {
        try await store.report { transaction in
            try StoreTable.all.flatMap { table in
                var rows: [String] = []
                try transaction.rows(table.select) { found in
                    while try found.next() {
                        let values = (0..<table.columns.count).map { column in
                            switch found.kind(column) {
                            case nil: "-"
                            case .integer?: String(found.integer(column))
                            case .real?: String(found.real(column))
                            case .text?: String(decoding: found.text(column), as: UTF8.self)
                            case .bytes?: [UInt8](found.bytes(column)).description
                            }
                        }
                        rows.append(table.name + " " + values.joined(separator: "|"))
                    }
                }
                return rows
            }
        }
    }
}
