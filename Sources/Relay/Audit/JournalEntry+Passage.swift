package import Mail
package import struct FoundationEssentials.Date

/// The journal's lines about messages, each made in one place, so that what is recorded of a passage can be read here whole. Facts stay for ever, so
/// no address may stand in one, and no text of a provider's, which may quote an address: codes do.
extension JournalEntry {
    /// `noticeOf`: the message whose failure this one tells of.
    package static func accepted(
        _ message: AcceptedMessage, _ beginning: Beginning = .due, noticeOf original: SpoolID? = nil
    ) -> JournalEntry {
        JournalEntry(
            at: message.acceptedAt, kind: .accepted, message: message.id,
            facts: [
                Fact("client", message.client?.text ?? "owner"), Fact("purpose", message.purpose?.rawValue ?? ""),
                Fact("size", String(message.size)), Fact("sha256", message.digest.hexadecimal),
            ] + beginning.facts + (original.map { [Fact("notice-of", $0.text)] } ?? []),
            personal: message.author.all.map { Personal(.author, $0.address.description) }
                + [Personal(.sender, message.hasEnvelopeSender ? message.envelope.sender.description : "")]
                + message.envelope.recipients.map { Personal(.recipient, $0.address.description) })
    }

    package static func refused(_ refusal: Refusal, _ question: Question) -> JournalEntry {
        var people = refusal.authors(question).map { Personal(.author, $0.description) }
        if let user = question.user { people.append(Personal(.person, user.text)) }
        return JournalEntry(
            at: question.at, kind: .refused,
            facts: [
                Fact("client", question.client?.id.text ?? "owner"), Fact("code", refusal.code.rawValue),
                Fact("purpose", question.purpose?.rawValue ?? ""),
            ], personal: people)
    }

    /// What waits was made due as much earlier.
    package static let clockSetBack = "clock set back"

    package static func clockSetBack(by seconds: Double, waiting: Int, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .queue,
            facts: [Fact("action", clockSetBack), Fact("seconds", String(Int(seconds))), Fact("waiting", String(waiting))], personal: [])
    }

    /// A token left our custody: it can do whatever its scopes allow, beyond our limits.
    package static func tokenHandedOut(
        _ login: String, grant: GrantID, resource: TokenResource, to person: String, expires: Date, as handout: HandoutID? = nil,
        at now: Date
    ) -> JournalEntry {
        JournalEntry(
            at: now, kind: .tokenHandedOut,
            facts: [Fact("grant", grant.text), Fact("resource", resource.rawValue), Fact("expires", expires.second)]
                + (handout.map { [Fact("handout", $0.text)] } ?? []),
            personal: [Personal(.mailbox, login), Personal(.person, person)])
    }

    /// A client tells what its own sending with a token came to; its word is all there is.
    package static func reported(_ handout: Handout, _ outcomes: [(recipient: EmailAddress, words: String)], at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .attempted,
            facts: [
                Fact("handout", handout.id.text), Fact("client", handout.client.text), Fact("transport", handout.transport.rawValue),
                Fact("outcome", "reported by the client"),
            ] + outcomes.map { Fact("recipient", $0.words) },
            personal: handout.author.all.map { Personal(.author, $0.address.description) }
                + handout.from.map { Personal(.from, $0.description) } + [Personal(.mailbox, handout.login)]
                + outcomes.map { Personal(.recipient, $0.recipient.description) })
    }

    /// One line an attempt: asked for and effective sender, mailbox, route, and what became of each recipient, in the recipients' order.
    static func attempted(_ report: AttemptReport) -> JournalEntry {
        let decision = report.decision
        var people = report.entry.message.author.all.map { Personal(.author, $0.address.description) }
        if let decision {
            people += decision.fields.from.map { Personal(.from, $0.address.description) }
            people.append(Personal(.mailbox, decision.mailbox.login))
        }
        if let sender = report.envelopeSender { people.append(Personal(.sender, sender.description)) }
        people += report.recipients.map { Personal(.recipient, $0.address.description) }
        var facts = [
            Fact("attempt", String(report.entry.claim.attempt)), Fact("route", decision?.route.rawValue ?? ""),
            Fact("transport", decision?.transport.rawValue ?? ""), Fact("edition", report.edition.description),
            Fact("outcome", report.outcome), Fact("next", report.next),
        ]
        facts += (decision?.explanation.reasons ?? []).map { Fact("passed-over", $0) }
        if report.delivery != .live { facts.append(Fact("delivery", report.delivery.word)) }
        facts += report.recipients.map { Fact("recipient", $0.words) }
        return JournalEntry(at: report.at, kind: .attempted, message: report.entry.message.id, facts: facts, personal: people)
    }
}

extension JournalEntry {
    /// Of an attempt: which way it took, what came of it, and what stood in the way of a better one; nil: another entry. Queue, page and journal say it alike.
    package var passage: String? {
        guard kind == .attempted else { return nil }
        func facts(_ name: String) -> [String] { self.facts.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }
        let mailbox = personal.first { $0.role == .mailbox && !$0.text.isEmpty }?.text
        let way = facts("route") + (mailbox.map { ["through \($0)"] } ?? []) + facts("transport").map { "over \($0)" }
        let outcome = [way.joined(separator: " "), facts("outcome").joined()].filter { !$0.isEmpty }.joined(separator: ": ")
        let better = facts("passed-over")
        return outcome + (better.isEmpty ? "" : "; passed over \(better.joined(separator: "; "))")
    }

    /// Each person once, in the order of their first part: nearly always author, From, mailbox and sender are one address.
    package var people: [(roles: [Role], text: String)] {
        var people: [(roles: [Role], text: String)] = []
        var places: [String: Int] = [:]
        for person in personal where !person.text.isEmpty {
            if let place = places[person.text] {
                if !people[place].roles.contains(person.role) { people[place].roles.append(person.role) }
            } else {
                places[person.text] = people.count
                people.append(([person.role], person.text))
            }
        }
        return people
    }
}

extension Beginning {
    fileprivate var facts: [JournalEntry.Fact] {
        switch self {
        case .due, .claimed: []
        case .waiting(let wait): [JournalEntry.Fact("waits", wait.code.rawValue)]
        case .held: [JournalEntry.Fact("held", "yes")]
        }
    }
}

extension Refusal {
    /// Whom the refused message was to be from: as it was resolved, else as its From field says, unless a purpose was to name the author.
    package func authors(_ question: Question) -> [EmailAddress] {
        if let author { return author.all.map(\.address) }
        guard question.purpose == nil, let author = question.namedAuthor else { return [] }
        return author.all.map(\.address)
    }
}

extension Directory {
    /// With the name of what a fact names by its id, as long as that is there.
    package func words(of fact: JournalEntry.Fact, in entry: JournalEntry) -> String {
        let kind: EntityKind? =
            switch fact.name {
            case "client": .client
            case "grant": .grant
            case "id": entry.facts.first { $0.name == "entity" }.flatMap { EntityKind(rawValue: $0.value) }
            default: nil
            }
        // Of a client's own, whether it is still set or not.
        if kind == .setting, let key = SettingKey(fact.value), let client = key.client.flatMap(client) {
            return "\(key.name.rawValue).\(client.name)"
        }
        guard let kind, let entity = entity(EntityKey(kind, fact.value)) else { return fact.value }
        switch entity {
        case .client(let client): return client.name
        case .grant(let grant): return grant.name
        case .application(let application): return application.name
        case .mailbox(let mailbox): return mailbox.address.description
        case .family(let family): return family.name
        case .setting, .user, .provider, .delegation, .deny: return fact.value
        }
    }
}
