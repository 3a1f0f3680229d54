internal import Foundation
internal import Relay

/// One transaction of the database, reading or writing, through which every statement goes: prepared once per connection, and counted.
/// A class because a batch shares one, with the journal's head; it never leaves the thread that the transaction runs on.
final class Transaction {
    private let connection: any Connection
    let pen: JournalPen?
    /// For the budgets, which count statements.
    private(set) var statements = 0
    /// The end of the chain, read inside this transaction and kept for the entries that follow.
    var head: JournalHead?
    /// Which directory and conditions there are, likewise.
    private(set) var moment: StoreMoment?
    /// It wrote what makes another moment of it.
    private var hasMoved = false
    /// Whoever waits for this transaction wants to know its moment.
    var needsMoment = false
    /// Head and moment, asked and not looked at.
    var bearings: (any LaterRows)?
    /// What is to be appended to the journal.
    var lines: [JournalLine] = []
    /// Of all jobs since the last savepoint.
    var sums = Sums()
    /// What is written down already of when clients were here: once a day each.
    let knownDays: [ClientID: Int64]
    private(set) var writtenDays: [ClientID: Int64] = [:]

    init(_ connection: any Connection, pen: JournalPen? = nil, knownDays: [ClientID: Int64] = [:]) {
        self.connection = connection
        self.pen = pen
        self.knownDays = knownDays
    }

    var dialect: Dialect { connection.dialect }

    /// What went wrong may be told by a later statement; nobody waits for this one.
    func run(_ sql: String, _ values: Values = []) throws {
        statements += 1
        try connection.run(sql, values, nil)
    }

    /// Likewise, of a statement that changes so many rows, or something is wrong.
    func run(_ sql: String, _ values: Values, changing count: Int, otherwise failure: StoreFailure) throws {
        statements += 1
        try connection.run(sql, values, ExpectedRows(count: count, otherwise: failure))
    }

    /// Asks, and goes on; whoever looks at the answer waits for it.
    func ask(_ sql: String, _ values: Values = []) throws -> any LaterRows {
        statements += 1
        return try connection.ask(sql, values)
    }

    /// Returns the number of rows that were changed.
    func change(_ sql: String, _ values: Values = []) throws -> Int {
        statements += 1
        return try connection.change(sql, values)
    }

    func first<Value>(_ sql: String, _ values: Values = [], _ read: (inout Columns) throws -> Value) throws -> Value? {
        var found: Value?
        try eachUntil(sql, values) { columns in
            found = try read(&columns)
            return false
        }
        return found
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
        statements += 1
        try connection.rows(sql, values, areMany: false) { rows in
            while try rows.next() {
                var columns = Columns(rows)
                guard try read(&columns) else { return }
            }
        }
    }

    /// Rows one at a time, for tables that may be big.
    func rows<Answer>(_ sql: String, _ values: Values = [], _ use: (any Rows) throws -> Answer) throws -> Answer {
        statements += 1
        var answer: Answer?
        try connection.rows(sql, values, areMany: true) { answer = try use($0) }
        guard let answer else { preconditionFailure("a connection lends its rows or throws") }
        return answer
    }

    /// Keeps what the work wrote; where it answers nil or throws, nothing of it.
    func committing<Answer>(_ work: () throws -> Answer?) throws -> Answer? {
        statements += 2
        return try connection.committing(work)
    }

    /// Keeps what the work wrote until the commit; where it throws, nothing of it.
    func apart<Answer>(_ work: () throws -> Answer) throws -> Answer {
        statements += 2
        try connection.beginSavepoint()
        do {
            let answer = try work()
            try connection.releaseSavepoint()
            return answer
        } catch {
            // What was appended is gone with the savepoint.
            forget()
            if connection.isInTransaction { try connection.rollbackToSavepoint() }
            throw error
        }
    }

    var isInTransaction: Bool { connection.isInTransaction }

    /// What the work answers, when nothing it wrote stays.
    func undoing<Answer>(_ work: () throws -> Answer) throws -> Answer {
        let before = (sums, lines)
        // What was appended goes with the savepoint.
        defer {
            forget()
            (sums, lines) = before
        }
        statements += 2
        try connection.beginSavepoint()
        let answer = Result { try work() }
        if connection.isInTransaction { try connection.rollbackToSavepoint() }
        return try answer.get()
    }

    /// What was read or is to be written, since what it is of is undone.
    func forget() {
        (head, moment, bearings) = (nil, nil, nil)
        sums = Sums()
        writtenDays = [:]
        lines = []
    }

    /// What is written many at once. Before a commit, and before a savepoint ends.
    func finish() throws {
        try writeLines()
        try sums.write(to: self)
        writtenDays.merge(sums.days, uniquingKeysWith: max)
        sums = Sums()
        if needsMoment { _ = try currentMoment() }
    }

    func stands(at moment: StoreMoment) { if self.moment == nil, !hasMoved { self.moment = moment } }

    /// Directory or conditions are others from now on.
    func moves() { (moment, hasMoved) = (nil, true) }

    func currentMoment() throws -> StoreMoment {
        if let moment { return moment }
        if bearings != nil, !hasMoved { return try takeBearings().moment }
        let known = try revisions()
        let moment = StoreMoment(edition: known.edition, revision: known.revision)
        self.moment = moment
        return moment
    }

    func giveBack() throws -> (isDone: Bool, octets: Int) {
        statements += 1
        return try connection.giveBack()
    }

    func exists(_ sql: String, _ values: Values) throws -> Bool {
        try first(sql, values) { _ in true } ?? false
    }
}
