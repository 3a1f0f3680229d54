internal import GRDB
internal import GRDBSQLite

/// A prepared statement as it is gone through, step by step. SQLite is asked itself: a message passes some twenty statements, and what a library puts around each
/// would cost as much as the statement.
struct Rows {
    fileprivate let statement: SQLiteStatement

    /// Binds values, and lets go of them when `use` ends: nothing is copied, so what is bound stays where it is until then.
    static func with<Answer>(_ prepared: Statement, _ values: Values, _ use: (Rows) throws -> Answer) throws -> Answer {
        let statement = prepared.sqliteStatement
        precondition(sqlite3_bind_parameter_count(statement) == values.all.count, "a value for each question mark: \(prepared.sql)")
        return try bind(values.all[...], to: statement, at: 1) {
            defer { letGo(statement) }
            return try use(Rows(statement: statement))
        }
    }

    private static func letGo(_ statement: SQLiteStatement) {
        // What went wrong was told by the step; this only tells it again.
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private static var emptyText: UnsafePointer<CChar> {
        UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private static func bind<Answer>(
        _ values: ArraySlice<StoredValue?>, to statement: SQLiteStatement, at place: Int32, _ use: () throws -> Answer
    ) throws -> Answer {
        guard let first = values.first else { return try use() }
        let rest = values.dropFirst()
        func bound(_ code: Int32) throws -> Answer {
            guard code == SQLITE_OK else {
                defer { letGo(statement) }
                throw failure(code, statement)
            }
            return try bind(rest, to: statement, at: place + 1, use)
        }
        switch first {
        case nil: return try bound(sqlite3_bind_null(statement, place))
        case .integer(let number): return try bound(sqlite3_bind_int64(statement, place, number))
        case .real(let number): return try bound(sqlite3_bind_double(statement, place, number))
        case .text(var text):
            return try text.withUTF8 { octets in
                // An empty text has no place in memory, and would be NULL there.
                guard let start = octets.baseAddress, !octets.isEmpty else {
                    return try bound(sqlite3_bind_text(statement, place, emptyText, 0, nil))
                }
                return try start.withMemoryRebound(to: CChar.self, capacity: octets.count) {
                    try bound(sqlite3_bind_text(statement, place, $0, Int32(octets.count), nil))
                }
            }
        case .bytes(let bytes):
            return try bytes.withUnsafeBytes { octets in
                guard let start = octets.baseAddress, !octets.isEmpty else { return try bound(sqlite3_bind_zeroblob(statement, place, 0)) }
                return try bound(sqlite3_bind_blob(statement, place, start, Int32(octets.count), nil))
            }
        }
    }

    /// False: there is no more.
    func next() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw Self.failure(code, statement)
        }
    }

    /// Of the row that `next` went to.
    var columns: Columns { Columns(statement) }

    /// Of the same, the octets of a text as SQLite has them; good until the next row.
    func octets(_ column: Int32) -> UnsafeBufferPointer<UInt8> { Columns.octets(statement, column) }

    func optionalOctets(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : octets(column)
    }

    func flag(_ column: Int32) -> Bool { sqlite3_column_int(statement, column) != 0 }

    private static func failure(_ code: Int32, _ statement: SQLiteStatement) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))))
    }
}
