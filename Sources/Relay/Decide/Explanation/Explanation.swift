package import Mail
package import struct FoundationEssentials.Date

/// Every rule tried, in order, with what it looked at and how it came out. Kept as values and put into words only when someone reads them:
/// deciding is on the path of every message, reading is not.
package struct Explanation: Sendable, Hashable {
    package private(set) var steps: [Step] = []

    /// As many steps as nearly all take.
    package init() { steps.reserveCapacity(12) }

    mutating func note(_ step: Step) { steps.append(step) }

    package enum Step: Sendable, Hashable {
        case settingUnset(SettingKey.Name)
        case setting(SettingKey.Name, text: String, SenderSetting)
        case authorFromField(Author)
        /// The From field breaks the grammar so, and was read so all the same.
        case fromReadLoosely(NamedAddress, AddressError)
        case authorUnusable(String)
        case authorOfClient(EmailAddress)
        case author(Author)
        case clientPermits(ClientID, Author)
        case clientForbids(ClientID, String)
        case mode(Mode, Purpose?)
        case deniedForAll(EmailAddress, Deny)
        case noCandidate(EmailAddress)
        case struck(Candidate, [Strike])
        case usable(Candidate, Transport, Standing?)
        /// A near miss: it works, but someone should look.
        case alignmentUnknown(Candidate, Domain)
        case unalignedAllowed(Candidate, Domain)
        case coAuthorWithoutRoute(Candidate, EmailAddress)
        case chosen(Candidate, Transport)
        case phraseShortened(String)
        /// What was wanted as envelope sender is not for that mailbox to use; none: nobody has granted it.
        case envelopeReplaced(EmailAddress, by: ConcreteMailbox, [Strike])
        case fallback(Fallback, Purpose?)
        case carrier(EmailAddress, from: String)
        case carrierUnusable(String)
        case authorIsCarrier(EmailAddress)
        case refused(RefusalCode)
    }
}

/// One way out for an author: through which mailbox, by what right.
///
/// A class, because it stands in several steps of the explanation, among what was struck out and in the decision. Nothing in it ever changes.
package final class Candidate: Sendable {
    package let author: EmailAddress
    package let mailbox: ConcreteMailbox
    package let route: Route
    /// By an entry for the address itself, rather than for its domain.
    package let isExact: Bool
    package let priority: Int
    package let delegation: DelegationID?

    init(author: EmailAddress, mailbox: ConcreteMailbox, route: Route, isExact: Bool, priority: Int, delegation: DelegationID?) {
        self.author = author
        self.mailbox = mailbox
        self.route = route
        self.isExact = isExact
        self.priority = priority
        self.delegation = delegation
    }
}

extension Candidate: Hashable {
    package static func == (left: Candidate, right: Candidate) -> Bool {
        left === right
            || left.author == right.author && left.mailbox == right.mailbox && left.route == right.route && left.isExact == right.isExact
                && left.priority == right.priority && left.delegation == right.delegation
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(author)
        hasher.combine(mailbox)
        hasher.combine(route)
        hasher.combine(delegation)
    }
}

/// Why a candidate is struck out.
package enum Strike: Sendable, Hashable {
    case deniedByEntry(Deny)
    case standingDenied(Transport, at: Date, code: String)
    /// A message was refused, and a probe is to decide.
    case standingDoubted(Transport, Doubt)
    /// By the client that asks, of its own sending.
    case reportedByClient(Transport, ClientReport)
    /// Twice this very message, whatever is known of the pair.
    case messageRefused(Transport, until: Date)
    case pendingAndDenied(Transport, until: Date)
    case rewrittenByProvider(Transport, to: String)
    case notYetValid(from: Date)
    case expired(at: Date)
    case mailboxDisabled
    case mailboxBroken(String)
    case mailboxStopped(until: Date, String)
    /// This way out of the mailbox is; another may do.
    case transportStopped(Transport, until: Date, String)
    /// Octets that this way takes.
    case tooLarge(Transport, limit: Int)
    /// It sends to everyone whom the header names.
    case envelopeNotExpressible(Transport)
    case grantDisabled
    case grantMissing
    case grantNeedsConsent(String)
    case applicationMissing
    case applicationSuspended(String)
    /// Its tenant, by name, may write to nobody outside for now, and the message is for somebody there.
    case tenantPaused(String, TenantPause)
    case unaligned(Domain)
    case severalAuthorsRefused(Transport)
    case aliasSentFromPrimary(Transport)
    case unlistedFromReplaced(Transport)
    case onBehalfUnproven(Transport)
    case transportMissing(Transport)
    case noTransport
}
