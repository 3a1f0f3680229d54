internal import Mail

/// An answer for programs: the command line and the API say it in the same words.
extension Answer {
    /// `explains`: with every rule that was tried, which takes longer to say than it took to decide.
    package func document(explains: Bool = true) -> DocumentValue {
        var entries: [DocumentValue.Entry]
        switch self {
        case .refused(let refusal): entries = [.init("route", "refused")] + refusal.entries
        case .later(let author, let refusal): entries = [.init("route", "later"), .init("author", author.document)] + refusal.entries
        case .hold(let author, let refusal): entries = [.init("route", "hold"), .init("author", author.document)] + refusal.entries
        case .decided(let decision): entries = decision.entries
        }
        if explains { entries.append(.init("explanation", DocumentValue(explanationLines))) }
        return .map(entries)
    }
}

extension Refusal {
    fileprivate var entries: [DocumentValue.Entry] {
        [
            .init("code", .text(code.rawValue)), .init("temporary", .flag(isTemporary)),
            .init("mended_by", .text(mending.mender.rawValue)), .init("why", .text(sentence)),
        ]
    }
}

extension Decision {
    fileprivate var entries: [DocumentValue.Entry] {
        [
            .init("route", .text(route.rawValue)), .init("author", author.document), .init("purpose", DocumentValue(purpose?.rawValue)),
            .init(
                "mailbox",
                [
                    "address": .text(mailbox.address.description), "login": .text(mailbox.login), "grant": .text(mailbox.grant.text),
                ]),
            .init("transport", .text(transport.rawValue)), .init("from", fields.from.document),
            .init("sender", DocumentValue(fields.sender.words)), .init("reply_to", fields.replyTo.document),
            .init("intake", DocumentValue(fields.intake?.description)), .init("envelope_sender", .text(fields.envelopeSender.words)),
        ]
    }
}

extension Author {
    package var document: DocumentValue { all.document }
}

extension [NamedAddress] {
    fileprivate var document: DocumentValue {
        .list(map { ["name": DocumentValue($0.name), "address": .text($0.address.description)] })
    }
}

extension SenderFields.Sender {
    /// nil: no Sender field.
    package var words: String? {
        switch self {
        case .removed: nil
        case .mailbox(let address), .keptOrMailbox(let address): address.description
        }
    }
}

extension EnvelopeSender {
    package var words: String {
        switch self {
        case .address(let address): address.description
        case .client(let otherwise): "the client's, else \(otherwise)"
        }
    }
}
