internal import Foundation
internal import Relay
internal import Store
internal import struct FoundationEssentials.Date

/// The one row of `service`: who sends what is in this store. By the database's clock; each who takes it has a new term.
final class PostgresServiceRight: ServiceRight {
    /// Seconds that a term runs without being prolonged.
    static let term = 15
    private let address: PostgresAddress
    /// A connection of its own: it is prolonged however long a commit takes.
    private let crew = Crew("Postgres service", most: 1)

    private let writer: WriterRow

    init(_ address: PostgresAddress, _ writer: WriterRow) {
        self.address = address
        self.writer = writer
    }

    /// Also from a run of the same node on the same machine: the lock in the folder is ours, so that has ended.
    func take(_ holder: ServiceHolder) async throws(StoreFailure) -> ServiceTaking {
        try await asking { [writer] connection in
            let writer = try writer.name(connection)
            return try connection.committing { () -> ServiceTaking? in
                try connection.run("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' service', 0))", [], nil)
                let (found, isOver, before) = try Self.read(connection)
                if let found, !isOver, found.incarnation != holder.incarnation, (found.node, found.host) != (holder.node, holder.host) {
                    return .held(by: found)
                }
                // What its last owner has under way is waited for, and what comes behind that is refused.
                if let before, before != writer { try connection.run("DELETE FROM writer WHERE name = ?", [before], nil) }
                try connection.run(
                    """
                    INSERT INTO service (id, term, node, incarnation, host, writer, until)
                    VALUES (1, 1, ?1, ?2, ?3, ?4, clock_timestamp() + make_interval(secs => ?5))
                    ON CONFLICT (id) DO UPDATE SET term = service.term + 1, node = ?1, incarnation = ?2, host = ?3, writer = ?4,
                        until = clock_timestamp() + make_interval(secs => ?5)
                    """, [holder.node, holder.incarnation, holder.host, writer, Double(Self.term)], nil)
                return .taken(before: found?.incarnation == holder.incarnation ? nil : found)
            } ?? .taken(before: nil)
        }
    }

    func prolong(_ holder: ServiceHolder) async throws(StoreFailure) -> Bool {
        try await asking { connection in
            try connection.committing {
                // It need not outlive a primary: whoever takes over takes the store over.
                try connection.run("SET LOCAL synchronous_commit = local", [], nil)
                return try connection.change(
                    "UPDATE service SET until = clock_timestamp() + make_interval(secs => ?) WHERE incarnation = ?",
                    [Double(Self.term), holder.incarnation]) == 1
            } ?? false
        }
    }

    func drop(_ holder: ServiceHolder) async throws(StoreFailure) {
        try await asking { connection in
            _ = try connection.committing { try connection.change("DELETE FROM service WHERE incarnation = ?", [holder.incarnation]) }
        }
    }

    func holder() async throws(StoreFailure) -> ServiceHolder? {
        try await asking { connection in
            let (holder, isOver, _) = try Self.read(connection)
            return isOver ? nil : holder
        }
    }

    private static func read(_ connection: PostgresConnection) throws -> (holder: ServiceHolder?, isOver: Bool, writer: String?) {
        var found: (ServiceHolder?, Bool, String?) = (nil, true, nil)
        let sql = """
            SELECT node, incarnation, host, writer, until < clock_timestamp(), (extract(epoch FROM until) * 1000)::bigint FROM service
            """
        try connection.rows(sql, [], areMany: false) { rows in
            guard try rows.next() else { return }
            func text(_ column: Int) -> String { String(decoding: rows.text(column), as: UTF8.self) }
            let until = Date(timeIntervalSince1970: Double(rows.integer(5)) / 1000)
            found = (
                ServiceHolder(node: text(0), incarnation: text(1), host: text(2), until: until), rows.integer(4) != 0, text(3)
            )
        }
        return found
    }

    private func asking<Answer: Sendable>(
        _ work: @escaping @Sendable (PostgresConnection) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            let isTaken = crew.add { [address] kept in
                done.resume(
                    returning: Result {
                        let connection = if let kept, kept.isAlive { kept } else { try PostgresConnection(address) }
                        kept = connection
                        return try work(connection)
                    }.mapError { StoreFailure($0) })
            }
            if !isTaken { done.resume(returning: .failure(.unavailable("the store is closed"))) }
        }
        return try result.get()
    }

    func close() async { await crew.close() }
}
