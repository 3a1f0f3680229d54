/// A message's identity for all who ever see it (RFC 5322 3.6.4): 160 random bits at a domain of ours.
package struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// With its angle brackets.
    package let text: String

    package init(using generator: inout some RandomNumberGenerator, domain: Domain) {
        // 32 letters and digits of five bits each, none of which looks like another; case is not relied on. A draw is a call of the system, and good for twelve.
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
        var bits: UInt64 = 0
        let letters = (0..<32).map { place in
            bits = place % 12 == 0 ? generator.next() : bits >> 5
            return alphabet[Int(bits & 31)]
        }
        text = "<\(String(decoding: letters, as: UTF8.self))@\(domain.ascii)>"
    }

    package var description: String { text }
}
