internal import Crypto
internal import Mail
internal import struct FoundationEssentials.Date

/// A report to the sender on what became of a message (RFC 3464): in words, for programs, and with the original, its header as a rule.
///
/// It is itself a message: from the administrator setting's address or whoever stands in for it, with the null envelope sender, `Auto-Submitted: auto-replied`, so that nothing ever
/// answers it, and decided like any other.
struct DeliveryNotice: Sendable {
    enum Action: String, Sendable, Hashable {
        case failed
        /// It left to where nothing more will be heard of it.
        case relayed
    }

    /// What became of it for one recipient.
    struct Fate: Sendable, Hashable {
        var action = Action.failed
        let recipient: Recipient
        /// What became of it, in the words of the failure table.
        let words: String
        /// nil where no server has said anything: our own words are no diagnosis of a server's (RFC 3464 section 2.3.6).
        let answer: Answer?
        /// RFC 3463.
        let status: String
    }

    /// What a server said.
    struct Answer: Sendable, Hashable {
        /// Else an API's, for which no diagnostic type is registered.
        let isSMTP: Bool
        let text: String
    }

    let original: AcceptedMessage
    /// nil: only the header is sent back.
    let body: [UInt8]?
    let fates: [Fate]
    /// Recipients that nothing certain is known of yet.
    let waiting: Int
    let attempts: Int
    /// Who says so.
    let domain: Domain
    let at: Date

    /// What of an original's header is sent back; no header that people write comes near it.
    private static let longestHeader = 64 * 1024

    /// The message, and its body.
    func message(
        from author: Author, to recipient: EmailAddress, using generator: inout some RandomNumberGenerator
    ) -> (message: AcceptedMessage, body: [UInt8]) {
        let boundary = "=_" + Self.letters(using: &generator)
        let messageID = MessageID(using: &generator, domain: domain).text
        var header = HeaderBlock()
        for line in [
            returnsEightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "",
            "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"\(boundary)\"\r\n", "MIME-Version: 1.0\r\n",
            "Auto-Submitted: auto-replied\r\n",
        ] where !line.isEmpty { header.prepend(Array(line.utf8)) }
        if Self.isPlain(original.messageID) {
            header.prepend(Array("In-Reply-To: \(original.messageID)\r\nReferences: \(original.messageID)\r\n".utf8))
        }
        header.prepend(FieldWriter.text(.subject, subject))
        header.prepend(FieldWriter.addresses(.to, [NamedAddress(address: recipient)]))
        header.prepend(FieldWriter.addresses(.from, author.all))
        header.prepend(Array("Date: \(MailDate.format(secondsSince1970: Int64(at.timeIntervalSince1970)))\r\n".utf8))
        header.prepend(Array("Message-ID: \(messageID)\r\n".utf8))
        let body = content(boundary)
        var hash = SHA256()
        hash.update(data: header.bytes)
        hash.update(data: [0x0D, 0x0A] as [UInt8])
        hash.update(data: body)
        let message = AcceptedMessage(
            // Its client's, so that what is set for that client's mail holds for what comes of it.
            id: SpoolID(prefix: "m", at: at, using: &generator), acceptedAt: at, client: original.client, purpose: .administrator,
            user: nil,
            author: author,
            envelope: Envelope(sender: .null, recipients: [Recipient(address: recipient, notify: .never)]), hasEnvelopeSender: true,
            isAutomatic: true, header: header.bytes, bodySize: body.count, digest: Array(hash.finalize()), messageID: messageID)
        return (message, body)
    }

    private func fates(_ action: Action) -> [Fate] { fates.filter { $0.action == action } }

    private var subject: String {
        let failed = fates(.failed)
        let told = failed.isEmpty ? fates : failed
        let whom = told.count == 1 ? "\(told[0].recipient.address)" : "\(told.count) recipients"
        return "\(failed.isEmpty ? "Passed on" : "Not delivered"): your message to \(whom)"
    }

