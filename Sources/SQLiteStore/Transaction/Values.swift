/// A statement's values, in the order of its question marks; nil is NULL.
struct Values: Sendable, ExpressibleByArrayLiteral {
    private(set) var all: [StoredValue?]

    init(arrayLiteral values: (any Storable)?...) { self.init(values) }

    init(_ values: [(any Storable)?]) { all = values.map { $0?.stored } }

    static func += (left: inout Values, right: Values) { left.all += right.all }
}

/// The kinds of values that columns have.
enum StoredValue: Sendable, Hashable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// What can stand in a column.
protocol Storable: Sendable {
    var stored: StoredValue { get }
}

extension String: Storable {
    var stored: StoredValue { .text(self) }
}

extension Int64: Storable {
    var stored: StoredValue { .integer(self) }
}

extension Int: Storable {
    var stored: StoredValue { .integer(Int64(self)) }
}

extension Bool: Storable {
    var stored: StoredValue { .integer(self ? 1 : 0) }
}

extension Double: Storable {
    var stored: StoredValue { .real(self) }
}

extension [UInt8]: Storable {
    var stored: StoredValue { .bytes(self) }
}
