internal import CPostgres
internal import Relay
internal import Store

/// A statement's values as the server reads them: each in the binary form of its type, one behind the other (protocol-message-types).
struct Parameters {
    /// What it says of a type that the server is to find out: of NULL.
    private static let unknown: Oid = 0

    let types: [Oid]
    private var octets: [UInt8] = []
    /// Where each begins, and its length; -1: NULL.
    private var places: [(start: Int, length: Int)] = []

    init(_ values: Values) throws(StoreFailure) {
        types = values.all.map(Self.type)
        octets.reserveCapacity(values.all.count * 24)
        places.reserveCapacity(values.all.count)
        for value in values.all { try append(value) }
    }

    private static func type(of value: StoredValue?) -> Oid {
        switch value {
        case nil: unknown
        case .integer?: PostgresType.int8
        case .flag?: PostgresType.bool
        case .real?: PostgresType.float8
        case .text?: PostgresType.text
        case .bytes?: PostgresType.bytea
        }
    }

    private mutating func append(_ value: StoredValue?) throws(StoreFailure) {
        let start = octets.count
        switch value {
        case nil:
            places.append((start, -1))
            return
        case .integer(let number)?: withUnsafeBytes(of: number.bigEndian) { octets.append(contentsOf: $0) }
        case .flag(let flag)?: octets.append(flag ? 1 : 0)
        case .real(let number)?: withUnsafeBytes(of: number.bitPattern.bigEndian) { octets.append(contentsOf: $0) }
        case .text(let text)?:
            octets.append(contentsOf: text.utf8)
            // The server takes no such text, and would end the whole batch for it.
            if octets[start...].contains(0) { throw .conflict("a text with the character NUL cannot be stored") }
        case .bytes(let bytes)?: octets.append(contentsOf: bytes)
        }
        places.append((start, octets.count - start))
    }

    /// libpq copies what these point to before it returns.
    func withPointers(
        _ use: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
    ) -> Int32 {
        guard !places.isEmpty else { return use(0, nil, nil, nil) }
        // One more, so that an empty value at the end has a place, too; none is NULL.
        return (octets + [0]).withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers: [UnsafePointer<CChar>?] = places.map { place in place.length < 0 ? nil : base.map { $0 + place.start } }
            return use(
                Int32(places.count), pointers, places.map { Int32(max(0, $0.length)) }, [Int32](repeating: 1, count: places.count))
        }
    }
}

/// Types by their number in every server (pg_type.dat).
enum PostgresType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let float8: Oid = 701
}
