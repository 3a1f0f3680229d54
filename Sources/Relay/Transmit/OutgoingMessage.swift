package import Mail

/// A message as it leaves: where to, as whom, with what header; its body is read piece by piece while it is being sent.
package struct OutgoingMessage: Sendable {
    package let endpoint: MailEndpoint
    package let trustedCertificates: String?
    package let login: String
    package let token: Secret
    /// As decided: the envelope sender that leaves, and only the recipients who have no outcome yet.
    package let envelope: Envelope
    /// Fields only, each ending with CRLF; the empty line is the transport's to write.
    package let header: [UInt8]
    package let bodySize: Int
    /// Piece `n` of the body, counted from 0; nil behind the last. A failure here is ours, not the provider's.
    package let body: @Sendable (Int) async throws(StoreFailure) -> [UInt8]?

    package init(
        endpoint: MailEndpoint, trustedCertificates: String?, login: String, token: Secret, envelope: Envelope, header: [UInt8],
        bodySize: Int, body: @escaping @Sendable (Int) async throws(StoreFailure) -> [UInt8]?
    ) {
        self.endpoint = endpoint
        self.trustedCertificates = trustedCertificates
        self.login = login
        self.token = token
        self.envelope = envelope
        self.header = header
        self.bodySize = bodySize
        self.body = body
    }
}

/// Sends one message in one dialogue. Returns a reply for each recipient of the envelope, in order; a recipient's own refusal is a reply,
/// anything that ended the dialogue for all is thrown.
package typealias Transmit = @Sendable (OutgoingMessage) async throws(TransmitFailure) -> [RecipientReply]

/// What the server said of one recipient: its refusal at RCPT, or the reply to the content.
package struct RecipientReply: Sendable, Hashable {
    package let stage: TransmitStage
    package let reply: ProviderReply

    package init(stage: TransmitStage, reply: ProviderReply) {
        self.stage = stage
        self.reply = reply
    }
}