    private func content(_ boundary: String) -> [UInt8] {
        let isInternational = fates.contains { !$0.recipient.address.isASCII }
        let status = isInternational ? "message/global-delivery-status" : "message/delivery-status"
        var content: [UInt8] = []
        func part(_ type: String, _ encoding: String?, _ bytes: [UInt8]) {
            let encoding = encoding.map { "Content-Transfer-Encoding: \($0)\r\n" } ?? ""
            content += Array("--\(boundary)\r\nContent-Type: \(type)\r\n\(encoding)\r\n".utf8) + bytes + [0x0D, 0x0A]
        }
        part("text/plain; charset=utf-8", "quoted-printable", QuotedPrintable.encode(Array(words.utf8)))
        let report = Array(report.utf8)
        part(status, isInternational ? "quoted-printable" : nil, isInternational ? QuotedPrintable.encode(report) : report)
        if let body {
            // A message within a message travels as it is (RFC 2046 section 5.2.1).
            let type = original.header.contains { $0 >= 0x80 } ? "message/global" : "message/rfc822"
            part(type, returnsEightBit ? "8bit" : nil, original.header + [0x0D, 0x0A] + body)
        } else {
            part(
                "text/rfc822-headers; charset=utf-8", "quoted-printable",
                QuotedPrintable.encode(Array(original.header.prefix(Self.longestHeader))))
        }
        return content + Array("--\(boundary)--\r\n".utf8)
    }

    private var returnsEightBit: Bool {
        guard let body else { return false }
        return original.header.contains { $0 >= 0x80 } || body.contains { $0 >= 0x80 }
    }

    /// For whoever wrote it.
    private var words: String {
        let message = "The message that you sent on \(original.acceptedAt.minute)"
        var lines: [String] = []
        if case let failed = fates(.failed), !failed.isEmpty {
            lines += ["\(message) was not delivered to:", ""] + failed.flatMap(Self.words)
            lines += [
                attempts == 1 ? "It was tried once, and is not tried again." : "It was tried \(attempts) times, and is not tried again.",
                "",
            ]
        }
        if waiting > 0 {
            lines += [
                "For \(waiting == 1 ? "another recipient" : "\(waiting) other recipients") it is still being tried; you hear only if that fails, too.",
                "",
            ]
        }
        if case let relayed = fates(.relayed), !relayed.isEmpty {
            lines += ["\(message) has left for:", ""] + relayed.flatMap(Self.words)
            lines += ["You asked to hear when it is delivered; this is the last that is heard of it, unless it fails.", ""]
        }
        let attached = body != nil ? "It" : original.envelope.ret == .full ? "It is too long to come back whole: its header" : "Its header"
        return (lines + ["\(attached) is attached. Your administrator finds it as \(original.id).", ""]).joined(separator: "\r\n")
    }

    private static func words(_ fate: Fate) -> [String] {
        let said = fate.answer.flatMap { fate.words.contains($0.text) ? nil : ["      The server said: \($0.text)"] } ?? []
        return ["  \(fate.recipient.address)", "      \(fate.words)"] + said + [""]
    }

    /// For programs (RFC 3464 section 2).
    private var report: String {
        var text = "Reporting-MTA: dns; \(domain.ascii)\r\n"
        // What was given as xtext is told as what it stands for (RFC 3461 section 6.3).
        if let id = original.envelope.envelopeID { text += "Original-Envelope-Id: \(Self.oneLine(XText.decoded(id)))\r\n" }
        text += "Arrival-Date: \(Self.date(original.acceptedAt))\r\n"
        for fate in fates {
            let address = fate.recipient.address
            text += "\r\n"
            if let given = fate.recipient.originalRecipient { text += "Original-Recipient: \(Self.original(given))\r\n" }
            text +=
                "Final-Recipient: \(address.isASCII ? "rfc822" : "utf-8"); \(address)\r\nAction: \(fate.action.rawValue)\r\nStatus: \(fate.status)\r\n"
            if let answer = fate.answer {
                text += "Diagnostic-Code: \(answer.isSMTP ? "smtp" : "x-http"); \(Self.oneLine(answer.text))\r\n"
            }
            text += "Last-Attempt-Date: \(Self.date(at))\r\n"
        }
        return text
    }

    /// What a client wrote there is its own; only what is an identifier goes into fields of ours.
    private static func isPlain(_ messageID: String) -> Bool {
        messageID.utf8.count <= 500 && messageID.hasPrefix("<") && messageID.hasSuffix(">")
            && messageID.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func date(_ date: Date) -> String { MailDate.format(secondsSince1970: Int64(date.timeIntervalSince1970)) }

    /// `rfc822;ann+2Bx@example.org` with its xtext undone.
    private static func original(_ given: String) -> String {
        let parts = given.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return oneLine(given) }
        return oneLine("\(parts[0]); \(XText.decoded(String(parts[1])))")
    }

    /// A field of its own may not come out of what a server said, nor anything that a 7-bit part cannot carry.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(700).map { (0x20...0x7E).contains($0.value) ? $0 : "?" }))
    }

    /// 128 bits: no line of an original's header begins with it by chance.
    private static func letters(using generator: inout some RandomNumberGenerator) -> String {
        (0..<2).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    }
}
