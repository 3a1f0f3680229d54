/// The one source of random texts: tokens, identifiers, serial numbers. The generator comes from outside, so a run can be repeated.
struct Dice: Sendable {
    private var generator: any RandomNumberGenerator & Sendable

    private static let base64url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    init(_ generator: any RandomNumberGenerator & Sendable) {
        self.generator = generator
    }

    /// Six random bits a character.
    mutating func token(prefix: String, length: Int) -> String {
        precondition(length >= 32, "a token of under 32 characters could be guessed")
        return prefix + letters(length - prefix.utf8.count, from: Self.base64url, bits: 6)
    }

    mutating func hex(_ length: Int) -> String { letters(length, from: Self.hexDigits, bits: 4) }

    mutating func guid() -> String { "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12))" }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) } }

    private mutating func letters(_ count: Int, from alphabet: [UInt8], bits: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(count)
        var pool: UInt64 = 0
        var left = 0
        while text.count < count {
            if left < bits { (pool, left) = (generator.next(), 64) }
            text.append(alphabet[Int(pool & UInt64(alphabet.count - 1))])
            pool >>= UInt64(bits)
            left -= bits
        }
        return String(decoding: text, as: UTF8.self)
    }
}
