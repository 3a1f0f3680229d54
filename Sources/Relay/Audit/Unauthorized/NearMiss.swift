internal import Mail
internal import struct FoundationEssentials.Date

/// Something that works today and may not tomorrow.
package struct NearMiss: Sendable, Hashable, Comparable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The provider has had the time it needs to act on a right, and still nobody knows whether it has.
        case pending
        /// Whether the tenant signs for the domain is not recorded: DMARC may fail.
        case alignmentUnknown = "alignment-unknown"
        case secretExpiring = "secret-expiring"
        case secretEndUnknown = "secret-end-unknown"
        /// One mailbox stands for so many addresses that its loss would be theirs.
        case oneForMany = "one-for-many"
        /// Nobody has seen for so long that the provider agrees that it is not believed any more.
        case proofAged = "proof-aged"
        /// The right ends soon.
        case rightExpiring = "right-expiring"
        /// A provider has refused it to a message, and what it says to the next is not known.
        case doubted
        /// A better way is closed until it is mended, and mail takes another.
        case stopped
        /// The provider writes another From where mail would rather go.
        case rewritten
        /// In use, and let by nothing but a rule for the whole domain.
        case domainRule = "domain-rule"

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    /// An address, a domain, an application or a mailbox.
    package let subject: String
    package let reason: String
    /// How many addresses depend on it.
    package let count: Int
    package let remedy: Remedy

    package static func < (left: Self, right: Self) -> Bool {
        (left.kind, left.subject, left.reason) < (right.kind, right.subject, right.reason)
    }
}
