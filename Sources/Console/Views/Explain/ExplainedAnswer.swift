internal import Web
internal import Mail
internal import Relay

/// An answer for a person: what would be written, or why nothing would and what to do, and every rule that led there.
struct ExplainedAnswer: Sendable {
    private let answer: Answer
    private let question: Question
    private let decider: Decider
    private let header: HeaderComparison?
    private let command: String

    /// `header`: of a whole message.
    init(_ answer: Answer, _ question: Question, _ decider: Decider, header: HeaderComparison?, command: String) {
        self.answer = answer
        self.question = question
        self.decider = decider
        self.header = header
        self.command = command
    }

    var document: DocumentValue {
        var decision = DocumentValue.null
        var refusal = DocumentValue.null
        switch answer {
        case .decided(let decided): decision = document(decided)
        case .later(let author, let obstacle):
            decision = Self.waiting(author, "later", "it is taken, and waits")
            refusal = document(obstacle, "wait", obstacle.code.rawValue)
        case .hold(let author, let obstacle):
            decision = Self.waiting(author, "held", "it is held until somebody releases it")
            refusal = document(obstacle, "wait", obstacle.code.rawValue)
        case .refused(let refused): refusal = document(refused, "bad", "refused: \(refused.code.rawValue)")
        }
        return [
            "command": .text(command), "decision": decision, "refusal": refusal,
            "rules": .list(answer.explanation.steps.enumerated().map { Self.rule($0 + 1, $1) }), "header": header?.document ?? .null,
        ]
    }

    private static func rule(_ number: Int, _ step: Explanation.Step) -> DocumentValue {
        let (kind, word) = step.outcome
        return ["number": .text(String(number)), "words": .text(step.words), "outcome": Words.badge(kind, word)]
    }

    /// Of a whole message what its header will say, else what would be written into one.
    private func document(_ decision: Decision) -> DocumentValue {
        let fields = decision.fields
        let written = header?.rewritten.header
        let replyTo = (fields.replyTo + [fields.intake.map { NamedAddress(address: $0) }].compactMap(\.self)).words
        return [
            "state": Words.badge(decision.route == .replyTo ? "wait" : "good", decision.route.rawValue),
            "route": .text(decision.route.rawValue), "author": .text(decision.author.all.words),
            "copy": .text(decision.sentCopy.words.sentence), "copy_step": DocumentValue(decision.sentCopy.step),
            "mailbox": .text(decision.mailbox.words), "mailbox_href": .text(decision.mailbox.row.place),
            "transport": .text(decision.transport.rawValue),
            "from": .text(written?.first(.from)?.decoded() ?? fields.from.words),
            "sender": DocumentValue(written.map { $0.first(.sender)?.decoded() } ?? fields.sender.words),
            "reply_to": DocumentValue(written.map { $0.first(.replyTo)?.decoded() } ?? (replyTo.isEmpty ? nil : replyTo)),
            "envelope_sender": .text(header.map { $0.rewritten.envelopeSender.words } ?? fields.envelopeSender.words),
        ]
    }

    private static func waiting(_ author: Author, _ state: String, _ words: String) -> DocumentValue {
        [
            "state": Words.badge("wait", state), "route": .text("none now: \(words)"), "author": .text(author.all.words),
            "copy": nil, "copy_step": nil, "mailbox": "none", "transport": "none", "from": .text(author.all.words), "sender": nil,
            "reply_to": nil,
            "envelope_sender": "none",
        ]
    }

    private func document(_ refusal: Refusal, _ kind: String, _ word: String) -> DocumentValue {
        let (fix, command) = fix(refusal)
        return [
            "state": Words.badge(kind, word), "sentence": .text(refusal.sentence.sentence), "fix": .text(fix),
            "fix_command": DocumentValue(command),
        ]
    }

    private func fix(_ refusal: Refusal) -> (words: String, command: String?) {
        switch refusal.code {
        case .noRoute, .noFallback, .unaligned: return remedy(refusal, else: "Grant a mailbox the address under Who may send as whom.")
        case .denied:
            return remedy(
                refusal, "If the reason is over, remove the deny entry under Who may send as whom, or:",
                else: "Look at Who may send as whom.")
        case .clientNotPermitted: return ("Widen the client's limits under Clients, or ask as another.", nil)
        case .currentUserMissing:
            return ("Name the current user above. A program names it in its request, or with X-Mandate-User.", nil)
        case .unknownUser: return ("Add the user under Users, or correct the setting under Settings.", nil)
        case .userWithoutAddress: return ("Give the user a primary address that is switched on, under Users.", nil)
        case .authorMissing: return ("Give it a From that can be answered, a purpose, or the client an author for that case.", nil)
        case .signatureBreaks:
            return ("Send it unsigned, or let signatures be strip or keep under Settings, or:", "mandate settings set signatures strip")
        }
    }

    private func remedy(_ refusal: Refusal, _ words: String? = nil, else usual: String) -> (String, String?) {
        guard let author = refusal.authors(question).first else { return (usual, nil) }
        let remedy = Remedy(for: author, refusal, decider)
        let provider = remedy.provider.split(separator: "\n").joined(separator: "; ")
        let first = provider.isEmpty ? words ?? "Here:" : "At the provider: \(provider) Then here:"
        return remedy.nextIsTyped ? (first, remedy.next) : ("\(first) \(remedy.next)", nil)
    }
}

extension [NamedAddress] {
    fileprivate var words: String {
        map { named in named.name.map { "\($0) <\(named.address)>" } ?? named.address.description }.joined(separator: ", ")
    }
}

extension ConcreteMailbox {
    fileprivate var words: String { login == address.description ? login : "\(address), signed in as \(login)" }
}

extension ReversePath {
    fileprivate var words: String { address?.description ?? "<>" }
}

extension Explanation.Step {
    /// Without the mark before it, which the badge says.
    fileprivate var words: String {
        let text = description
        return ["✗ ", "✓ ", "→ ", "! "].first { text.hasPrefix($0) }.map { String(text.dropFirst($0.count)) } ?? text
    }

    /// How it came out; written out, so that a new rule does not compile until someone has thought of its word.
    fileprivate var outcome: (kind: String, word: String) {
        switch self {
        case .setting, .clientPermits: ("good", "yes")
        case .usable: ("good", "usable")
        case .chosen: ("good", "chosen")
        case .settingUnset: ("off", "skipped")
        case .author, .authorFromField, .fromReadLoosely, .authorOfClient, .mode, .carrier, .authorIsCarrier, .phraseShortened:
            ("off", "noted")
        case .noCandidate: ("off", "none")
        case .authorUnusable: ("wait", "unusable")
        case .alignmentUnknown, .unalignedAllowed: ("wait", "near miss")
        case .envelopeReplaced: ("wait", "replaced")
        case .fallback: ("wait", "fallback")
        case .struck, .coAuthorWithoutRoute: ("bad", "struck out")
        case .clientForbids: ("bad", "no")
        case .carrierUnusable: ("bad", "unusable")
        case .deniedForAll, .refused: ("bad", "refused")
        }
    }
}
