package import Mail
package import struct FoundationEssentials.Date

/// The header of a message at the moment it is accepted: Date and Message-ID are there from now on, so that every attempt has the same ones,
/// and what deciding needs has been read once.
package struct SettledHeader: Sendable {
    package let header: HeaderBlock
    package let from: Question.FromField
    package let messageID: String
    /// RFC 3834: anything but `no`, parameters aside.
    package let isAutoSubmitted: Bool

    /// `trace`: a Received field, which stands before all others (RFC 5321 section 4.4).
    package init(
        _ header: HeaderBlock, at now: Date, domain: Domain, trace: [UInt8]? = nil, using generator: inout some RandomNumberGenerator
    ) {
        var header = header
        if let present = header.first(.messageID), case let text = present.unfolded(), !text.isEmpty {
            messageID = text
        } else {
            header.remove(.messageID)
            let fresh = MessageID(using: &generator, domain: domain)
            header.prepend(Array("Message-ID: \(fresh.text)\r\n".utf8))  // never folded or encoded: RFC 5322 section 3.6.4
            messageID = fresh.text
        }
        if header.first(.date)?.unfolded().isEmpty ?? true {
            header.remove(.date)
            let date = MailDate.format(secondsSince1970: Int64(now.timeIntervalSince1970))
            header.prepend(Array("Date: \(date)\r\n".utf8))
        }
        if let trace { header.prepend(trace) }
        isAutoSubmitted = Self.isAutoSubmitted(header)
        from = Self.from(header)
        self.header = header
    }

    private static func isAutoSubmitted(_ header: HeaderBlock) -> Bool {
        guard let value = header.first(.autoSubmitted)?.unfolded() else { return false }
        let word = value.prefix { $0 != ";" && $0 != "(" && !$0.isWhitespace }
        return !word.isEmpty && word.lowercased() != "no"
    }

    /// The first From field; several are an error of the sender's that no recipient should see, so rewriting leaves one.
    private static func from(_ header: HeaderBlock) -> Question.FromField {
        guard let field = header.first(.from) else { return .absent }
        return Question.FromField(field.value)
    }

    /// To, Cc and Bcc, each address once (RFC 5322 section 3.6.3).
    package func recipients() throws(AcceptFailure) -> [Recipient] {
        var seen: Set<EmailAddress> = []
        var recipients: [Recipient] = []
        for name in [FieldName.to, .cc, .bcc] {
            for field in header.fields(named: name) {
                let list: AddressList
                do throws(AddressError) { list = try AddressList(parsing: field.value) } catch { throw .recipient(name, error) }
                for named in list.addresses where seen.insert(named.address).inserted {
                    recipients.append(Recipient(address: named.address))
                }
            }
        }
        return recipients
    }
}
