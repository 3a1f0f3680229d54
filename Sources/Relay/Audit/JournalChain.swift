internal import Crypto
internal import FoundationEssentials

/// Links journal entries: each carries an HMAC-SHA-256, under a key that the vault keeps, of the link before it and of itself. Who can write the database
/// but has no key can cut the end off (only an outside checkpoint shows that) but can neither change nor insert nor remove anything before it.
package struct JournalChain: Sendable {
    private let key: SymmetricKey

    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// The link before the first entry of a strand.
    package static let start = [UInt8](repeating: 0, count: 32)

    package func mac(of entry: JournalEntry, at position: JournalPosition, personalDigest: [UInt8], after previous: [UInt8]) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: key)
        hmac.update(data: previous)
        var text = CanonicalText()
        text.append(position.strand)
        text.append(String(position.number))
        text.append(String(Int64((entry.at.timeIntervalSince1970 * 1000).rounded())))
        text.append(entry.kind.rawValue)
        text.append(entry.message?.text ?? "")
        for fact in entry.facts {
            text.append(fact.name)
            text.append(fact.value)
        }
        hmac.update(data: text.bytes)
        hmac.update(data: personalDigest)
        return Array(hmac.finalize())
    }

    /// Salted, because an address is guessable: without the salt, nobody can ask an erased row "was it ann@example.org?".
    package static func personalDigest(_ personal: [JournalEntry.Personal], salt: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: salt)
        var text = CanonicalText()
        for part in personal {
            text.append(part.role.rawValue)
            text.append(part.text)
        }
        hash.update(data: text.bytes)
        return Array(hash.finalize())
    }
}

/// Length before text, so that no two different lists of texts make the same bytes.
private struct CanonicalText {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ text: String) {
        bytes.append(contentsOf: String(text.utf8.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: text.utf8)
    }
}
