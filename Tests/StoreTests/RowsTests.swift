import Foundation
import GRDB
import Relay
@testable import SQLiteEngine
@testable import Store
import Testing

/// Statements as SQLite is asked them: what is given comes back, and what does not fit is named.
struct RowsTests {
    private func asking(_ ask: (Transaction) throws -> Void) throws {
        try DatabaseQueue().write { try ask(Transaction(SQLiteConnection($0))) }
    }

    @Test func whatIsBoundComesBack() throws {
        try asking { transaction in
            let long = String(repeating: "ü", count: 70_000)
            let values: Values = [Int64.min, 7, true, 0.5, "a\u{0}b", "", long, [UInt8](), [0, 255] as [UInt8], nil]
            let sql = "SELECT \(Array(repeating: "?", count: 10).joined(separator: ", "))"
            for _ in 0..<2 {
                var numbers: [Double] = []
                var texts: [String?] = []
                var bytes: [[UInt8]?] = []
                let found: Void? = try transaction.first(sql, values) { columns in
                    numbers += [
                        Double(try columns.integer()), Double(try columns.integer()), try columns.flag() ? 1 : 0, try columns.real(),
                    ]
                    for _ in 0..<3 { texts.append(try columns.optionalText()) }
                    for _ in 0..<2 { bytes.append(try columns.optionalBytes()) }
                    texts.append(try columns.optionalText())
                }
                #expect(numbers == [Double(Int64.min), 7, 1, 0.5])
                #expect(texts == ["a\u{0}b", "", long, nil], "an empty text is none that is missing")
                #expect(bytes == [[], [0, 255]])
                #expect(found != nil)
            }
        }
    }

    @Test(arguments: ["'text'", "x'00'", "NULL"]) func whatIsNoNumberIsDamage(_ value: String) throws {
        try asking { transaction in
            #expect(throws: StoreFailure.self) { try transaction.first("SELECT \(value)") { try $0.integer() } }
            #expect(throws: StoreFailure.self) { try transaction.first("SELECT \(value)") { try $0.real() } }
        }
    }

    @Test func aColumnThatIsMissingIsDamage() throws {
        try asking { transaction in
            #expect(throws: StoreFailure.self) {
                try transaction.first("SELECT 1") { columns in
                    _ = try columns.integer()
                    return try columns.text()
                }
            }
        }
    }

    /// A statement that failed, or was left in the middle, is as good as new.
    @Test func aStatementIsUsedAgain() throws {
        try asking { transaction in
            try transaction.run("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
            for number in 1...3 { #expect(try transaction.change("INSERT INTO thing VALUES (?, ?)", [number, "n\(number)"]) == 1) }
            #expect(throws: StoreFailure.self) { try transaction.run("INSERT INTO thing VALUES (?, ?)", [1, "again"]) }
            #expect(try transaction.change("INSERT INTO thing VALUES (?, ?)", [4, "n4"]) == 1)
            #expect(try transaction.first("SELECT \(transaction.dialect.lastNumber)") { try $0.integer() } == 4)
            for _ in 0..<2 {
                var seen: [String] = []
                try transaction.eachUntil("SELECT name FROM thing ORDER BY id", []) { columns in
                    seen.append(try columns.text())
                    return seen.count < 2
                }
                #expect(seen == ["n1", "n2"])
            }
            #expect(try transaction.all("SELECT name FROM thing WHERE id > ? ORDER BY id", [2]) { try $0.text() } == ["n3", "n4"])
            #expect(try transaction.first("DELETE FROM thing WHERE id = ? RETURNING name", [3]) { try $0.text() } == "n3")
            #expect(try transaction.exists("SELECT 1 FROM thing WHERE id = ?", [4]))
            #expect(!(try transaction.exists("SELECT 1 FROM thing WHERE id = ?", [3])))
        }
    }

    @Test func nothingIsKeptOfWhatIsNotCommitted() throws {
        let queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { database in
            let transaction = Transaction(SQLiteConnection(database))
            try transaction.run("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
            struct Trouble: Error {}
            func put(_ id: Int) throws { try transaction.run("INSERT INTO thing VALUES (?)", [id]) }
            #expect(
                try transaction.committing {
                    try put(1)
                    return 1
                } == 1)
            #expect(
                try transaction.committing { () -> Int? in
                    try put(2)
                    return nil
                } == nil)
            #expect(throws: Trouble.self) {
                try transaction.committing { () -> Int? in
                    try put(3)
                    throw Trouble()
                }
            }
            #expect(throws: StoreFailure.self) {
                try transaction.committing { () -> Int? in
                    try put(4)
                    try put(1)
                    return 1
                }
            }
            #expect(!database.isInsideTransaction)
            #expect(try transaction.all("SELECT id FROM thing") { try $0.integer() } == [1])
        }
    }
}
