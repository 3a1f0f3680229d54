/// A statement's values, in the order of its question marks; nil is NULL.
package struct Values: Sendable, ExpressibleByArrayLiteral {
    package private(set) var all: [StoredValue?]

    package init(arrayLiteral values: (any Storable)?...) { self.init(values) }

    package init(_ values: [(any Storable)?]) { all = values.map { $0?.stored } }

    init(stored: [StoredValue?]) { all = stored }

    static func += (left: inout Values, right: Values) { left.all += right.all }
}

/// What is put into a column. A flag is read as a whole number.
package enum StoredValue: Sendable, Hashable {
    case integer(Int64)
    case flag(Bool)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// What can stand in a column.
package protocol Storable: Sendable {
    var stored: StoredValue { get }
}

extension String: Storable {
    package var stored: StoredValue { .text(self) }
}

extension Int64: Storable {
    package var stored: StoredValue { .integer(self) }
}

extension Int: Storable {
    package var stored: StoredValue { .integer(Int64(self)) }
}

extension Bool: Storable {
    package var stored: StoredValue { .flag(self) }
}

extension Double: Storable {
    package var stored: StoredValue { .real(self) }
}

extension [UInt8]: Storable {
    package var stored: StoredValue { .bytes(self) }
}
