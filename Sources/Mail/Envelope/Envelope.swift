/// What travels beside a message: who it comes from, who shall get it, and the delivery reports that were asked for (RFC 5321 3.3, RFC 3461).
package struct Envelope: Sendable, Hashable {
    /// How much of the message a report of failure shall carry.
    package enum Ret: String, Sendable, Hashable, CaseIterable {
        case full = "FULL"
        case hdrs = "HDRS"
    }

    package var sender: ReversePath
    package var recipients: [Recipient]
    package var ret: Ret?
    /// ENVID as it was given, still xtext.
    package var envelopeID: String?

    package init(sender: ReversePath, recipients: [Recipient], ret: Ret? = nil, envelopeID: String? = nil) {
        self.sender = sender
        self.recipients = recipients
        self.ret = ret
        self.envelopeID = envelopeID
    }

    /// Whether an address of it can only travel where SMTPUTF8 is offered; the header may need that on its own account.
    package var needsSMTPUTF8: Bool {
        sender.address?.isASCII == false || recipients.contains { !$0.address.isASCII }
    }
}
