internal import Mail

/// A message's envelope while it is being given (RFC 5321 section 3.3).
struct Transaction: Sendable, Hashable {
    /// nil: none was given, as by an account of this machine that has no address.
    var sender: ReversePath?
    var isUTF8 = false
    var ret: Envelope.Ret?
    var envelopeID: String?
    var recipients: [Recipient] = []
    /// Those that were refused; a message whose recipients were all refused is told so at DATA.
    var refusedRecipients = 0
}
