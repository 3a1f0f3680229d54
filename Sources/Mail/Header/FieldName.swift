/// The name of a header field; upper and lower case do not count (RFC 5322 1.2.2, 3.6.8).
package struct FieldName: Sendable {
    package let text: String
    /// Tells most names apart without looking at them: length, first and last byte in lower case.
    let mark: UInt32

    /// Fails where a character is not `ftext`, for an empty name, and over 500 characters, which no line could hold with its value.
    package init?(_ text: String) {
        guard (1...500).contains(text.utf8.count), text.utf8.allSatisfy(Self.isNameByte) else { return nil }
        self.init(known: text)
    }

    init(known text: String) {
        self.text = text
        let bytes = text.utf8
        mark = Self.mark(first: bytes[bytes.startIndex], last: bytes[bytes.index(before: bytes.endIndex)], count: bytes.count)
    }

    static func mark(first: UInt8, last: UInt8, count: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: count) << 16 | UInt32(ASCII.lowercased(first)) << 8 | UInt32(ASCII.lowercased(last))
    }

    /// Printable ASCII but the colon.
    static func isNameByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: ":") }

    /// Whether these bytes are this name.
    func matches(_ bytes: Span<UInt8>) -> Bool {
        let name = text.utf8.span
        guard name.count == bytes.count else { return false }
        for index in name.indices where ASCII.lowercased(name[index]) != ASCII.lowercased(bytes[index]) { return false }
        return true
    }
}

extension FieldName {
    package static let from = Self(known: "From")
    package static let sender = Self(known: "Sender")
    package static let replyTo = Self(known: "Reply-To")
    package static let to = Self(known: "To")
    package static let cc = Self(known: "Cc")
    package static let bcc = Self(known: "Bcc")
    package static let date = Self(known: "Date")
    package static let messageID = Self(known: "Message-ID")
    package static let inReplyTo = Self(known: "In-Reply-To")
    package static let references = Self(known: "References")
    package static let subject = Self(known: "Subject")
    package static let received = Self(known: "Received")
    package static let returnPath = Self(known: "Return-Path")
    package static let autoSubmitted = Self(known: "Auto-Submitted")
    package static let dkimSignature = Self(known: "DKIM-Signature")
    package static let authenticationResults = Self(known: "Authentication-Results")
    package static let arcSeal = Self(known: "ARC-Seal")
    package static let arcMessageSignature = Self(known: "ARC-Message-Signature")
    package static let arcAuthenticationResults = Self(known: "ARC-Authentication-Results")
    package static let mandatePurpose = Self(known: "X-Mandate-Purpose")
    package static let mandateUser = Self(known: "X-Mandate-User")
    package static let mandateEnvelope = Self(known: "X-Mandate-Envelope")
    package static let mandateOriginalRecipients = Self(known: "X-Mandate-Original-Recipients")
    package static let envelopeSender = Self(known: "X-Sender")
    package static let envelopeRecipient = Self(known: "X-Receiver")
    package static let originalFrom = Self(known: "X-Original-From")
    package static let mimeVersion = Self(known: "MIME-Version")
    package static let contentType = Self(known: "Content-Type")
    package static let contentTransferEncoding = Self(known: "Content-Transfer-Encoding")
    package static let resentFrom = Self(known: "Resent-From")
    package static let resentSender = Self(known: "Resent-Sender")
    package static let resentTo = Self(known: "Resent-To")
    package static let resentCc = Self(known: "Resent-Cc")
    package static let resentBcc = Self(known: "Resent-Bcc")
}

extension FieldName: Hashable, CustomStringConvertible {
    package static func == (left: FieldName, right: FieldName) -> Bool {
        left.text.utf8.count == right.text.utf8.count
            && zip(left.text.utf8, right.text.utf8).allSatisfy { ASCII.lowercased($0) == ASCII.lowercased($1) }
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(ASCII.lowercased(byte)) }
    }

    package var description: String { text }
}
