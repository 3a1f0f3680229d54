import Mail
import Relay

/// What a case says of the answer; what it does not mention may be anything.
struct AnswerExpectation {
    private let reader: DocumentReader
    private let fields: DocumentFields

    init(_ reader: DocumentReader) throws {
        self.reader = reader
        fields = try reader.fields([
            "route", "author", "mailbox", "provider", "transport", "from", "sender", "reply_to", "intake", "envelope", "refused",
            "temporary", "hold",
            "later", "mender", "says", "explains",
        ])
        guard ["route", "refused", "later", "hold", "author", "mailbox", "from"].contains(where: { fields[$0] != nil }) else {
            throw reader.problem("it expects nothing that could fail")
        }
    }

    /// A line for each difference.
    func differences(from answer: Answer) throws -> [String] {
        let actual = Self.facts(of: answer)
        var differences: [String] = []
        for entry in fields.entries where entry.key != "explains" {
            let wanted = try texts(fields[entry.key])
            let found = actual[entry.key] ?? []
            if wanted != found { differences.append("\(entry.key): expected \(wanted), found \(found)") }
        }
        for text in try fields["explains"]?.items() ?? [] {
            let wanted = try text.text()
            if !answer.explanation.words.contains(wanted) { differences.append("the explanation does not say \"\(wanted)\"") }
        }
        return differences
    }

    private func texts(_ reader: DocumentReader?) throws -> [String] {
        guard let reader else { return [] }
        if case .list = reader.value { return try reader.items().map { try $0.text() } }
        return [try reader.text()]
    }

    private static func facts(of answer: Answer) -> [String: [String]] {
        switch answer {
        case .hold(let author, let refusal): return facts(of: refusal, ["hold": ["true"], "author": [author.description]])
        case .later(let author, let refusal):
            return facts(of: refusal, ["later": [refusal.code.rawValue], "author": [author.description]])
        case .refused(let refusal): return facts(of: refusal, ["refused": [refusal.code.rawValue]])
        case .decided(let decision):
            let fields = decision.fields
            return [
                "route": [decision.route.rawValue], "author": [decision.author.description], "mailbox": [decision.mailbox.login],
                "provider": [decision.account.provider.text], "transport": [decision.transport.rawValue], "from": fields.from.map(words),
                "sender": [words(fields.sender)],
                "reply_to": fields.replyTo.map(words), "intake": fields.intake.map { [$0.description] } ?? [],
                "envelope": [words(fields.envelopeSender)],
            ]
        }
    }

    private static func facts(of refusal: Refusal, _ own: [String: [String]]) -> [String: [String]] {
        own.merging([
            "temporary": [String(refusal.isTemporary)], "mender": [refusal.mending.mender.rawValue], "says": [refusal.sentence],
        ]) { mine, _ in mine }
    }

    private static func words(_ named: NamedAddress) -> String {
        named.name.map { "\($0) <\(named.address)>" } ?? named.address.description
    }

    private static func words(_ sender: SenderFields.Sender) -> String {
        switch sender {
        case .removed: "removed"
        case .mailbox(let address): address.description
        case .keptOrMailbox(let address): "\(address) if none fits"
        }
    }

    private static func words(_ sender: EnvelopeSender) -> String {
        switch sender {
        case .address(let address): "<\(address)>"
        case .client(let otherwise): "the client's, else <\(otherwise)>"
        }
    }
}
