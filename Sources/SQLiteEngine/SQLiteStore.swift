internal import Foundation
internal import GRDB
package import Relay
package import Store

/// A store in one SQLite file, durable when a call returns.
package enum SQLiteStore {
    /// Makes a store in a folder and opens it. Its journal key comes from `random` and is sealed by the vault.
    package static func create(
        at folder: String, vault: Vault, random: @escaping RandomBytes, busyLimit: Double = 5
    ) async throws(StoreFailure) -> DatabaseStore {
        try await Connections.aside {
            let folder = StoreFolder(folder)
            if folder.exists(folder.file) { throw StoreFailure.conflict("there is a store at \(folder.file) already") }
            try folder.make()
            try folder.checkDisk()
            try folder.makeUnfinishedFile()
            let pool = try Connections.pool(folder.unfinished, busyLimit: busyLimit)
            try Schema.migrator.migrate(pool)
            try pool.writeWithoutTransaction { try DatabaseStore.furnish(SQLiteConnection($0), vault: vault, random: random) }
            try pool.close()
            try folder.finish()
        }
        return try await open(at: folder, vault: vault, random: random, busyLimit: busyLimit)
    }

    /// Makes a store of what `fill` brings into its empty tables; nothing is there unless that is done.
    package static func make(at folder: String, _ fill: @escaping @Sendable (any Engine) async throws -> Void) async throws {
        let folder = StoreFolder(folder)
        let engine = try await Connections.aside {
            if folder.exists(folder.file) { throw StoreFailure.conflict("there is a store at \(folder.file) already") }
            try folder.make()
            try folder.checkDisk()
            try folder.makeUnfinishedFile()
            let pool = try Connections.pool(folder.unfinished, busyLimit: 5)
            try Schema.migrator.migrate(pool)
            try pool.close()
            return try SQLiteEngine(path: folder.unfinished, busyLimit: 5)
        }
        do { try await fill(engine) } catch {
            try? await engine.close()  // why it was not filled is told
            throw error
        }
        try await engine.close()
        try await Connections.aside { try folder.finish() }
    }

    /// Opens a store, bringing an older schema up to date. Without a vault everything can be read, and nothing that needs a journal line can be written.
    /// `busyLimit`: seconds to wait while another process writes. `upgrading` hears how far that has come.
    package static func open(
        at folder: String, vault: Vault?, random: @escaping RandomBytes, busyLimit: Double = 5,
        upgrading: @escaping @Sendable (StoreUpgrade) -> Void = { _ in }
    ) async throws(StoreFailure) -> DatabaseStore {
        let engine = try await Connections.aside {
            let folder = StoreFolder(folder)
            try folder.checkReadable()
            try folder.checkDisk()
            try upgrade(folder.file, busyLimit: busyLimit, upgrading)
            return try SQLiteEngine(path: folder.file, busyLimit: busyLimit)
        }
        return try await DatabaseStore.open(engine, folder: StoreFolder(folder).path, vault: vault, random: random)
    }

    /// Looks before it touches: a file that is not ours is not put in WAL mode, let alone migrated.
    private static func upgrade(_ path: String, busyLimit: Double, _ upgrading: @escaping @Sendable (StoreUpgrade) -> Void) throws {
        let isCurrent = try look(at: path, busyLimit: busyLimit) { database in
            try Schema.check(database, path: path)
            return try Schema.migrator.hasCompletedMigrations(database)
        }
        if isCurrent { return }
        let pool = try Connections.pool(path, busyLimit: busyLimit)
        try StoreUpgrade.run(pool, upgrading)
        try pool.close()
    }

    private static func look<Value>(at path: String, busyLimit: Double, _ read: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path, configuration: Connections.configuration(busyLimit: busyLimit))
        let value = Result { try queue.read(read) }
        try queue.close()
        return try value.get()
    }
}
