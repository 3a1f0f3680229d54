internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// One message from its acceptance to its last word: the journal's lines as a timeline, its recipients, and its header as it was accepted.
struct MessageView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/queue/{id}") { request in .page(try await MessageView(request).page()) }]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        guard let id = SpoolID(request.path("id")) else { throw Problem(.notFound, "there is no such message") }
        let entries = try await request.dependencies.store.entries(JournalFilter(message: id, limit: 500)).map(\.entry)
        guard let queued = try await request.dependencies.store.show(id) else {
            guard !entries.isEmpty else {
                throw Problem(
                    .notFound, "\(id) is neither in the queue nor in the journal",
                    fix: "look for it in the journal, by its author or recipient")
            }
            return Page("message", id.text, gone(id, entries))
        }
        let turn = try await request.dependencies.store.turn(of: id, at: request.now)
        return Page("message", id.text, values(queued, turn, entries))
    }

    private func values(_ queued: QueuedMessage, _ turn: QueueTurn?, _ entries: [JournalEntry]) -> DocumentValue {
        let message = queued.message
        let outlook = request.dependencies.decider().outlook(of: queued, at: request.now, turn: turn)
        let envelope = message.envelope
        let dsn = [envelope.ret.map { "RET=\($0.rawValue)" }, envelope.envelopeID.map { "ENVID=\($0)" }].compactMap { $0 }.joined(
            separator: " ")
        let reason = outlook.why.isEmpty ? outlook.outlook.reason : outlook.why
        return head(message.id, entries).adding(
            [
                .init("route", queued.state == .done ? route(entries) : outlook.decision.map(route) ?? .null),
                .init("state", queued.badge), .init("why", reason.isEmpty ? .null : .text(reason)),
                .init("author", .text(message.author.words)),
                .init("purpose", DocumentValue(message.purpose?.rawValue)), .init("current_user", DocumentValue(message.user?.text)),
                .init("client", .text(message.client.map { request.directory.client($0)?.name ?? $0.text } ?? "the store's owner")),
                .init("client_href", DocumentValue(message.client.flatMap { request.directory.client($0)?.place })),
                .init("size", .text("\(Words.number(message.size)) octets")),
                .init("envelope", ["sender": .text(envelope.sender.description), "dsn": dsn.isEmpty ? .null : .text(dsn)]),
                .init("explain_href", .text("/explain?message=\(PercentCoding.encode(message.id.text))")),
                .init("recipients", .list(queued.recipients.map(recipient))), .init("fields", DocumentValue(fields(message))),
            ] + queued.actions)
    }

    /// What the store has forgotten, which it does a week after the end.
    private func gone(_ id: SpoolID, _ entries: [JournalEntry]) -> DocumentValue {
        head(id, entries).adding([
            .init("route", route(entries)), .init("state", Words.badge("off", "no longer kept")),
            .init("why", "A message that is done is kept for a week; the journal has its passage."),
            .init("author", .text(entries.flatMap(\.personal).first { $0.role == .author }?.text ?? "")), .init("purpose", nil),
            .init("current_user", nil),
            .init("client", nil), .init("client_href", nil), .init("size", nil), .init("envelope", nil), .init("explain_href", nil),
            .init("recipients", []),
            .init("fields", []),
            .init("can_retry", false), .init("can_hold", false), .init("can_release", false), .init("can_remove", false),
        ])
    }

    private func head(_ id: SpoolID, _ entries: [JournalEntry]) -> DocumentValue {
        let encoded = PercentCoding.encode(id.text)
        return [
            "id": .text(id.text), "self_href": .text("/queue/\(encoded)"), "journal_href": .text("/journal?message=\(encoded)"),
            "passage": .list(entries.map(moment)),
        ]
    }

    private func moment(_ entry: JournalEntry) -> DocumentValue {
        let outcome = entry.fact("outcome") ?? ""
        let (what, kind): (String, String) =
            switch entry.kind {
            case .accepted: ("Accepted", "good")
            case .attempted:
                (outcome == "sent" ? "Sent" : "Tried: \(outcome)", outcome == "sent" ? "good" : outcome == "refused" ? "bad" : "wait")
            case .settled: ("Settled", "off")
            case .unknown: ("Unknown after a crash", "wait")
            case .refused: ("Refused", "bad")
            case .queue: ("Somebody's wish: \(entry.fact("action") ?? "")", "off")
            case .changed, .warned, .tokenHandedOut, .signedIn, .signInFailed, .consentFailed, .reportTaken: (entry.kind.rawValue, "off")
            }
        let time = String(entry.at.second.dropFirst(11).prefix(8))
        return [
            "at": ["iso": .text(entry.at.second), "words": .text("\(entry.at.day == request.now.day ? "today" : entry.at.day) \(time)")],
            "what": .text(what),
            "words": .text(words(entry)), "kind": .text(kind),
        ]
    }

    private func words(_ entry: JournalEntry) -> String {
        if let passage = entry.passage {
            let results = entry.facts.filter { $0.name == "recipient" }.map(\.value)
            let people = entry.personal.filter { $0.role == .recipient }.map(\.text)
            return ([passage] + zip(people, results).map { "\($0): \($1)" }).joined(separator: "; ")
        }
        var parts = entry.facts.filter { !$0.value.isEmpty && !["recipient", "sha256", "outcome", "action"].contains($0.name) }.map {
            "\($0.name) \(request.directory.words(of: $0, in: entry))"
        }
        let results = entry.facts.filter { $0.name == "recipient" }.map(\.value)
        let people = entry.personal.filter { $0.role == .recipient }.map(\.text)
        parts += zip(people, results).map { "\($0): \($1)" }
        parts += entry.personal.filter { [.from, .mailbox, .person].contains($0.role) && !$0.text.isEmpty }.map {
            "\($0.role.rawValue) \($0.text)"
        }
        return parts.joined(separator: ", ")
    }

    /// That its next attempt would take.
    private func route(_ decision: Decision) -> DocumentValue {
        let sender: String =
            switch decision.fields.envelopeSender {
            case .address(let address): address.description
            case .client(let otherwise): "as submitted, else \(otherwise)"
            }
        return [
            "words": .text(decision.route.rawValue), "mailbox": .text(decision.mailbox.login),
            "transport": .text(decision.transport.rawValue),
            "from": .text(decision.fields.from.map(\.address.description).joined(separator: ", ")),
            "reply_to": decision.fields.replyTo.isEmpty
                ? .null : .text(decision.fields.replyTo.map(\.address.description).joined(separator: ", ")),
            "envelope_sender": .text(sender),
        ]
    }

    /// Of the last attempt that had one.
    private func route(_ entries: [JournalEntry]) -> DocumentValue {
        guard let last = entries.last(where: { $0.kind == .attempted && $0.fact("route")?.isEmpty == false }) else { return .null }
        func person(_ role: JournalEntry.Role) -> String? { last.personal.first { $0.role == role && !$0.text.isEmpty }?.text }
        return [
            "words": DocumentValue(last.fact("route")), "mailbox": DocumentValue(person(.mailbox)),
            "mailbox_href": DocumentValue(
                person(.mailbox).flatMap { login in request.directory.allMailboxes.first { $0.login == login }?.place }),
            "transport": DocumentValue(last.fact("transport")),
            "from": DocumentValue(person(.from)), "reply_to": nil, "envelope_sender": DocumentValue(person(.sender)),
        ]
    }

    private func recipient(_ state: QueuedMessage.RecipientState) -> DocumentValue {
        let (kind, word, reply): (String, String, String?) =
            switch state.outcome {
            case .sent(let reply): ("good", "sent", reply)
            case .refused(let reply): ("bad", "refused", reply)
            case nil: ("wait", "waiting", nil)
            }
        return ["address": .text(state.recipient.address.description), "state": Words.badge(kind, word), "reply": DocumentValue(reply)]
    }

    /// Line for line as they stand, without their folds.
    private func fields(_ message: AcceptedMessage) -> [String] {
        String(decoding: message.header, as: UTF8.self).split(separator: "\r\n").reduce(into: []) { fields, line in
            if line.first == " " || line.first == "\t", let last = fields.indices.last {
                fields[last] += " " + line.drop { $0 == " " || $0 == "\t" }
            } else {
                fields.append(String(line))
            }
        }
    }
}

extension JournalEntry {
    fileprivate func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}

extension Author {
    fileprivate var words: String {
        all.map { named in named.name.map { "\($0) <\(named.address)>" } ?? named.address.description }.joined(separator: ", ")
    }
}
