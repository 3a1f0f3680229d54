internal import GRDB
internal import Relay
internal import Store
internal import struct FoundationEssentials.Date

/// One SQLite file, with one connection that writes and some that read, on dispatch threads. Two processes may have it open.
final class SQLiteEngine: Engine {
    let place: String
    let pool: DatabasePool
    private let reports: DatabasePool
    private let watcher: DatabaseQueue
    private let reserve: DiskReserve

    init(path: String, busyLimit: Double) throws {
        place = path
        pool = try Connections.pool(path, busyLimit: busyLimit)
        reports = try Connections.reports(path, busyLimit: busyLimit)
        watcher = try Connections.watcher(path, busyLimit: busyLimit)
        reserve = DiskReserve(path: path)
    }

    let isThere = true
    let patience: Double? = nil
    let clock: (@Sendable () -> Date?)? = nil
    let service: (any ServiceRight)? = nil

    func write<Answer>(_ work: (any Connection) throws -> Answer) throws -> Answer {
        do {
            return try pool.writeWithoutTransaction { try work(SQLiteConnection($0)) }
        } catch let error as UnknownCommit { throw error } catch { throw StoreFailure(sqlite: error) }
    }

    func read<Answer: Sendable>(
        isLong: Bool, _ work: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        try await Self.asking(isLong ? reports : pool, work)
    }

    /// Not GRDB's `read`, whose cancellation would make "cancelled" look like a broken store.
    private static func asking<Answer: Sendable>(
        _ reader: some DatabaseReader, _ work: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            reader.asyncRead { database in
                done.resume(returning: Result { try work(SQLiteConnection(try database.get())) }.mapError { StoreFailure(sqlite: $0) })
            }
        }
        return try result.get()
    }

    func version() async throws(StoreFailure) -> Int64 {
        try await Self.asking(watcher) { connection in
            var version: Int64 = 0
            try connection.rows("PRAGMA data_version", [], areMany: false) { rows in if try rows.next() { version = rows.integer(0) } }
            return version
        }
    }

    func checkRoom(for octets: Int) async throws(StoreFailure) {
        switch reserve.room(for: octets) {
        case .enough: return
        case .none: throw .full
        case .within(let missing):
            let free = try await Self.asking(pool) { try ($0 as? SQLiteConnection)?.freeOctets() ?? 0 }
            guard free >= missing else { throw .full }
        }
    }

    func close() async throws(StoreFailure) {
        try await Connections.aside { [pool, reports, watcher] in
            try watcher.close()
            try reports.close()
            // Who closes last takes the log over into the file, and only the connection that writes can.
            pool.invalidateReadOnlyConnections()
            try pool.close()
        }
    }
}
