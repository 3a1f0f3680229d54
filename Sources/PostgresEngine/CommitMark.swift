internal import Dispatch
internal import Foundation
internal import Relay
internal import Store
internal import Synchronization

/// The number that a commit leaves in its writer's row, by which it is looked up where the connection was lost in the middle of it: before anything is said of it.
struct CommitMark {
    let name: String
    let writer: WriterRow
    let address: PostgresAddress

    /// The number of the commit that begins.
    func next() -> Int64 { writer.next() }

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
        var last: Int64?
        try connection.rows("SELECT batch FROM writer WHERE name = ? FOR UPDATE", [name], areMany: false) { rows in
            if try rows.next() { last = rows.integer(0) }
        }
        return last == batch
    }
}

/// Who writes has a row in which each commit leaves its number. It goes with the right to serve, so that nothing is written by who has lost that.
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

    /// nil: nothing was written yet.
    var known: String? { made.withLock { $0 } }

    /// Makes it where it is missing.
    func name(_ connection: any Connection) throws -> String {
        try made.withLock { made in
            if let made { return made }
            var name = ""
            let sql = "INSERT INTO writer (name, batch, at) VALUES (gen_random_uuid()::text, 0, now()) RETURNING name"
            try connection.rows(sql, [], areMany: false) { rows in
                if try rows.next() { name = String(decoding: rows.text(0), as: UTF8.self) }
            }
            made = name
            return name
        }
    }
}
