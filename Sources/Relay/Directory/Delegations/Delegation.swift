internal import Mail
package import struct FoundationEssentials.Date

/// "Mailbox M may send for address A" (or `@domain`), with who said so and until when.
package struct Delegation: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The recipient sees only the author.
        case sendAs = "send-as"
        /// The recipient sees "mailbox on behalf of author": Sender names the mailbox.
        case onBehalf = "on-behalf"
        /// Another address of the mailbox itself.
        case alias
    }

    package internal(set) var id: DelegationID
    package var mailbox: MailboxID
    package var covers: AddressPattern
    package var kind: Kind
    /// Lower is preferred; 100 unless said otherwise.
    package var priority: Int
    package var validFrom: Date?
    package var validUntil: Date?
    package var grantedBy: String
    package var grantedAt: Date
    package var reason: String
    /// Send even where the tenant does not sign for the author's domain (DMARC would fail); recorded because someone must own that choice.
    package var allowsUnaligned: Bool
    package var stewardship: Stewardship

    package init(
        id: DelegationID, mailbox: MailboxID, covers: AddressPattern, kind: Kind, priority: Int = 100, validFrom: Date? = nil,
        validUntil: Date? = nil, grantedBy: String, grantedAt: Date, reason: String = "", allowsUnaligned: Bool = false,
        stewardship: Stewardship = .none
    ) {
        self.id = id
        self.mailbox = mailbox
        self.covers = covers
        self.kind = kind
        self.priority = priority
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.grantedBy = grantedBy
        self.grantedAt = grantedAt
        self.reason = reason
        self.allowsUnaligned = allowsUnaligned
        self.stewardship = stewardship
    }
}

/// A ban that no grant outweighs.
package struct Deny: Sendable, Hashable {
    package internal(set) var id: DenyID
    /// nil stands for `*`: no mailbox may use the address, and there is no fallback either.
    package var mailbox: MailboxID?
    package var covers: AddressPattern
    package var reason: String

    package init(id: DenyID, mailbox: MailboxID?, covers: AddressPattern, reason: String = "") {
        self.id = id
        self.mailbox = mailbox
        self.covers = covers
        self.reason = reason
    }
}
