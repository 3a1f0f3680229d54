internal import Foundation
internal import Relay

/// Short lists as JSON arrays in one column: they keep their order, and queries may look inside them.
enum ListText {
    static func write(_ list: [String]) -> String { text(.list(list.map { .text($0) })) }
    static func write(_ list: [Int64]) -> String { text(.list(list.map { .number($0) })) }
    static func write(_ rows: [[String]]) -> String { text(.list(rows.map { row in .list(row.map { .text($0) }) })) }
    static func write(_ rows: [[String?]]) -> String {
        text(.list(rows.map { row in .list(row.map { $0.map { .text($0) } ?? .null }) }))
    }

    /// What is more than a list.
    static func write(document: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    private static func text(_ value: DocumentValue) -> String { JSONWriter.text(value, .stored) }

    static func read<List: Decodable>(_ text: String) throws -> List {
        do {
            return try JSONDecoder().decode(List.self, from: Data(text.utf8))
        } catch {
            throw StoreFailure.damaged("a list cannot be read: \(text.prefix(40))")
        }
    }

    /// Rows of texts, which every message has several of: read by hand where nothing in them is escaped, which is nearly always.
    static func rows(_ text: String) throws -> [[String?]] {
        var text = text
        if let rows = text.withUTF8({ PlainRows($0).read() }) { return rows }
        return try read(text)
    }
}

/// Reads `[["a",null],["b","c"]]`. Whatever it does not expect it leaves to a whole reader.
private struct PlainRows {
    private let octets: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ octets: UnsafeBufferPointer<UInt8>) { self.octets = octets }

    func read() -> [[String?]]? {
        var reader = self
        var rows: [[String?]] = []
        guard
            reader.list({ reader in
                var row: [String?] = []
                guard reader.list({ reader in reader.value().map { row.append($0) } != nil }) else { return false }
                rows.append(row)
                return true
            }), reader.place == octets.count
        else { return nil }
        return rows
    }

    private mutating func take(_ octet: Unicode.Scalar) -> Bool {
        guard place < octets.count, octets[place] == UInt8(ascii: octet) else { return false }
        place += 1
        return true
    }

    private mutating func list(_ element: (inout PlainRows) -> Bool) -> Bool {
        guard take("[") else { return false }
        if take("]") { return true }
        while element(&self) {
            if take("]") { return true }
            guard take(",") else { return false }
        }
        return false
    }

    /// nil: it cannot be read here.
    private mutating func value() -> String?? {
        if take("n") { return take("u") && take("l") && take("l") ? .some(nil) : nil }
        guard take("\""),
            let end = octets[place...].firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }),
            octets[end] == UInt8(ascii: "\"")
        else { return nil }
        defer { place = end + 1 }
        return String(decoding: octets[place..<end], as: UTF8.self)
    }
}
