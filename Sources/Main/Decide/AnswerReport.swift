internal import Mail
internal import Relay

/// An answer for people (a sheet, with `--explain` followed by every rule that was tried) and for programs (JSON, always with the explanation).
struct AnswerReport {
    let answer: Answer
    /// What becomes of such a message once it is accepted.
    let delivery: Delivery

    func write(_ format: ListingFormat, explains: Bool, to output: OutputStream) {
        switch format {
        case .json: output.write(JSONWriter.text(answer.document(), .indented) + "\n")
        case .table, .csv:
            sheet.write(format, to: output)
            if explains, format == .table { output.write("\n" + Self.lines(answer)) }
        }
    }

    /// The explanation alone.
    static func lines(_ answer: Answer) -> String {
        answer.explanationLines.map { DisplayWidth.printable($0) + "\n" }.joined()
    }

    private var sheet: Sheet {
        var sheet = Sheet()
        switch answer {
        case .refused(let refusal):
            sheet.add("route", .text("refused"))
            Self.add(refusal, to: &sheet)
        case .later(let author, let refusal):
            sheet.add("route", .text("later"))
            sheet.add("author", .text(Self.words(author.all)))
            Self.add(refusal, to: &sheet)
        case .hold(let author, let refusal):
            sheet.add("route", .text("hold"))
            sheet.add("author", .text(Self.words(author.all)))
            Self.add(refusal, to: &sheet)
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
        if delivery != .live { sheet.add("delivery", .text(delivery.description)) }
        return sheet
    }

    private static func add(_ refusal: Refusal, to sheet: inout Sheet) {
        sheet.add("code", .text(refusal.code.rawValue))
        sheet.add("temporary", .flag(refusal.isTemporary))
        sheet.add("mended_by", .text(refusal.mending.mender.rawValue))
        sheet.add("why", .text(refusal.sentence))
    }

    private static func words(_ names: [NamedAddress]) -> String {
        names.map { named in named.name.map { "\($0) <\(named.address)>" } ?? named.address.description }.joined(separator: ", ")
    }
}
