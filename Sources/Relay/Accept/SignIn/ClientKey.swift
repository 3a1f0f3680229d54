internal import Crypto

/// What a client signs in with: 256 random bits, in Crockford's base 32 because printers and people type them. Kept as SHA-256 of the text alone:
/// what cannot be guessed needs no slow hash.
package struct ClientKey: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package init(using generator: inout some RandomNumberGenerator) {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        // 52 digits of 5 bits hold 260.
        text = "mandate-" + String((0..<52).map { _ in alphabet[Int(generator.next(upperBound: 32 as UInt64))] })
    }

    package var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
