internal import Mail
internal import Relay

/// An answer for people (a sheet, with `--explain` followed by every rule that was tried) and for programs (JSON, always with the explanation).
struct AnswerReport {
    let answer: Answer

    func write(_ format: ListingFormat, explains: Bool, to output: OutputStream) {
        switch format {
        case .json: output.write(JSONDocument.text(value) + "\n")
        case .table, .csv:
            sheet.write(format, to: output)
            if explains, format == .table { output.write("\n" + Self.lines(answer.explanation)) }
        }
    }

    /// The explanation alone.
    static func lines(_ explanation: Explanation) -> String {
        explanation.steps.map { DisplayWidth.printable($0.description) + "\n" }.joined()
    }

    private var sheet: Sheet {
        var sheet = Sheet()
        switch answer {
        case .refused(let refusal):
            sheet.add("route", .text("refused"))
            sheet.add("code", .text(refusal.code.rawValue))
            sheet.add("temporary", .flag(refusal.isTemporary))
            sheet.add("why", .text(refusal.sentence))
        case .hold(let author, _):
            sheet.add("route", .text("hold"))
            sheet.add("author", .text(Self.words(author.all)))
        case .decided(let decision):
            sheet.add("route", .text(decision.route.rawValue))
            sheet.add("author", .text(Self.words(decision.author.all)))
            sheet.add("purpose", Cell(decision.purpose?.rawValue))
            sheet.add("mailbox", .text(decision.mailbox.login))
            sheet.add("grant", .text(decision.mailbox.grant.text))
            sheet.add("transport", .text(decision.transport.rawValue))
            sheet.add("from", .text(Self.words(decision.fields.from)))
            sheet.add("sender", Cell(decision.fields.sender.words))
            sheet.add("reply_to", Cell(decision.fields.replyTo.isEmpty ? nil : Self.words(decision.fields.replyTo)))
            sheet.add("intake", Cell(decision.fields.intake?.description))
            sheet.add("envelope_sender", .text(decision.fields.envelopeSender.words))
        }
        return sheet
    }

    private var value: DocumentValue {
        var entries: [DocumentValue.Entry]
        switch answer {
        case .refused(let refusal):
            entries = [
                .init("route", .text("refused")), .init("code", .text(refusal.code.rawValue)),
                .init("temporary", .flag(refusal.isTemporary)),
                .init("why", .text(refusal.sentence)),
            ]
        case .hold(let author, _): entries = [.init("route", .text("hold")), .init("author", Self.list(author.all))]
        case .decided(let decision):
            let fields = decision.fields
            entries = [
                .init("route", .text(decision.route.rawValue)), .init("author", Self.list(decision.author.all)),
                .init("purpose", Self.text(decision.purpose?.rawValue)),
                .init(
                    "mailbox",
                    .map([
                        .init("address", .text(decision.mailbox.address.description)), .init("login", .text(decision.mailbox.login)),
                        .init("grant", .text(decision.mailbox.grant.text)),
                    ])),
                .init("transport", .text(decision.transport.rawValue)), .init("from", Self.list(fields.from)),
                .init("sender", Self.text(fields.sender.words)), .init("reply_to", Self.list(fields.replyTo)),
                .init("intake", Self.text(fields.intake?.description)), .init("envelope_sender", .text(fields.envelopeSender.words)),
            ]
        }
        entries.append(.init("explanation", .list(answer.explanation.steps.map { .text($0.description) })))
        return .map(entries)
    }

    private static func list(_ names: [NamedAddress]) -> DocumentValue {
        .list(names.map { .map([.init("name", text($0.name)), .init("address", .text($0.address.description))]) })
    }

    private static func text(_ text: String?) -> DocumentValue { text.map { .text($0) } ?? .null }

    private static func words(_ names: [NamedAddress]) -> String {
        names.map { named in named.name.map { "\($0) <\(named.address)>" } ?? named.address.description }.joined(separator: ", ")
    }
}

extension SenderFields.Sender {
    /// nil: no Sender field.
    fileprivate var words: String? {
        switch self {
        case .removed: nil
        case .mailbox(let address), .keptOrMailbox(let address): address.description
        }
    }
}

extension EnvelopeSender {
    fileprivate var words: String {
        switch self {
        case .address(let address): address.description
        case .client(let otherwise): "the client's, else \(otherwise)"
        }
    }
}
