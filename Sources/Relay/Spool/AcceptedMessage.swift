package import Mail
package import struct FoundationEssentials.Date

/// Names a message from Accept to its last journal line.
package typealias SpoolID = Identifier<AcceptedMessage>

/// A message as it was accepted. Author, purpose, user and client stay what they were, whatever is changed later in settings or users;
/// route, mailbox and fields are decided anew for each attempt.
///
/// A class, because it passes through a dozen hands on its way: one count to keep is cheaper than fifteen. Nothing in it ever changes.
package final class AcceptedMessage: Sendable {
    package let id: SpoolID
    package let acceptedAt: Date
    /// nil: handed over by the store's owner at the command line.
    package let client: ClientID?
    package let purpose: Purpose?
    package let user: UserID?
    package let author: Author
    /// As it was submitted; what leaves is decided per attempt.
    package let envelope: Envelope
    /// No envelope sender was given at all, which is not the same as `<>`.
    package let hasEnvelopeSender: Bool
    /// Accepted with `<>` or with Auto-Submitted other than `no`: never causes a notice, never gets a Reply-To (RFC 3834).
    package let isAutomatic: Bool
    /// The header section as accepted, Date and Message-ID settled; each field ends with CRLF, no empty line behind them.
    package let header: [UInt8]
    /// Octets behind the empty line.
    package let bodySize: Int
    /// SHA-256 of the accepted form: header, empty line, body.
    package let digest: [UInt8]
    package let messageID: String

    package init(
        id: SpoolID, acceptedAt: Date, client: ClientID?, purpose: Purpose?, user: UserID?, author: Author, envelope: Envelope,
        hasEnvelopeSender: Bool, isAutomatic: Bool, header: [UInt8], bodySize: Int, digest: [UInt8], messageID: String
    ) {
        self.id = id
        self.acceptedAt = acceptedAt
        self.client = client
        self.purpose = purpose
        self.user = user
        self.author = author
        self.envelope = envelope
        self.hasEnvelopeSender = hasEnvelopeSender
        self.isAutomatic = isAutomatic
        self.header = header
        self.bodySize = bodySize
        self.digest = digest
        self.messageID = messageID
    }

    /// Octets of the whole message on the wire before dot-stuffing.
    package var size: Int { header.count + 2 + bodySize }

    /// Bodies are kept in pieces of this size: big enough that SQLite's per-row cost vanishes, small enough that a 50 MB message
    /// never stands whole in memory (design section 2).
    package static let chunkSize = 256 * 1024
}

extension AcceptedMessage {
    /// As it is kept now: where the clock was set back since the message came, it would be due only when that time is there again.
    func kept(at now: Date) -> AcceptedMessage {
        guard acceptedAt.timeIntervalSince(now) >= SetBack.least else { return self }
        return AcceptedMessage(
            id: id, acceptedAt: now, client: client, purpose: purpose, user: user, author: author, envelope: envelope,
            hasEnvelopeSender: hasEnvelopeSender, isAutomatic: isAutomatic, header: header, bodySize: bodySize, digest: digest,
            messageID: messageID)
    }
}

extension AcceptedMessage: Hashable {
    package static func == (left: AcceptedMessage, right: AcceptedMessage) -> Bool {
        left === right
            || left.id == right.id && left.acceptedAt == right.acceptedAt && left.client == right.client && left.purpose == right.purpose
                && left.user == right.user && left.author == right.author && left.envelope == right.envelope
                && left.hasEnvelopeSender == right.hasEnvelopeSender && left.isAutomatic == right.isAutomatic
                && left.header == right.header && left.bodySize == right.bodySize && left.digest == right.digest
                && left.messageID == right.messageID
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
