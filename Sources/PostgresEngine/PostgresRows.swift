internal import CPostgres
internal import Relay
internal import Store

/// An answer's rows, in binary form. A class because going on changes it.
final class PostgresRows: Rows {
    private let answer: Answer
    private let kinds: [ColumnKind]
    private let types: [Oid]
    private var row: Int32 = -1
    private let count: Int32

    init(_ answer: Answer) {
        self.answer = answer
        count = Int32(answer.rows)
        types = (0..<PQnfields(answer.result)).map { PQftype(answer.result, $0) }
        kinds = types.map { type in
            switch type {
            case PostgresType.bool, PostgresType.int2, PostgresType.int4, PostgresType.int8: .integer
            case PostgresType.float8: .real
            case PostgresType.bytea: .bytes
            default: .text
            }
        }
    }

    func next() -> Bool {
        row += 1
        return row < count
    }

    func kind(_ column: Int) -> ColumnKind? {
        guard kinds.indices.contains(column), PQgetisnull(answer.result, row, Int32(column)) == 0 else { return nil }
        return kinds[column]
    }

    func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(answer.result, row, Int32(column)), count: Int(PQgetlength(answer.result, row, Int32(column))))
    }

    func text(_ column: Int) -> UnsafeBufferPointer<UInt8> { bytes(column).assumingMemoryBound(to: UInt8.self) }

    func integer(_ column: Int) -> Int64 {
        let bytes = bytes(column)
        return switch types[column] {
        case PostgresType.int8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case PostgresType.int4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case PostgresType.int2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: Int64(bytes.first ?? 0)
        }
    }

    func real(_ column: Int) -> Double { Double(bitPattern: UInt64(bigEndian: bytes(column).loadUnaligned(as: UInt64.self))) }
}
