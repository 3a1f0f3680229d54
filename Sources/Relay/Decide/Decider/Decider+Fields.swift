internal import Mail

/// What the header and the envelope are to say, by route (the table of design section 5).
extension Decider {
    func decision(
        _ author: Author, _ usable: Usable, from: [NamedAddress], route: Route, _ routing: Routing, _ explanation: Explanation
    ) -> Decision {
        let settings = directory.settings
        let mailbox = usable.candidate.mailbox
        var explanation = explanation
        let written = usable.transport == .graph ? from.map { shortenPhrase($0, &explanation) } : from
        let policy = settings.replyPolicy(routing.purpose)
        let fields = SenderFields(
            from: written,
            sender: sender(route, mailbox, severalAuthors: from.count > 1),
            replyTo: route == .replyTo || policy == .both ? author.all : [],
            intake: policy.addsIntake ? settings.intake : nil,
            envelopeSender: envelopeSender(route, usable, from: from.map(\.address), routing, &explanation),
            keepsOriginalFrom: settings.keepsOriginalFrom, signatures: settings.signaturePolicy)
        return Decision(
            author: author, purpose: routing.purpose, route: route, candidate: usable.candidate, transport: usable.transport,
            standings: usable.standings, source: usable.source, fields: fields, explanation: explanation)
    }

    /// `{name} via {organisation}`. No address may stand inside the phrase: readers and filters take it for the sender (domain.md 4.4). An encoded word in
    /// quotes stands for itself (RFC 2047 section 5), and many programs decode it all the same, so it is read as they do.
    func viaPhrase(for author: Author, _ carrier: NamedAddress) -> String {
        let names = author.all.map { named in
            let given = named.name ?? ""
            let name = given[...].mayShowAddress ? EncodedWord.decode(given).withoutAddresses : given
            let local = name.isEmpty ? named.address.localPart.withoutAddresses : name
            return local.isEmpty ? named.address.domain.text : local
        }
        let organisation = (directory.settings.organisation ?? carrier.name ?? "").withoutAddresses
        return directory.settings.template.phrase(
            name: names.joined(separator: ", "), organisation: organisation.isEmpty ? carrier.address.domain.text : organisation)
    }

    private func sender(_ route: Route, _ mailbox: ConcreteMailbox, severalAuthors: Bool) -> SenderFields.Sender {
        switch route {
        case .onBehalf: .mailbox(mailbox.address)
        case .own, .family, .alias, .sendAs: severalAuthors ? .keptOrMailbox(mailbox.address) : .removed
        case .replyTo: .removed
        }
    }

    private func envelopeSender(
        _ route: Route, _ usable: Usable, from: [EmailAddress], _ routing: Routing, _ explanation: inout Explanation
    ) -> EnvelopeSender {
        let mailbox = usable.candidate.mailbox.address
        let byRoute =
            switch route {
            case .own, .family, .alias, .sendAs: from[0]
            case .onBehalf, .replyTo: mailbox
            }
        switch directory.settings.envelopePolicy {
        case .byRoute: return .address(byRoute)
        case .mailbox: return .address(mailbox)
        case .from: return .address(from[0])
        case .client:
            guard let wanted = routing.envelopeSender?.address else { return .client(otherwise: byRoute) }
            let isAllowed = mayStandInEnvelope(wanted, usable, from: from, routing, &explanation)
            return isAllowed ? .client(otherwise: byRoute) : .address(mailbox)
        case .fixed(let wanted):
            return .address(mayStandInEnvelope(wanted, usable, from: from, routing, &explanation) ? wanted : mailbox)
        }
    }

    /// Providers judge the envelope sender as they judge From, and count its refusals against the mailbox (domain.md 2.7): so it is one of the message's own
    /// authors, the mailbox, or an address that the mailbox may use by the directory and by all that is known. An API is told none.
    private func mayStandInEnvelope(
        _ wanted: EmailAddress, _ usable: Usable, from: [EmailAddress], _ routing: Routing, _ explanation: inout Explanation
    ) -> Bool {
        let mailbox = usable.candidate.mailbox
        if usable.transport != .smtp || wanted == mailbox.address || from.contains(wanted) { return true }
        var judgement = Search()
        let deny = directory.denials(for: wanted).first { $0.mailbox == nil }
        if deny == nil {
            for candidate in candidates(for: wanted) where candidate.mailbox.login == mailbox.login {
                let found = judge(candidate, severalAuthors: false, only: usable.transport, routing, &judgement)
                if found.contains(where: { $0.confidence != .doubted }) { return true }
            }
        }
        explanation.note(.envelopeReplaced(wanted, by: mailbox, deny.map { [.deniedByEntry($0)] } ?? judgement.struck.flatMap(\.strikes)))
        return false
    }

    /// Graph answers ErrorSendAsDenied to an `@` in the display name.
    private func shortenPhrase(_ named: NamedAddress, _ explanation: inout Explanation) -> NamedAddress {
        guard let name = named.name, name.contains("@") else { return named }
        explanation.note(.phraseShortened(name))
        let rest = name.withoutAddresses
        return NamedAddress(name: rest.isEmpty ? nil : rest, address: named.address)
    }
}

extension String {
    /// Without the words that hold an `@`, or one of the letters that look like it, or could hide one once more in an encoded word.
    fileprivate var withoutAddresses: String {
        guard self[...].mayShowAddress else { return self }
        return split(separator: " ").filter { !$0.mayShowAddress }.joined(separator: " ")
    }
}

extension Substring {
    fileprivate var mayShowAddress: Bool {
        // Nearly always a look at the octets is enough.
        guard utf8.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "=") || $0 >= 0x80 }) else { return false }
        return unicodeScalars.contains { $0 == "@" || $0 == "\u{FE6B}" || $0 == "\u{FF20}" }
            || zip(utf8, utf8.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
    }
}
