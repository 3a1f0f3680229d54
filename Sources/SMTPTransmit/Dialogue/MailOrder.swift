internal import Mail

/// What the dialogue must know of a message to write its commands; the content itself never enters the machine.
struct MailOrder: Equatable {
    let envelope: Envelope
    /// Octets of header, empty line and body, before dots are doubled (RFC 1870 section 6.1).
    let size: Int
    /// Header fields with raw UTF-8: SMTPUTF8 is declared where it is offered, and not insisted on where it is not, since such fields
    /// have always been sent (RFC 6532 came late) and servers pass them on.
    let hasEightBitHeader: Bool

    init(envelope: Envelope, size: Int, hasEightBitHeader: Bool = false) {
        self.envelope = envelope
        self.size = size
        self.hasEightBitHeader = hasEightBitHeader
    }

    /// What the message needs and the server does not offer; nil: it can go.
    func missing(in offer: Extensions) -> String? {
        if envelope.needsSMTPUTF8, !offer.smtpUTF8 { return "SMTPUTF8" }
        if let limit = offer.size?.limit, size > limit { return "SIZE \(size) (its limit is \(limit))" }
        return nil
    }

    /// BODY=8BITMIME wherever it is offered: the body is a stream that nobody has read, and 7-bit content is 8BITMIME content too.
    func mailCommand(_ offer: Extensions) -> String {
        var command = "MAIL FROM:\(envelope.sender)"
        if offer.size != nil { command += " SIZE=\(size)" }
        if offer.eightBitMIME { command += " BODY=8BITMIME" }
        if offer.smtpUTF8, envelope.needsSMTPUTF8 || hasEightBitHeader { command += " SMTPUTF8" }
        if offer.dsn {
            if let ret = envelope.ret { command += " RET=\(ret.rawValue)" }
            if let id = envelope.envelopeID, !id.isEmpty { command += " ENVID=\(XText.made(of: id))" }
        }
        return Self.line(command)
    }

    func recipientCommand(_ index: Int, _ offer: Extensions) -> String {
        let recipient = envelope.recipients[index]
        var command = "RCPT TO:<\(recipient.address)>"
        if offer.dsn {
            if let notify = recipient.notify, !notify.isEmpty { command += " NOTIFY=\(notify)" }
            if let original = recipient.originalRecipient, !original.isEmpty { command += " ORCPT=\(XText.originalRecipient(original))" }
        }
        return Self.line(command)
    }

    /// The last guard against a second command inside the first. `EmailAddress` cannot hold a control character and `XText` cannot make
    /// one, so it only stops a mistake of ours.
    static func line(_ command: String) -> String {
        precondition(command.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character in a command")
        return command + "\r\n"
    }
}
