internal import Mail
package import struct FoundationEssentials.Date

/// An opaque, stable id whose type says what it names, so that a grant's id cannot be passed where a mailbox's is wanted.
/// Names and addresses may change; ids do not (design: "Ids are opaque and stable").
package struct Identifier<Named>: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    /// Fails when the text is empty, longer than 255 bytes or contains control characters: ids travel in commands, logs and file names.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 255, text.isOneLine else {
            return nil
        }
        self.text = text
    }

    /// For ids read back from where a valid one was written.
    package init(trusted text: String) { self.text = text }

    /// A fresh id: a short prefix for the eye and 80 random bits in Crockford's base 32, which no one misreads over the telephone.
    package init(prefix: String, using generator: inout some RandomNumberGenerator) {
        self.text = prefix + "-" + Self.digits(16, using: &generator)
    }

    /// A fresh id of what comes into being again and again: it sorts by the millisecond, so that those of the same time stand together in an index of millions.
    /// Nine digits of time, eleven of chance.
    package init(prefix: String, at time: Date, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000).rounded()) & (1 << 45 - 1)
        let digits = stride(from: 40, through: 0, by: -5).map { Self.alphabet[Int(milliseconds >> UInt64($0) & 31)] }
        self.text = prefix + "-" + String(digits) + Self.digits(11, using: &generator)
    }

    private static var alphabet: [Character] { Array("0123456789abcdefghjkmnpqrstvwxyz") }

    /// A draw is a call of the system: it is good for twelve digits.
    private static func digits(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
        let alphabet = alphabet
        var bits: UInt64 = 0
        return String(
            (0..<count).map { place in
                bits = place % 12 == 0 ? generator.next() : bits >> 5
                return alphabet[Int(bits & 31)]
            })
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

package typealias UserID = Identifier<User>
package typealias ProviderID = Identifier<Provider>
package typealias ApplicationID = Identifier<Application>
package typealias GrantID = Identifier<Grant>
package typealias MailboxID = Identifier<Mailbox>
package typealias FamilyID = Identifier<Family>
package typealias DelegationID = Identifier<Delegation>
package typealias DenyID = Identifier<Deny>
package typealias ClientID = Identifier<Client>
