internal import Foundation
internal import Mail
internal import Relay

/// Reads a row from left to right. Whatever does not fit its type is a damaged store, never a crash.
struct Columns {
    private let rows: any Rows
    private var index = 0

    init(_ rows: any Rows) { self.rows = rows }

    mutating func skip() { index += 1 }

    mutating func text() throws -> String { try required(optionalText()) }
    mutating func integer() throws -> Int64 { try required(optionalInteger()) }

    mutating func optionalText() throws -> String? {
        guard let column = next() else { return nil }
        return String(decoding: rows.text(column), as: UTF8.self)
    }

    mutating func optionalInteger() throws -> Int64? {
        guard let column = next() else { return nil }
        guard rows.kind(column) == .integer else { throw misfit(column, "no whole number") }
        return rows.integer(column)
    }

    mutating func real() throws -> Double {
        let column = try required(next())
        switch rows.kind(column) {
        case .integer?: return Double(rows.integer(column))
        case .real?: return rows.real(column)
        case .text?, .bytes?, nil: throw misfit(column, "no number")
        }
    }

    mutating func flag() throws -> Bool { try integer() != 0 }
    mutating func date() throws -> Date { Date(milliseconds: try integer()) }
    mutating func optionalDate() throws -> Date? { try optionalInteger().map { Date(milliseconds: $0) } }

    mutating func bytes() throws -> [UInt8] { try required(optionalBytes()) }

    mutating func optionalBytes() throws -> [UInt8]? {
        guard let column = next() else { return nil }
        return [UInt8](rows.bytes(column))
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
    private mutating func next() -> Int? {
        defer { index += 1 }
        return rows.kind(index) == nil ? nil : index
    }

    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw misfit(index - 1, "nothing") }
        return value
    }

    private func misfit(_ column: Int, _ what: String) -> StoreFailure {
        .damaged("a row cannot be read: column \(column) has \(what)")
    }

    static func choice<Choice: RawRepresentable<String>>(_ text: String) throws -> Choice {
        guard let choice = Choice(rawValue: text) else { throw StoreFailure.damaged("\(text) is no \(Choice.self)") }
        return choice
    }

    static func domain(_ text: String) throws -> Domain {
        do { return try Domain(text) } catch { throw StoreFailure.damaged("\(text) is no domain: \(error)") }
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
