internal import Mail

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
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let digits = (0..<16).map { _ in alphabet[Int(generator.next(upperBound: 32 as UInt64))] }
        self.text = prefix + "-" + String(digits)
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
