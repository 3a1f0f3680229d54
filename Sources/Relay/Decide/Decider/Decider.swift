package import Mail
package import struct FoundationEssentials.Date

/// Decides, from one snapshot each of directory and conditions, who a message is from and how it gets out (design section 4). Lock-free,
/// without disk, and total: the same question on the same snapshots always has the same answer.
package struct Decider: Sendable {
    package let directory: Directory
    package let conditions: Conditions
    /// What this process can send over; candidates that need another transport are struck out.
    package let transports: Set<Transport>

    package init(directory: Directory, conditions: Conditions, transports: Set<Transport> = Set(Transport.allCases)) {
        self.directory = directory
        self.conditions = conditions
        self.transports = transports
    }

    /// The whole question, as a client asks it: steps 1 to 8.
    package func decide(_ question: Question) -> Answer {
        var explanation = Explanation()
        let author: Author
        do throws(Refusal) {
            author = try self.author(for: question, &explanation)
            try permit(author, question, &explanation)
        } catch {
            return .refused(error)
        }
        return route(for: author, question.routing, explanation)
    }

    /// For an attempt: the author is fixed and was permitted at Accept, everything else is decided anew (steps 3 to 8).
    package func decide(_ author: Author, _ routing: Routing) -> Answer {
        route(for: author, routing, Explanation())
    }
}

/// What routing needs to know of a message beside its author.
package struct Routing: Sendable, Hashable {
    package let purpose: Purpose?
    /// As submitted; nil when none was given.
    package let envelopeSender: ReversePath?
    package let at: Date
    /// Octets of the whole message; nil while it is still arriving.
    package let size: Int?
    /// Somebody in To or Cc is not (any more) among the recipients, so no transport will do that sends to whom the header names.
    package let needsEnvelope: Bool
    /// How many are to get it; SMTP takes them in parts, an API all or none.
    package let recipients: Int
    /// Who asks, and sends by itself: what it has reported binds it. nil: we send.
    package var client: ClientID?
    /// Pairs that a provider has refused to this very message.
    package var refusals: [PairRefusal]
    /// It is for recipients outside of a tenant that may write to none for now: only tenants that may will do.
    package var isOutside: Bool

    package init(
        purpose: Purpose?, envelopeSender: ReversePath?, at: Date, size: Int? = nil, needsEnvelope: Bool = false, recipients: Int = 1,
        client: ClientID? = nil, refusals: [PairRefusal] = [], isOutside: Bool = false
    ) {
        self.purpose = purpose
        self.envelopeSender = envelopeSender
        self.at = at
        self.size = size
        self.needsEnvelope = needsEnvelope
        self.recipients = recipients
        self.client = client
        self.refusals = refusals
        self.isOutside = isOutside
    }
}

extension Question {
    var routing: Routing {
        Routing(
            purpose: purpose, envelopeSender: envelopeSender, at: at, size: size, needsEnvelope: needsEnvelope, recipients: recipients,
            client: client?.id)
    }
}
