internal import Crypto

/// The three values that tie an answer to its question: state (whose it is), verifier (who asked, RFC 7636), nonce (which id token).
struct ConsentSecrets: Sendable {
    let state: String
    let verifier: String
    let nonce: String

    /// 256 bits each: a verifier of 43 characters is the least that RFC 7636 section 4.1 allows, and as hard to guess as a key.
    init(random: (_ count: Int) -> [UInt8]) {
        state = Base64URL.text(random(32))
        verifier = Base64URL.text(random(32))
        nonce = Base64URL.text(random(32))
    }

    init?(text: String) {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        state = String(parts[0])
        verifier = String(parts[1])
        nonce = String(parts[2])
    }

    var text: String { [state, verifier, nonce].joined(separator: "\n") }

    /// RFC 7636 section 4.2, S256.
    var challenge: String { Base64URL.text(Digest.sha256(verifier)) }
}

/// SHA-256 of short texts, compared in a time that says nothing.
enum Digest {
    static func sha256(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// RFC 4648 section 5, without padding.
package enum Base64URL {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(pending >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { result.append(alphabet[Int(pending << UInt32(6 - bits) & 63)]) }
        return String(decoding: result, as: UTF8.self)
    }

    /// nil: it is none.
    package static func octets(_ text: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        return bits < 6 ? result : nil
    }
}
