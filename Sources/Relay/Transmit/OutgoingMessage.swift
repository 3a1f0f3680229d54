package import Mail

/// A message as it leaves: which way, as whom, with what header; its body is read piece by piece while it is being sent.
package struct OutgoingMessage: Sendable {
    package let transport: Transport
    /// Its endpoints, limits and trust.
    package let provider: Provider
    /// The token is that of the person whose mailbox it is, as is known: Graph then speaks of `/me`, which is the token's owner whatever mailbox was meant.
    package let isOwnersToken: Bool
    package let login: String
    package let token: Secret
    /// As decided: the envelope sender that leaves, and only recipients who have no outcome yet.
    package let envelope: Envelope
    /// Fields only, each ending with CRLF; the empty line is the transport's to write.
    package let header: [UInt8]
    package let bodySize: Int
    /// All of the body, where it is in memory anyway; nil: it comes in pieces.
    package let wholeBody: [UInt8]?
    /// Piece `n` of the body, counted from 0; nil behind the last. A failure here is ours, not the provider's.
    package let body: @Sendable (Int) async throws(StoreFailure) -> [UInt8]?

    package init(
        transport: Transport, provider: Provider, isOwnersToken: Bool = false, login: String, token: Secret,
        envelope: Envelope, header: [UInt8], bodySize: Int, wholeBody: [UInt8]? = nil,
        body: @escaping @Sendable (Int) async throws(StoreFailure) -> [UInt8]?
    ) {
        self.transport = transport
        self.provider = provider
        self.isOwnersToken = isOwnersToken
        self.login = login
        self.token = token
        self.envelope = envelope
        self.header = header
        self.bodySize = bodySize
        self.wholeBody = wholeBody
        self.body = body
    }

    /// Octets of all of it, the empty line included.
    package var size: Int { header.count + 2 + bodySize }
}

/// Sends one message in one dialogue or request. Returns a reply for each recipient of the envelope, in order; a recipient's own refusal is a reply,
/// anything that ended it for all is thrown.
package typealias Transmit = @Sendable (OutgoingMessage) async throws(TransmitFailure) -> [RecipientReply]

/// What the server said of one recipient: its refusal at RCPT, or the reply to the content.
package struct RecipientReply: Sendable, Hashable {
    package let stage: TransmitStage
    package let reply: ProviderReply
    /// The server understands delivery reports (DSN), so that what was asked for of them is its to give from here on.
    package let takesReports: Bool

    package init(stage: TransmitStage, reply: ProviderReply, takesReports: Bool = false) {
        self.stage = stage
        self.reply = reply
        self.takesReports = takesReports
    }
}
