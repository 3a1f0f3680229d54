internal import Foundation
internal import GRDB
internal import Relay

/// One transaction of the database, reading or writing, through which every statement goes: prepared once per connection, and counted.
/// A class because a batch shares one, with the journal's head; it never leaves the thread that the transaction runs on.
final class Transaction {
    private let database: Database
    let pen: JournalPen?
    /// For the budgets, which count statements.
    private(set) var statements = 0
    /// The end of the chain, read inside this transaction and kept for the entries that follow.
    var head: JournalHead?
    /// Which directory and conditions there are, likewise.
    var moment: StoreMoment?
    /// Of all jobs since the last savepoint.
    var sums = Sums()

    init(_ database: Database, pen: JournalPen? = nil) {
        self.database = database
        self.pen = pen
    }

    /// Returns the number of rows that were changed.
    @discardableResult
    func run(_ sql: String, _ values: Values = []) throws -> Int {
        try rows(sql, values) { while try $0.next() {} }
        return database.changesCount
    }

    var lastNumber: Int64 { database.lastInsertedRowID }

    func first<Value>(_ sql: String, _ values: Values = [], _ read: (inout Columns) throws -> Value) throws -> Value? {
        try rows(sql, values) { rows in
            guard try rows.next() else { return nil }
            var columns = rows.columns
            return try read(&columns)
        }
    }

    func all<Value>(_ sql: String, _ values: Values = [], _ read: (inout Columns) throws -> Value) throws -> [Value] {
        var found: [Value] = []
        try each(sql, values) { columns in found.append(try read(&columns)) }
        return found
    }

    func each(_ sql: String, _ values: Values = [], _ read: (inout Columns) throws -> Void) throws {
        try eachUntil(sql, values) { columns in
            try read(&columns)
            return true
        }
    }

    /// Until `read` says that it has enough.
    func eachUntil(_ sql: String, _ values: Values, _ read: (inout Columns) throws -> Bool) throws {
        try rows(sql, values) { rows in
            while try rows.next() {
                var columns = rows.columns
                guard try read(&columns) else { return }
            }
        }
    }

    /// Rows one at a time, for tables that may be big. Going through the same text twice at once would disturb both: nobody does.
    func rows<Answer>(_ sql: String, _ values: Values = [], _ use: (Rows) throws -> Answer) throws -> Answer {
        statements += 1
        return try Rows.with(database.cachedStatement(sql: sql), values, use)
    }

    /// Keeps what the work wrote; where it answers nil or throws, nothing of it.
    func committing<Answer>(_ work: () throws -> Answer?) throws -> Answer? {
        try run("BEGIN IMMEDIATE")
        do {
            let answer = try work()
            try run(answer == nil ? "ROLLBACK" : "COMMIT")
            return answer
        } catch {
            // On some errors SQLite has done it itself (lang_transaction.html, section 3.1), and whatever becomes of it, this is not the error to be told.
            if database.isInsideTransaction { _ = try? run("ROLLBACK") }
            throw error
        }
    }

    /// What the work answers, when nothing it wrote stays.
    func undoing<Answer>(_ work: () throws -> Answer) throws -> Answer {
        let before = sums
        // What was appended goes with the savepoint.
        defer {
            forget()
            sums = before
        }
        var answer: Answer?
        try database.inSavepoint {
            answer = try work()
            return .rollback
        }
        guard let answer else { preconditionFailure("GRDB runs the block of a savepoint or throws") }
        return answer
    }

    /// What was read or is to be written, since what it is of is undone.
    func forget() {
        (head, moment) = (nil, nil)
        sums = Sums()
    }

    /// Before a commit, and before a savepoint ends.
    func writeSums() throws {
        try sums.write(to: self)
        sums = Sums()
    }

    func exists(_ sql: String, _ values: Values) throws -> Bool {
        try first(sql, values) { _ in true } ?? false
    }
}
