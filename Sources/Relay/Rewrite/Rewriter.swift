package import Mail

/// Writes a decision into a header: From, Sender, Reply-To and the envelope sender, by the table of design section 5. Bytes are evidence: a field
/// that already says what it should stays as it came, and everything not named here comes through byte for byte. The body is never seen.
/// Rewriting twice changes nothing.
package struct Rewriter: Sendable {
    /// What the rewriter must know of the message beside its header.
    package struct Circumstances: Sendable, Hashable {
        /// Accepted with `<>` or Auto-Submitted: it never gets a Reply-To and leaves with `<>` where the provider takes that.
        package let isAutomatic: Bool
        /// As submitted; nil when none was given.
        package let envelopeSender: ReversePath?
        package let providerTakesNullSender: Bool
        package let redirection: Redirection?

        package init(
            isAutomatic: Bool, envelopeSender: ReversePath?, providerTakesNullSender: Bool, redirection: Redirection? = nil
        ) {
            self.isAutomatic = isAutomatic
            self.envelopeSender = envelopeSender
            self.providerTakesNullSender = providerTakesNullSender
            self.redirection = redirection
        }
    }

    /// Somebody else gets it instead of its recipients (`Delivery`).
    package struct Redirection: Sendable, Hashable {
        package let address: EmailAddress
        package let recipients: [EmailAddress]

        package init(to address: EmailAddress, insteadOf recipients: [EmailAddress]) {
            self.address = address
            self.recipients = recipients
        }
    }

    private var header: HeaderBlock
    private let decision: Decision
    private let circumstances: Circumstances
    private var changed: [FieldName] = []

    private init(_ header: HeaderBlock, _ decision: Decision, _ circumstances: Circumstances) {
        self.header = header
        self.decision = decision
        self.circumstances = circumstances
    }

    /// Throws `signature-breaks` only, where the policy for signed messages is `refuse` and a signed field would change.
    package static func rewrite(
        _ header: HeaderBlock, _ decision: Decision, _ circumstances: Circumstances
    ) throws(Refusal) -> Rewritten {
        var rewriter = Rewriter(header, decision, circumstances)
        // Fields are put in front of all others, so the last written stands first: From, Sender, Reply-To, X-Original-From.
        rewriter.redirect()
        rewriter.announceAutomatic()
        let original = rewriter.header.first(.from)?.value
        let replyTo = rewriter.newReplyTo()
        let sender = rewriter.newSender()
        let from = rewriter.newFrom()
        if let original, from != nil, decision.fields.keepsOriginalFrom { rewriter.keepOriginal(original) }
        rewriter.write(replyTo, to: .replyTo)
        rewriter.write(sender, to: .sender)
        rewriter.write(from, to: .from)
        try rewriter.settleSignatures()
        rewriter.dropBcc()
        return Rewritten(header: rewriter.header, envelopeSender: rewriter.envelopeSender, changed: rewriter.changed)
    }

    /// From, Sender and Reply-To as they stand in a message that had none of its own, for who writes it himself.
    package static func fields(of decision: Decision) -> String {
        var rewriter = Rewriter(
            HeaderBlock(), decision, Circumstances(isAutomatic: false, envelopeSender: nil, providerTakesNullSender: true))
        rewriter.write(rewriter.newReplyTo(), to: .replyTo)
        rewriter.write(rewriter.newSender(), to: .sender)
        rewriter.write(rewriter.newFrom(), to: .from)
        return String(decoding: rewriter.header.bytes, as: UTF8.self)
    }

    /// What a field is to become: nothing to do, gone, or new entries.
    private enum Edit {
        case removed
        case replaced([AddressListEntry])
    }

    private mutating func write(_ edit: Edit?, to name: FieldName) {
        guard let edit else { return }
        switch edit {
        case .removed: header.remove(name)
        case .replaced(let entries): header.prepend(FieldWriter.addresses(name, entries), insteadOf: name)
        }
        changed.append(name)
    }

    private func newFrom() -> Edit? {
        let fields = header.fields(named: .from)
        if fields.count == 1, fields[0].says(decision.fields.from) { return nil }
        return .replaced(decision.fields.from.map(AddressListEntry.address))
    }

    private func newSender() -> Edit? {
        let fields = header.fields(named: .sender)
        var present: [NamedAddress]? { fields.count == 1 ? (try? AddressList(parsing: fields[0].value))?.addresses : nil }
        switch decision.fields.sender {
        case .removed:
            return fields.isEmpty ? nil : .removed
        case .mailbox(let address):
            if present?.map(\.address) == [address] { return nil }
            return .replaced([.address(NamedAddress(address: address))])
        case .keptOrMailbox(let mailbox):
            let present = present
            let allowed = decision.fields.from.map(\.address) + [mailbox]
            if let present, present.count == 1, allowed.contains(present[0].address) { return nil }
            return .replaced([.address(NamedAddress(address: mailbox))])
        }
    }

    /// What was there wins over the author and is kept first; the intake address is added behind it, never twice.
    private func newReplyTo() -> Edit? {
        guard !circumstances.isAutomatic else { return nil }
        let fields = header.fields(named: .replyTo)
        if fields.count == 1, fields[0].names(decision.fields.intake) { return nil }
        let present = fields.flatMap { (try? AddressList(parsing: $0.value))?.entries ?? [] }
        let isPresent = present.contains { !$0.addresses.isEmpty }
        var wanted = isPresent ? present : decision.fields.replyTo.map(AddressListEntry.address)
        if let intake = decision.fields.intake, !wanted.contains(where: { $0.addresses.contains { $0.address == intake } }) {
            wanted.append(.address(NamedAddress(address: intake)))
        }
        // Nothing to add: what came stays as it came, an unreadable field included.
        return wanted.isEmpty || wanted == present ? nil : .replaced(wanted)
    }

    /// Providers' APIs send to whom To and Cc name, and a tester who answers all would, too.
    private mutating func redirect() {
        guard let redirection = circumstances.redirection else { return }
        if header.first(.mandateOriginalRecipients) == nil {  // the first rewriter saw the real ones
            let names = redirection.recipients.map(\.description).joined(separator: ", ")
            header.prepend(FieldWriter.text(.mandateOriginalRecipients, names))
        }
        let alone = [AddressListEntry.address(NamedAddress(address: redirection.address))]
        let present = header.fields(named: .to)
        let isThere =
            present.count == 1 && present[0].says([NamedAddress(address: redirection.address)])
        write(isThere ? nil : .replaced(alone), to: .to)
        for name in [FieldName.cc, .resentTo, .resentCc] { write(header.first(name) == nil ? nil : .removed, to: name) }
    }

    private mutating func keepOriginal(_ value: ArraySlice<UInt8>) {
        guard header.first(.originalFrom) == nil else { return }  // the first rewriter saw the real one
        header.prepend(Array("X-Original-From:".utf8) + value + [0x0D, 0x0A])
    }

    /// RFC 3834 section 5: where `<>` cannot say it, the field does.
    private mutating func announceAutomatic() {
        guard circumstances.isAutomatic, !circumstances.providerTakesNullSender else { return }
        let present = header.first(.autoSubmitted)?.unfolded().lowercased() ?? "no"
        // "no" invites the answers that `<>` was to prevent.
        guard present.isEmpty || present == "no" else { return }
        header.remove(.autoSubmitted)
        header.prepend(FieldWriter.text(.autoSubmitted, "auto-generated"))
    }

    /// Signatures over From, Sender or Reply-To fail once those change, and a failing signature looks like forgery.
    private mutating func settleSignatures() throws(Refusal) {
        guard !changed.isEmpty, header.contains(FieldName.signatures) else { return }
        switch decision.fields.signatures {
        case .keep: return
        case .strip: for name in FieldName.signatures { header.remove(name) }
        case .refuse:
            var explanation = decision.explanation
            explanation.note(.refused(.signatureBreaks))
            let names = changed.map(\.text).joined(separator: ", ")
            throw Refusal(
                .signatureBreaks,
                "the message is signed and \(names) would change: send it unsigned, or let `signatures` be strip or keep",
                author: decision.author, explanation: explanation)
        }
    }

    /// A Bcc field would tell every recipient who the hidden ones are (RFC 5322 section 3.6.3).
    private mutating func dropBcc() {
        header.remove(.bcc)
        header.remove(.resentBcc)
    }

    private var envelopeSender: ReversePath {
        if circumstances.isAutomatic {
            return circumstances.providerTakesNullSender ? .null : .address(decision.mailbox.address)
        }
        switch decision.fields.envelopeSender {
        case .address(let address): return .address(address)
        case .client(let otherwise): return circumstances.envelopeSender ?? .address(otherwise)
        }
    }
}

/// A header as it leaves, and the envelope sender that goes with it.
package struct Rewritten: Sendable, Hashable {
    package let header: HeaderBlock
    package let envelopeSender: ReversePath
    /// Of From, Sender and Reply-To, and To and Cc of what is redirected, those that are not as they came.
    package let changed: [FieldName]
}

extension AddressListEntry {
    fileprivate var addresses: [NamedAddress] {
        switch self {
        case .address(let named): [named]
        case .group(_, let members): members
        }
    }
}

extension FieldName {
    /// What seals From, Sender or Reply-To, or reports on such a seal; the ARC fields are a set of three that seal one another (RFC 8617).
    fileprivate static let signatures: [FieldName] = [
        .dkimSignature, .authenticationResults, .arcSeal, .arcMessageSignature, .arcAuthenticationResults,
    ]
}
