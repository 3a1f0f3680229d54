internal import GRDB
internal import GRDBSQLite
internal import Relay
internal import Store

/// A prepared statement as it is gone through, step by step. SQLite is asked itself: a message passes some twenty statements, and what a library puts around each
/// would cost as much as the statement.
struct SQLiteRows: Rows {
    fileprivate let statement: SQLiteStatement

    /// Binds values, and lets go of them when `use` ends: nothing is copied, so what is bound stays where it is until then.
    static func with<Answer>(_ prepared: Statement, _ values: Values, _ use: (SQLiteRows) throws -> Answer) throws -> Answer {
        let statement = prepared.sqliteStatement
        precondition(sqlite3_bind_parameter_count(statement) == values.all.count, "a value for each question mark: \(prepared.sql)")
        return try bind(values.all[...], to: statement, at: 1) {
            defer { letGo(statement) }
            return try use(SQLiteRows(statement: statement))
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
        case .flag(let flag): return try bound(sqlite3_bind_int64(statement, place, flag ? 1 : 0))
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
    package func next() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw Self.failure(code, statement)
        }
    }

    package func kind(_ column: Int) -> ColumnKind? {
        switch sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .bytes
        default: nil
        }
    }

    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }
    package func real(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    package func text(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        // The text first: only then the length is that of the text in UTF-8 (sqlite.org/c3ref/column_blob.html).
        let text = sqlite3_column_text(statement, Int32(column))
        return UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, Int32(column))))
    }

    package func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(statement, Int32(column))
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column))))
    }

    private static func failure(_ code: Int32, _ statement: SQLiteStatement) -> StoreFailure {
        StoreFailure(
            sqlite: DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement)))))
    }
}
