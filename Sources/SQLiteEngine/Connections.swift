internal import Foundation
internal import GRDB
internal import Relay
internal import Store

/// Opens the database with the settings that every connection of a store has.
enum Connections {
    /// Seconds between two looks whether another process still writes.
    private static let pause = 0.001

    static func configuration(busyLimit: Double) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // SQLite itself waits longer each time, up to a tenth of a second: who writes in many short transactions would keep others out with gaps that are
        // long enough for them.
        configuration.busyMode = .callback { tries in
            guard Double(tries) * pause < busyLimit else { return false }
            Thread.sleep(forTimeInterval: pause)
            return true
        }
        configuration.label = "SQLiteEngine"
        // What sending reads is short; four at a time are plenty on machines that run one service.
        configuration.maximumReaderCount = 4
        return configuration
    }

    static func pool(_ path: String, busyLimit: Double) throws -> DatabasePool {
        var configuration = configuration(busyLimit: busyLimit)
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            // Only an empty file takes this; afterwards pages that were freed are given back in small steps instead of by a long VACUUM.
            // Said again it is a write, which a reader on a full disk could not do and the service would take for a change.
            let isSet = try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2
            if !isSet { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL with WAL mode, which loses the last commits when the power fails: 250 would be a lie.
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // Savepoints keep the pages they may have to bring back: in memory, not in a file. A batch has at most some 4 MiB of them.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // 16 MiB, so that a batch and the indexes it touches are not written out before their commit.
            try database.execute(sql: "PRAGMA cache_size = -16384")
        }
        return pool
    }

    /// Connections of their own for what people look at: a search through the journal may take minutes, and mail must not wait for one of them.
    static func reports(_ path: String, busyLimit: Double) throws -> DatabasePool {
        var configuration = configuration(busyLimit: busyLimit)
        configuration.readonly = true
        return try DatabasePool(path: path, configuration: configuration)
    }

    /// A connection that only ever asks whether others have committed.
    static func watcher(_ path: String, busyLimit: Double) throws -> DatabaseQueue {
        var configuration = configuration(busyLimit: busyLimit)
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Runs what blocks outside Swift's few cooperative threads.
    static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws(StoreFailure) -> Value {
        let result: Result<Value, StoreFailure> = await withCheckedContinuation { done in
            DispatchQueue.global().async {
                done.resume(returning: Result { try work() }.mapError { StoreFailure(sqlite: $0) })
            }
        }
        return try result.get()
    }
}
