package import Mail

/// The answer to a question.
package enum Answer: Sendable, Hashable {
    case decided(Decision)
    /// No way out now, and all that stands in the way can be mended: the message is accepted and waits.
    case later(Author, Refusal)
    /// No way out, and by policy a person must look at it first.
    case hold(Author, Refusal)
    case refused(Refusal)

    /// Whom it is from, as far as that was found out.
    package var author: Author? {
        switch self {
        case .decided(let decision): decision.author
        case .later(let author, _), .hold(let author, _): author
        case .refused(let refusal): refusal.author
        }
    }

    /// Why there is no way out just now; nil: there is one.
    package var obstacle: Refusal? {
        switch self {
        case .decided: nil
        case .later(_, let refusal), .hold(_, let refusal), .refused(let refusal): refusal
        }
    }

    package var explanation: Explanation {
        switch self {
        case .decided(let decision): decision.explanation
        case .later(_, let refusal), .hold(_, let refusal), .refused(let refusal): refusal.explanation
        }
    }
}

/// How the author gets out.
package enum Route: String, Sendable, Hashable, CaseIterable {
    case own, family, alias
    case sendAs = "send-as"
    case onBehalf = "on-behalf"
    case replyTo = "reply-to"

    /// The order of preference (design section 4, step 6).
    var rank: Int {
        switch self {
        case .own: 0
        case .family: 1
        case .alias: 2
        case .sendAs: 3
        case .onBehalf: 4
        case .replyTo: 5
        }
    }
}

/// Author, route, the candidate that was chosen and all that was known of it, the fields to write, and how it came to that.
///
/// A class, because it goes along with a message to its last journal line. Nothing in it ever changes.
package final class Decision: Sendable {
    package let author: Author
    package let purpose: Purpose?
    /// Reply-To where the candidate is the carrier's.
    package let route: Route
    package let candidate: Candidate
    package let transport: Transport
    /// What it was judged with: of each From that it was, where anything is known.
    package let standings: [StandingKey: Standing]
    package let source: GrantSource
    package let fields: SenderFields
    package let explanation: Explanation

    init(
        author: Author, purpose: Purpose?, route: Route, candidate: Candidate, transport: Transport, standings: [StandingKey: Standing],
        source: GrantSource, fields: SenderFields, explanation: Explanation
    ) {
        self.author = author
        self.purpose = purpose
        self.route = route
        self.candidate = candidate
        self.transport = transport
        self.standings = standings
        self.source = source
        self.fields = fields
        self.explanation = explanation
    }

    package var mailbox: ConcreteMailbox { candidate.mailbox }
    package var account: Account { source.account(mailbox.login) }
    /// Of the candidate's own pair.
    package var standing: Standing? {
        standings[StandingKey(account, from: candidate.author, transport: transport)]
    }
}

extension Decision: Hashable {
    package static func == (left: Decision, right: Decision) -> Bool {
        left === right
            || left.author == right.author && left.purpose == right.purpose && left.route == right.route
                && left.candidate == right.candidate && left.transport == right.transport && left.standings == right.standings
                && left.source == right.source && left.fields == right.fields && left.explanation == right.explanation
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(candidate)
        hasher.combine(fields)
    }
}

/// What the header and the envelope are to say (design section 5). Rewriting merges it with what the message has.
package struct SenderFields: Sendable, Hashable {
    package enum Sender: Sendable, Hashable {
        case removed
        /// On behalf: names the mailbox.
        case mailbox(EmailAddress)
        /// Several authors need one (RFC 5322 section 3.6.2): the message's own if it is an author or the mailbox, else the mailbox.
        case keptOrMailbox(EmailAddress)
    }

    package let from: [NamedAddress]
    package let sender: Sender
    /// Written when the message has no Reply-To of its own.
    package let replyTo: [NamedAddress]
    /// Added behind whatever Reply-To there is.
    package let intake: EmailAddress?
    package let envelopeSender: EnvelopeSender
    /// `X-Original-From` is wanted when From changes.
    package let keepsOriginalFrom: Bool
    package let signatures: SignaturePolicy
}

/// The envelope sender a message leaves with.
package enum EnvelopeSender: Sendable, Hashable {
    case address(EmailAddress)
    /// As submitted, else this address.
    case client(otherwise: EmailAddress)
}
