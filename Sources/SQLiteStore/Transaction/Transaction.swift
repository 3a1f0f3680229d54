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
    func run(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        statements += 1
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
        return database.changesCount
    }

    var lastNumber: Int64 { database.lastInsertedRowID }

    func first<Value>(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout Columns) throws -> Value) throws -> Value? {
        statements += 1
        let statement = try database.cachedStatement(sql: sql)
        guard let row = try Row.fetchOne(statement, arguments: arguments) else { return nil }
        var columns = Columns(row)
        return try read(&columns)
    }

    func all<Value>(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout Columns) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try each(sql, arguments) { columns in values.append(try read(&columns)) }
        return values
    }

    func each(_ sql: String, _ arguments: StatementArguments = [], _ read: (inout Columns) throws -> Void) throws {
        let rows = try cursor(sql, arguments)
        while let row = try rows.next() {
            var columns = Columns(row)
            try read(&columns)
        }
    }

    /// Until `read` says that it has enough.
    func eachUntil(_ sql: String, _ arguments: StatementArguments, _ read: (inout Columns) throws -> Bool) throws {
        let rows = try cursor(sql, arguments)
        while let row = try rows.next() {
            var columns = Columns(row)
            guard try read(&columns) else { return }
        }
    }

    /// Rows one at a time, for tables that may be big. Two cursors over the same text at once would disturb each other: nobody opens them.
    func cursor(_ sql: String, _ arguments: StatementArguments = []) throws -> RowCursor {
        try Row.fetchCursor(try prepared(sql), arguments: arguments)
    }

    /// About to be run once.
    func prepared(_ sql: String) throws -> Statement {
        statements += 1
        return try database.cachedStatement(sql: sql)
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

    func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
        try first(sql, arguments) { _ in true } ?? false
    }
}

extension [UInt8] {
    var data: Data { Data(self) }
}
