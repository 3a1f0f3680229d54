/// Octets as texts have them: digests, marks, what stands in a cookie.
extension [UInt8] {
    /// In lower case, as digests are written.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: count * 2) { text in
            for (place, octet) in enumerated() {
                text[2 * place] = digits[Int(octet >> 4)]
                text[2 * place + 1] = digits[Int(octet & 15)]
            }
            return count * 2
        }
    }

    /// nil: not an even number of hexadecimal digits.
    package init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
