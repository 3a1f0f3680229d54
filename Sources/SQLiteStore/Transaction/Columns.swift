internal import Foundation
internal import GRDBSQLite
internal import Mail
internal import Relay

/// Reads a row from left to right. Whatever does not fit its type is a damaged store, never a crash.
struct Columns {
    private let statement: OpaquePointer
    private var index: Int32 = 0

    init(_ statement: OpaquePointer) { self.statement = statement }

    mutating func skip() { index += 1 }

    mutating func text() throws -> String { try required(optionalText()) }
    mutating func integer() throws -> Int64 { try required(optionalInteger()) }

    mutating func optionalText() throws -> String? {
        guard let column = next() else { return nil }
        return String(decoding: Self.octets(statement, column), as: UTF8.self)
    }

    /// Of a text as SQLite has them; good until the next row.
    static func octets(_ statement: OpaquePointer, _ column: Int32) -> UnsafeBufferPointer<UInt8> {
        // The text first: only then the length is that of the text in UTF-8 (sqlite.org/c3ref/column_blob.html).
        let text = sqlite3_column_text(statement, column)
        return UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
    }

    mutating func optionalInteger() throws -> Int64? {
        guard let column = next() else { return nil }
        guard sqlite3_column_type(statement, column) == SQLITE_INTEGER else { throw misfit(column, "no whole number") }
        return sqlite3_column_int64(statement, column)
    }

    mutating func real() throws -> Double {
        let column = try required(next())
        guard [SQLITE_INTEGER, SQLITE_FLOAT].contains(sqlite3_column_type(statement, column)) else { throw misfit(column, "no number") }
        return sqlite3_column_double(statement, column)
    }

    mutating func flag() throws -> Bool { try integer() != 0 }
    mutating func date() throws -> Date { Date(milliseconds: try integer()) }
    mutating func optionalDate() throws -> Date? { try optionalInteger().map { Date(milliseconds: $0) } }

    mutating func bytes() throws -> [UInt8] { try required(optionalBytes()) }

    mutating func optionalBytes() throws -> [UInt8]? {
        guard let column = next() else { return nil }
        let bytes = sqlite3_column_blob(statement, column)
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    mutating func choice<Choice: RawRepresentable<String>>(_: Choice.Type = Choice.self) throws -> Choice {
        try Self.choice(text())
    }

    mutating func optionalChoice<Choice: RawRepresentable<String>>(_: Choice.Type = Choice.self) throws -> Choice? {
        try optionalText().map { try Self.choice($0) }
    }

    mutating func address() throws -> EmailAddress { try Self.address(text()) }
    mutating func optionalAddress() throws -> EmailAddress? { try optionalText().map { try Self.address($0) } }
    mutating func account() throws -> Account { Account(provider: ProviderID(trusted: try text()), login: try text()) }
    mutating func list() throws -> [String] { try ListText.read(text()) }

    mutating func pattern() throws -> AddressPattern {
        let text = try text()
        do { return try AddressPattern(text) } catch { throw StoreFailure.damaged("\(text) is no pattern: \(error)") }
    }

    /// The next column; nil: NULL stands there.
    private mutating func next() -> Int32? {
        defer { index += 1 }
        return sqlite3_column_type(statement, index) == SQLITE_NULL ? nil : index
    }

    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw misfit(index - 1, "nothing") }
        return value
    }

    private func misfit(_ column: Int32, _ what: String) -> StoreFailure {
        .damaged("a row cannot be read: column \(column) has \(what)")
    }

    static func choice<Choice: RawRepresentable<String>>(_ text: String) throws -> Choice {
        guard let choice = Choice(rawValue: text) else { throw StoreFailure.damaged("\(text) is no \(Choice.self)") }
        return choice
    }

    static func address(_ text: String) throws -> EmailAddress {
        do { return try EmailAddress(text) } catch { throw StoreFailure.damaged("\(text) is no address: \(error)") }
    }
}

/// Times are kept as whole milliseconds since 1970: comparable in SQL, and the same number that the journal's chain holds.
extension Date {
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}
