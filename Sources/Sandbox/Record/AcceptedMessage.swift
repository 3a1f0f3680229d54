/// One message that the sandbox took responsibility for, as it came off the wire after unstuffing, with everything known about how it came.
package struct AcceptedMessage: Sendable, Hashable {
    package var number: Int
    package var connection: Int
    package var login: String
    package var tokenID: String
    package var sender: EnvelopeSender
    package var recipients: [EnvelopeRecipient]
    /// Nil where only digests are kept.
    package var content: [UInt8]?
    package var size: Int
    /// SHA-256 in lower-case hexadecimal, of the whole and of what follows the first empty line.
    package var digest: String
    package var bodyDigest: String
    package var messageID: String
    /// The addresses of the From field as sent, and as delivered: they differ where the provider rewrites silently.
    package var from: [String]
    package var deliveredFrom: [String]
    package var headerSender: String?
    package var tlsVersion: String
    package var time: Double
    /// False where a fault ended the connection before the 250: the client cannot know that this message was taken.
    package var wasAnswered: Bool
}
