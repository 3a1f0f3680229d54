package import Mail

extension Submission {
    /// Takes what is meant for us out of a header, so that no recipient sees it: the purpose and the application's current user, from programs that can only
    /// write mail; and the envelope of a file. What the way in has said already holds.
    package mutating func takeInstructions(from header: inout HeaderBlock) throws(AcceptFailure) {
        if readsEnvelopeFields { try takeEnvelope(from: &header) }
        if let word = try Self.only(.mandatePurpose, in: header) {
            guard let named = Purpose(rawValue: word.lowercased()) else {
                let known = Purpose.allCases.map(\.rawValue).joined(separator: ", ")
                throw .instruction(.mandatePurpose, "names no purpose that there is: \(known)")
            }
            purpose = purpose ?? named
        }
        if let word = try Self.only(.mandateUser, in: header) {
            guard let named = UserID(word) else { throw .instruction(.mandateUser, "names no user: an id has 1 to 255 octets") }
            user = user ?? named
        }
        header.remove(.mandatePurpose)
        header.remove(.mandateUser)
    }

    /// What a program of this machine sends without saying as whom – cron, at, a monitor – is administrative mail.
    func speaksForTheMachine(_ from: Question.FromField) -> Bool {
        guard case .account? = origin, purpose == nil, client?.defaultPurpose == nil, client?.authorIfUnusable == nil else { return false }
        return from.author(isStrict: client?.isStrict == true)?.isUsable != true
    }

    /// Two would be one too many to know which was meant.
    private static func only(_ name: FieldName, in header: HeaderBlock) throws(AcceptFailure) -> String? {
        let fields = header.fields(named: name)
        guard fields.count <= 1 else { throw .instruction(name, "is there \(fields.count) times") }
        return fields.first?.unfolded()
    }

    /// X-Sender and X-Receiver count where they stand before all other fields; elsewhere they are anyone's.
    private mutating func takeEnvelope(from header: inout HeaderBlock) throws(AcceptFailure) {
        var count = 0
        for field in header.fields {
            let text = field.unfolded()
            if field.isNamed(.envelopeSender) {
                guard envelopeSender == nil else { throw .instruction(.envelopeSender, "is there twice") }
                do throws(AddressError) { envelopeSender = try ReversePath(text) } catch { throw .recipient(.envelopeSender, error) }
            } else if field.isNamed(.envelopeRecipient) {
                do throws(AddressError) {
                    let account = text.filter { $0 != "<" && $0 != ">" }
                    guard let address = LocalName.isOne(account) ? address(account) : try ReversePath(text).address else {
                        throw AddressError(LocalName.isOne(account) ? .missingAt : .empty, at: 0)
                    }
                    if !recipients.contains(where: { $0.address == address }) { recipients.append(Recipient(address: address)) }
                } catch { throw .recipient(.envelopeRecipient, error) }
            } else if field.isNamed(.mandateEnvelope) {
                try takeReports(text)
                count += 1
                break
            } else {
                break
            }
            count += 1
        }
        header.removeFirst(count)
    }

    /// `end notify=SUCCESS ret=HDRS envid=…`: what follows is the message's own, and what was asked for of reports.
    private mutating func takeReports(_ text: String) throws(AcceptFailure) {
        for word in text.split(separator: " ").dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts.first, parts.last) {
            case ("notify", let value?):
                guard let notify = Recipient.Notify(value) else { throw .instruction(.mandateEnvelope, "asks for reports \(value)") }
                for index in recipients.indices { recipients[index].notify = notify }
            case ("ret", let value?):
                guard let ret = Envelope.Ret(rawValue: value.uppercased()) else {
                    throw .instruction(.mandateEnvelope, "asks for ret \(value)")
                }
                self.ret = ret
            case ("envid", let value?): envelopeID = value
            default: throw .instruction(.mandateEnvelope, "says \(word), which nobody knows")
            }
        }
    }
}
