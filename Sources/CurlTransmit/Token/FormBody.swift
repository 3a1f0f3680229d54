/// A body of type application/x-www-form-urlencoded (WHATWG URL section 5.2, RFC 6749 appendix B), byte by byte from UTF-8. Secrets hold
/// every character there is: a `+` or `%` that goes out as itself comes back as something else, and the answer is a bare "invalid_client".
struct FormBody {
    private(set) var bytes: [UInt8] = []

    /// The room is taken at once, since growing would leave copies of secrets behind.
    init(_ pairs: [(name: String, value: [UInt8])]) {
        bytes.reserveCapacity(pairs.reduce(0) { $0 + 3 * ($1.name.utf8.count + $1.value.count) + 2 })
        for (name, value) in pairs {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            append(name.utf8)
            bytes.append(UInt8(ascii: "="))
            append(value)
        }
    }

    /// One value as it stands in a body; also what a server may echo.
    static func encode(_ value: [UInt8]) -> [UInt8] {
        var body = FormBody([])
        body.append(value)
        return body.bytes
    }

    private mutating func append(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(Self.digit(byte >> 4))
                bytes.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10 }
}
