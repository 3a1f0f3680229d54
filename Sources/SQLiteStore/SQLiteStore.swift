internal import Foundation
internal import GRDB
package import Relay
internal import Synchronization

/// So many random octets; `Main/Live.swift` has the real ones.
package typealias RandomBytes = @Sendable (_ count: Int) -> [UInt8]

/// A store in one SQLite file: everything of `Relay.Store`, durable when a call returns. Two processes may have it open.
///
/// Writes go through one thread that lets those who wait share a commit; reads run beside it on connections of their own, on dispatch threads, never
/// on Swift's cooperative ones. A class because it owns connections and a thread; its parts are themselves safe to share.
package final class SQLiteStore: Sendable {
    let writer: Writer
    let pool: DatabasePool
    private let reports: DatabasePool
    private let watcher: DatabaseQueue
    let reserve: DiskReserve
    private let pen: JournalPen?
    /// Entries of the journal that were appended here since they were filed, and whether that is being done.
    let unfiled = Mutex<(entries: Int, isRunning: Bool)>((0, false))
    /// The file, for messages.
    package let path: String

    private init(path: String, busyLimit: Double, pen: JournalPen?) throws {
        self.path = path
        pool = try Connections.pool(path, busyLimit: busyLimit)
        reports = try Connections.reports(path, busyLimit: busyLimit)
        watcher = try Connections.watcher(path, busyLimit: busyLimit)
        self.pen = pen
        writer = Writer(pool, pen: pen)
        reserve = DiskReserve(path: path)
    }

    /// Whether a message could be kept now; throws `full` when not.
    package func checkRoom() async throws(StoreFailure) { try await reserveRoom(for: AcceptedMessage.chunkSize) }

    /// Makes a store in a folder and opens it. Its journal key comes from `random` and is sealed by the vault.
    package static func create(
        at folder: String, vault: Vault, random: @escaping RandomBytes, busyLimit: Double = 5
    ) async throws(StoreFailure) -> SQLiteStore {
        try await Connections.aside {
            let folder = StoreFolder(folder)
            if folder.exists(folder.file) { throw StoreFailure.conflict("there is a store at \(folder.file) already") }
            try folder.make()
            try folder.checkDisk()
            try folder.makeUnfinishedFile()
            let pool = try Connections.pool(folder.unfinished, busyLimit: busyLimit)
            try Schema.migrator.migrate(pool)
            let sealed = try vault.seal(Secret(random(JournalPen.keySize)), for: JournalPen.keyName)
            try pool.write { try Transaction($0).put(sealed, as: JournalPen.keyName) }
            try pool.close()
            try folder.finish()
        }
        return try await open(at: folder, vault: vault, random: random, busyLimit: busyLimit)
    }

    /// Opens a store, bringing an older schema up to date. Without a vault everything can be read, and nothing that needs a journal line can be written.
    /// `busyLimit`: seconds to wait while another process writes. `upgrading` hears how far that has come.
    package static func open(
        at folder: String, vault: Vault?, random: @escaping RandomBytes, busyLimit: Double = 5,
        upgrading: @escaping @Sendable (StoreUpgrade) -> Void = { _ in }
    ) async throws(StoreFailure) -> SQLiteStore {
        try await Connections.aside {
            let folder = StoreFolder(folder)
            try folder.checkReadable()
            try folder.checkDisk()
            let pen = try prepare(folder.file, vault: vault, random: random, busyLimit: busyLimit, upgrading)
            return try SQLiteStore(path: folder.file, busyLimit: busyLimit, pen: pen)
        }
    }

    /// Looks before it touches: a file that is not ours is not put in WAL mode, let alone migrated.
    private static func prepare(
        _ path: String, vault: Vault?, random: @escaping RandomBytes, busyLimit: Double,
        _ upgrading: @escaping @Sendable (StoreUpgrade) -> Void
    ) throws -> JournalPen? {
        let isCurrent = try look(at: path, busyLimit: busyLimit) { database in
            try Schema.check(database, path: path)
            return try Schema.migrator.hasCompletedMigrations(database)
        }
        if !isCurrent {
            let pool = try Connections.pool(path, busyLimit: busyLimit)
            try StoreUpgrade.run(pool, upgrading)
            try pool.close()
        }
        guard let vault else { return nil }
        return try look(at: path, busyLimit: busyLimit) { database in
            let transaction = Transaction(database)
            if let key = try transaction.sealingKey(), !vault.use(key) { throw StoreFailure.wrongKey }
            return try JournalPen.open(transaction, vault: vault, random: random)
        }
    }

    private static func look<Value>(at path: String, busyLimit: Double, _ read: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path, configuration: Connections.configuration(busyLimit: busyLimit))
        let value = Result { try queue.read(read) }
        try queue.close()
        return try value.get()
    }

    /// Finishes the writes that wait, then lets go of the file.
    package func close() async throws(StoreFailure) {
        await writer.stop()
        try await Connections.aside { [pool, reports, watcher] in
            try watcher.close()
            try reports.close()
            try pool.close()
        }
    }

    package var statistics: Statistics { writer.statistics }

    package func dataVersion() async throws(StoreFailure) -> Int64 {
        let result: Result<Int64, StoreFailure> = await withCheckedContinuation { done in
            watcher.asyncRead { database in
                done.resume(
                    returning: Result {
                        try Transaction(try database.get()).first("PRAGMA data_version") { try $0.integer() } ?? 0
                    }.mapError { StoreFailure($0) })
            }
        }
        return try result.get()
    }
}

extension SQLiteStore {
    /// Entries as their rows have them, made before anybody waits for the writer.
    func lines(_ entries: [JournalEntry]) throws(StoreFailure) -> [JournalLine] {
        guard !entries.isEmpty else { return [] }
        guard let pen else { throw JournalPen.missing }
        return entries.map(pen.line)
    }

    /// Joins the next commit; returns when it is durable. `size`: octets of content. `isPatient`: it may wait for company.
    func write<Answer: Sendable>(
        size: Int = 0, isPatient: Bool = false, _ work: @escaping @Sendable (Transaction) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            writer.add(
                Writer.Job(size: size, isPatient: isPatient) { transaction in
                    let answer = try work(transaction)
                    return { done.resume(returning: .success(answer)) }
                } fail: { failure in
                    done.resume(returning: .failure(failure))
                })
        }
        return try result.get()
    }

    /// One snapshot of the store, beside the writer: what sending needs, and what is as short. Not `pool.read`, whose cancellation would make "cancelled" look like a broken store.
    func read<Answer: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Answer) async throws(StoreFailure) -> Answer {
        try await Self.read(pool, work)
    }

    /// One snapshot for a list, a search or a sum, which may take as long as it likes.
    func report<Answer: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Answer) async throws(StoreFailure) -> Answer {
        try await Self.read(reports, work)
    }

    private static func read<Answer: Sendable>(
        _ pool: DatabasePool, _ work: @escaping @Sendable (Transaction) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            pool.asyncRead { database in
                done.resume(returning: Result { try work(Transaction(try database.get())) }.mapError { StoreFailure($0) })
            }
        }
        return try result.get()
    }
}
