internal import Foundation
internal import GRDB
internal import Mail
internal import Relay

/// Reads a row from left to right. Whatever does not fit its type is a damaged store, never a crash: GRDB's own subscripts would trap.
struct Columns {
    private let row: Row
    private var index = 0

    init(_ row: Row) { self.row = row }

    mutating func skip() { index += 1 }

    mutating func text() throws -> String { try next() }
    mutating func optionalText() throws -> String? { try nextIfPresent() }
    mutating func integer() throws -> Int64 { try next() }
    mutating func optionalInteger() throws -> Int64? { try nextIfPresent() }
    mutating func real() throws -> Double { try next() }
    mutating func flag() throws -> Bool { try integer() != 0 }
    mutating func date() throws -> Date { Date(milliseconds: try integer()) }
    mutating func optionalDate() throws -> Date? { try optionalInteger().map { Date(milliseconds: $0) } }

    mutating func bytes() throws -> [UInt8] {
        guard let bytes = try optionalBytes() else { throw StoreFailure.damaged("a value is missing in column \(index)") }
        return bytes
    }

    mutating func optionalBytes() throws -> [UInt8]? {
        defer { index += 1 }
        return try row.withUnsafeData(atIndex: index) { $0.map { [UInt8]($0) } }
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

    private mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>() throws -> Value {
        defer { index += 1 }
        return try row.decode(Value.self, atIndex: index)
    }

    private mutating func nextIfPresent<Value: DatabaseValueConvertible & StatementColumnConvertible>() throws -> Value? {
        defer { index += 1 }
        return try row.decode(Value?.self, atIndex: index)
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
