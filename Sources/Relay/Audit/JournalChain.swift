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
        text.append(Self.milliseconds(entry.at))
        text.append(entry.kind.rawValue)
        text.append(entry.message?.text ?? "")
        text.append(String(entry.facts.count))
        for fact in entry.facts {
            text.append(fact.name)
            text.append(fact.value)
        }
        text.append(personalDigest)
        hmac.update(data: text.bytes)
        return Array(hmac.finalize())
    }

    /// A store keeps whole milliseconds. What was read from a damaged row may be any number, and must not trap.
    private static func milliseconds(_ date: Date) -> String {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return Int64(exactly: milliseconds).map(String.init) ?? String(milliseconds)
    }

    /// Salted, because an address is guessable: without the salt, nobody can ask an erased row "was it ann@example.org?".
    package static func personalDigest(_ personal: [JournalEntry.Personal], salt: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        var text = CanonicalText()
        text.append(salt)
        text.append(String(personal.count))
        for part in personal {
            text.append(part.role.rawValue)
            text.append(part.text)
        }
        hash.update(data: text.bytes)
        return Array(hash.finalize())
    }
}

/// Length before text and number before lists, so that no two different entries make the same bytes: nothing can be moved from a fact
/// into the digest behind it, or from an address into the salt before it.
private struct CanonicalText {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    mutating func append(_ part: [UInt8]) {
        bytes.append(contentsOf: String(part.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: part)
    }
}
