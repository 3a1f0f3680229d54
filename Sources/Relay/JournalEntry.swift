package import struct FoundationEssentials.Date

/// One line of the journal: what happened, facts that may stay for ever, and the personal parts that may be erased without
/// breaking the chain (design section 11). Never a subject, never a body, never a secret.
package struct JournalEntry: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case accepted, attempted, settled, unknown, refused, changed, queue, warned
        case tokenHandedOut = "token-handed-out"
        case signedIn = "signed-in"
        case signInFailed = "sign-in-failed"
        case consentFailed = "consent-failed"
        case reportTaken = "report-taken"
    }

    /// In what part an address plays in an entry; `--from`, `--as` and `--recipient` filter by it.
    package enum Role: String, Sendable, Hashable, CaseIterable {
        /// Whom the message was meant to be from.
        case author
        /// What was written to From.
        case from
        case sender, recipient, mailbox, person
        /// The network address that somebody came from.
        case origin
    }

    package struct Fact: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Personal: Sendable, Hashable {
        package let role: Role
        package let text: String

        package init(_ role: Role, _ text: String) {
            self.role = role
            self.text = text
        }
    }

    package let at: Date
    package let kind: Kind
    package let message: SpoolID?
    package let facts: [Fact]
    package let personal: [Personal]

    package init(at: Date, kind: Kind, message: SpoolID? = nil, facts: [Fact] = [], personal: [Personal] = []) {
        self.at = at
        self.kind = kind
        self.message = message
        self.facts = facts
        self.personal = personal
    }
}
