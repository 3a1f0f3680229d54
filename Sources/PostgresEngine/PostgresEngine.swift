internal import Foundation
internal import Relay
internal import Store
internal import Synchronization

/// A schema in a PostgreSQL database. Several processes may use it, on one machine or many.
final class PostgresEngine: Engine {
    let address: PostgresAddress
    /// What sending reads is short; four at a time are plenty, and so are four who look at long lists.
    private let readers = Crew("Postgres reader", most: 4)
    private let reporters = Crew("Postgres reporter", most: 4)
    /// Only the writer's thread touches it, and whoever closes the store once that has ended.
    private nonisolated(unsafe) var writing: PostgresConnection?
    private let writer = WriterRow()
    private let right: PostgresServiceRight
    private let time = DatabaseClock()

    init(_ address: PostgresAddress) {
        self.address = address
        right = PostgresServiceRight(address, writer)
    }

    var place: String { address.place }

    var clock: (@Sendable () -> Date?)? { { [time] in time.now } }
    /// Seconds: a server that was promoted is found within them, and whoever hands mail over waits no longer.
    let patience: Double? = 20
    var isThere: Bool { writing?.isAlive == true }
    var service: (any ServiceRight)? { right }

    /// A connection that was lost is made again, and what met another's change is tried again: nothing of either was carried out.
    func write<Answer>(_ work: (any Connection) throws -> Answer) throws -> Answer {
        var tries = 0
        while true {
            tries += 1
            let isNew = writing?.isAlive != true
            let connection = if let writing, !isNew { writing } else { try PostgresConnection(address, isQuick: true) }
            writing = connection
            do {
                if isNew { connection.mark(as: try writer.name(connection), of: writer, at: address) }
                return try work(connection)
            } catch {
                if connection.isInTransaction { try? connection.rollback() }  // why it failed is told
                let isWorthIt = tries < 3 && !(error is UnknownCommit) && (error as? StoreFailure == .busy || !connection.isAlive && !isNew)
                guard isWorthIt else { throw error }
            }
        }
    }

    func read<Answer: Sendable>(
        isLong: Bool, _ work: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            let isTaken = (isLong ? reporters : readers).add { [address] connection in
                done.resume(returning: Self.read(address, &connection, isQuick: !isLong, work))
            }
            if !isTaken { done.resume(returning: .failure(.unavailable("the store is closed"))) }
        }
        return try result.get()
    }

    /// A connection that was lost is made again, once: whoever reads twice does no harm.
    private static func read<Answer>(
        _ address: PostgresAddress, _ kept: inout PostgresConnection?, isQuick: Bool, _ work: (any Connection) throws -> Answer
    ) -> Result<Answer, StoreFailure> {
        while true {
            let isNew = kept?.isAlive != true
            do {
                let connection = if let kept, !isNew { kept } else { try PostgresConnection(address, isQuick: isQuick) }
                kept = connection
                try connection.beginReading()
                do {
                    let answer = try work(connection)
                    try connection.endReading()
                    return .success(answer)
                } catch {
                    if connection.isAlive { try connection.rollback() }
                    throw error
                }
            } catch {
                if isNew || kept?.isAlive == true { return .failure(StoreFailure(error)) }
            }
        }
    }

    /// Any commit of anybody's moves it: which transactions there are to be seen is another set then.
    func version() async throws(StoreFailure) -> Int64 {
        let clock = time
        return try await read(isLong: false) { connection in
            var version: Int64 = 0
            let begun = DatabaseClock.uptime()
            try connection.rows(
                "SELECT hashtextextended(pg_current_snapshot()::text, 0), (extract(epoch FROM clock_timestamp()) * 1000)::bigint", [],
                areMany: false
            ) { rows in
                guard try rows.next() else { return }
                version = rows.integer(0)
                clock.set(to: rows.integer(1), between: begun, and: DatabaseClock.uptime())
            }
            return version
        }
    }

    /// Whoever runs the database sees to its disk; a full one says so when it is written.
    func checkRoom(for octets: Int) {}

    func close() async {
        await readers.close()
        await reporters.close()
        await right.close()
        writing?.unmark()
        writing = nil
    }
}

/// What time it is where the database is: what decides between several must not depend on whose clock goes wrong.
final class DatabaseClock: Sendable {
    private struct Reading {
        /// Milliseconds since 1970 there, less the ones since this machine started.
        var offset: Int64
        var error: Int64
    }

    private let reading = Mutex<Reading?>(nil)

    /// Milliseconds since this machine started, sleep included: nobody sets this clock.
    static func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// A question and its answer say what time it was somewhere between. A better reading stays, unless the clock there was set meanwhile.
    func set(to time: Int64, between asked: Int64, and answered: Int64) {
        let new = Reading(offset: time - (asked + answered) / 2, error: (answered - asked) / 2 + 1)
        reading.withLock { reading in
            if let old = reading, old.error < new.error, abs(old.offset - new.offset) <= old.error + new.error { return }
            reading = new
        }
    }

    /// nil: it was not asked yet.
    var now: Date? {
        reading.withLock { reading in
            reading.map { Date(timeIntervalSince1970: Double(Self.uptime() + $0.offset) / 1000) }
        }
    }
}
