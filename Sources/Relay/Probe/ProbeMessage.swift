package import Mail
package import struct FoundationEssentials.Date

/// One small message from an address to the mailbox that wants to use it: what a provider says to it is the answer (design section 7).
package enum ProbeMessage {
    package static let body = Array(
        "This message was sent to find out whether this mailbox may use the address it is from. Nobody needs to do anything.\r\n".utf8)

    /// `sender`: who sends on behalf of `from`, and is named as that (RFC 5322 section 3.6.2); nil: `from` itself. Marked, so that a rule of the mailbox can put it away.
    package static func header(
        from: EmailAddress, sender: EmailAddress? = nil, to mailbox: EmailAddress, at now: Date, domain: Domain,
        using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var header = HeaderBlock()
        header.prepend(Array("X-Mandate-Probe: yes\r\n".utf8))
        header.prepend(Array("Auto-Submitted: auto-generated\r\n".utf8))
        header.prepend(FieldWriter.text(.subject, "May this mailbox send as \(from)?"))
        header.prepend(FieldWriter.addresses(.to, [NamedAddress(address: mailbox)]))
        if let sender { header.prepend(FieldWriter.addresses(.sender, [NamedAddress(address: sender)])) }
        header.prepend(FieldWriter.addresses(.from, [NamedAddress(address: from)]))
        header.prepend(Array("Date: \(MailDate.format(secondsSince1970: Int64(now.timeIntervalSince1970)))\r\n".utf8))
        header.prepend(Array("Message-ID: \(MessageID(using: &generator, domain: domain).text)\r\n".utf8))
        return header.bytes
    }
}
