internal import Dispatch
internal import Foundation
internal import Relay
internal import Store
internal import Synchronization

/// The row that a commit leaves, by which it is looked up where the connection was lost in the middle of it: before anything is said of it.
struct CommitMark {
    let name: String
    let writer: WriterRow
    let address: PostgresAddress

    /// Commits whose rows stay. What became of one is found out before the next begins.
    private static let kept: Int64 = 256

    /// Leaves it in the transaction that has begun: only while the writer has its row, which nobody can remove before the commit.
    func leave(in connection: PostgresConnection) throws {
        let batch = writer.next()
        try connection.run(
            "INSERT INTO commitMark (writer, batch) SELECT name, ? FROM writer WHERE name = ? FOR KEY SHARE", [batch, name],
            ExpectedRows(count: 1, otherwise: .unavailable("another service has taken this store over")))
        guard batch.isMultiple(of: Self.kept) else { return }
        try connection.run(
            "DELETE FROM commitMark WHERE writer = ? AND batch BETWEEN ? AND ?", [name, batch - 2 * Self.kept, batch - Self.kept], nil)
        try connection.run("UPDATE writer SET at = now() WHERE name = ?", [name], nil)
    }

    /// Nobody asks any more what became of its commits. What others left when they ended otherwise goes in a day.
    func remove(from connection: PostgresConnection) throws {
        let old = "at < now() - interval '1 day' AND name NOT IN (SELECT writer FROM service)"
        try connection.run("DELETE FROM writer WHERE name = ? OR \(old)", [name], nil)
        _ = try connection.change("DELETE FROM commitMark WHERE writer NOT IN (SELECT name FROM writer)", [])
    }

    /// Seconds that a server which was promoted, or comes up again, is waited for.
    private static let patience: Double = 15
    private static let pause: Double = 0.2

    /// Asks until there is somebody to ask. Throws `UnknownCommit` when nobody is for too long.
    func wasCarriedOutAtLast(orElse failure: StoreFailure) throws -> Bool {
        let (batch, end) = (writer.last, DispatchTime.now() + Self.patience)
        while true {
            do { return try wasCarriedOut(batch, PostgresConnection(address)) } catch {
                guard DispatchTime.now() < end else {
                    let mark = self
                    throw UnknownCommit("\(failure); what became of the commit is not known") { connection in
                        guard let connection = connection as? PostgresConnection else {
                            preconditionFailure("an engine lends its own connections")
                        }
                        return try mark.wasCarriedOut(batch, connection)
                    }
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
    }

    /// The row is locked for it: a server process that is still at the commit is waited for.
    private func wasCarriedOut(_ batch: Int64, _ connection: PostgresConnection) throws -> Bool {
        try connection.run("SELECT 1 FROM writer WHERE name = ? FOR UPDATE", [name], nil)
        var isThere = false
        try connection.rows("SELECT 1 FROM commitMark WHERE writer = ? AND batch = ?", [name, batch], areMany: false) { rows in
            isThere = try rows.next()
        }
        return isThere
    }
}

/// Who writes has a row that each of its commits needs. It goes with the right to serve, so that nothing is written by who has lost that.
final class WriterRow: Sendable {
    private let made = Mutex<String?>(nil)
    private let batches = Mutex<Int64>(0)

    /// Commits are numbered across connections: one that was cut off is not taken for another.
    func next() -> Int64 {
        batches.withLock { last in
            last += 1
            return last
        }
    }

    var last: Int64 { batches.withLock { $0 } }

    /// Makes it where it is missing.
    func name(_ connection: any Connection) throws -> String {
        try made.withLock { made in
            if let made { return made }
            var name = ""
            let sql = "INSERT INTO writer (name, at) VALUES (gen_random_uuid()::text, now()) RETURNING name"
            try connection.rows(sql, [], areMany: false) { rows in
                if try rows.next() { name = String(decoding: rows.text(0), as: UTF8.self) }
            }
            made = name
            return name
        }
    }
}
