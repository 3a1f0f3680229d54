internal import GRDB
internal import Relay
internal import Store

/// One of GRDB's connections, as long as it lends it. Each statement is carried out when it is asked for.
final class SQLiteConnection: Connection {
    private let database: Database

    init(_ database: Database) { self.database = database }

    var dialect: Dialect { Self.dialect }
    var isInTransaction: Bool { database.isInsideTransaction }

    func begin() throws { try step("BEGIN IMMEDIATE") }
    func commit() throws { try step("COMMIT") }
    func rollback() throws { try step("ROLLBACK") }
    func beginSavepoint() throws { try step("SAVEPOINT part") }
    func releaseSavepoint() throws { try step("RELEASE part") }

    func rollbackToSavepoint() throws {
        try step("ROLLBACK TO part")
        try step("RELEASE part")
    }

    private func step(_ sql: String) throws { _ = try change(sql, []) }

    func run(_ sql: String, _ values: Values, _ expected: ExpectedRows?) throws {
        let count = try change(sql, values)
        if let expected, count != expected.count { throw expected.otherwise }
    }

    func change(_ sql: String, _ values: Values) throws -> Int {
        try rows(sql, values, areMany: false) { while try $0.next() {} }
        return database.changesCount
    }

    func rows(_ sql: String, _ values: Values, areMany: Bool, _ use: (any Rows) throws -> Void) throws {
        let statement: Statement
        do { statement = try database.cachedStatement(sql: sql) } catch { throw StoreFailure(sqlite: error) }
        try SQLiteRows.with(statement, values, use)
    }

    func ask(_ sql: String, _ values: Values) -> any LaterRows { LaterQuestion(connection: self, sql: sql, values: values) }

    /// Asked when it is looked at: nobody waits here.
    private struct LaterQuestion: LaterRows {
        let connection: SQLiteConnection
        let sql: String
        let values: Values

        func rows(_ use: (any Rows) throws -> Void) throws { try connection.rows(sql, values, areMany: false, use) }
    }

    private static let dialect = Dialect(
        texts: { "json_each(\($0))" }, numbers: { "json_each(\($0))" }, lists: { "json_each(\($0))" }, greatest: "max", least: "min",
        position: "instr", lastNumber: "last_insert_rowid()", skippingLocked: "", lockJournal: nil, behindCopy: [])
}

/// Room in the file.
extension SQLiteConnection {
    /// Pages per transaction: a few milliseconds, so other writers hardly notice.
    private static let step = 500
    /// Free pages that stay in the file, 4 MiB: new mail takes them at once.
    private static let pagesKept: Int64 = 1000

    /// Pages at the file's end go back to the disk, as many as are free beyond a few.
    func giveBack() throws -> (isDone: Bool, octets: Int) {
        let free = try number("PRAGMA freelist_count")
        guard free > Self.pagesKept else { return (true, 0) }
        let size = try number("PRAGMA page_size")
        try rows("PRAGMA incremental_vacuum(\(Self.step))", [], areMany: false) { while try $0.next() {} }
        let left = try number("PRAGMA freelist_count")
        return (left <= Self.pagesKept || left >= free, Int(max(0, free - left) * size))
    }

    /// Octets that are free within the file.
    func freeOctets() throws -> Int64 {
        try number("SELECT f.freelist_count * p.page_size FROM pragma_freelist_count f, pragma_page_size p")
    }

    private func number(_ sql: String) throws -> Int64 {
        var number: Int64 = 0
        try rows(sql, [], areMany: false) { rows in if try rows.next() { number = rows.integer(0) } }
        return number
    }
}
