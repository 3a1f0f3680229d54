internal import HTTPTypes
internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// *Sent*: what left, for whom, to whom and through which mailbox, the newest first. It is the journal's lines of attempts that a server took; no subject is kept
/// anywhere, so a message is found by its author, a recipient, a mailbox or the time.
struct SentView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/sent") { request in .page(try await SentView(request).page()) }]

    /// Rows that a person looks through.
    private static let pageSize = 50
    /// Of the journal, at a time.
    private static let handful = 500
    /// Entries that one page looks through for those that were sent; the next page goes on from there.
    private static let mostLooked = 20_000

    private let request: ConsoleRequest
    private let asked: JournalQuestion

    init(_ request: ConsoleRequest) {
        self.request = request
        asked = JournalQuestion(request.query)
    }

    private func page() async throws -> Page {
        guard var filter = asked.filter else {
            return Page("sent", "Sent", document([], nil), status: .unprocessableContent)
        }
        filter.isNewestFirst = true
        filter.limit = Self.handful
        var found: [JournalRow] = []
        var looked = 0
        while true {
            let some = try await request.dependencies.store.entries(filter)
            for row in some where SentMessage(row) != nil {
                if found.count == Self.pageSize { return Page("sent", "Sent", document(found, found.last?.position)) }
                found.append(row)
            }
            guard some.count == Self.handful, let last = some.last else { return Page("sent", "Sent", document(found, nil)) }
            looked += some.count
            guard looked < Self.mostLooked else { return Page("sent", "Sent", document(found, last.position)) }
            filter.after = last.position
        }
    }

    private func document(_ found: [JournalRow], _ next: JournalPosition?) -> DocumentValue {
        let isFirst = asked.filter?.after == nil
        let pager: DocumentValue = [
            "words": .text("\(found.count) message\(found.count == 1 ? "" : "s"), the newest first"),
            "next": DocumentValue(next.map { asked.href("/sent", [("after", $0.cursor)]) }),
            "prev": isFirst ? .null : .text(asked.href("/sent")), "next_label": "Older", "prev_label": "The newest",
        ]
        return [
            "filter": asked.document, "has_rows": .flag(!found.isEmpty || next != nil),
            "rows": .list(found.compactMap { SentMessage($0)?.document(request.directory, at: request.now) }), "pager": pager,
            "journal_href": .text(asked.href("/journal")),
        ]
    }
}

/// An entry of the journal that says that somebody's message was taken by the next server.
struct SentMessage: Sendable {
    /// Recipients in a row: the message's own page names them all.
    private static let mostRecipients = 5

    private let row: JournalRow
    private let taken: [String]
    private let tried: Int

    /// nil: it says something else.
    init?(_ row: JournalRow) {
        guard row.entry.kind == .attempted else { return nil }
        let results = row.entry.facts.filter { $0.name == "recipient" }.map(\.value)
        let sent = results.map { $0 == "sent" || $0.hasPrefix("sent ") }
        guard sent.contains(true) else { return nil }
        self.row = row
        tried = results.count
        taken = zip(row.entry.people(.recipient), sent).filter(\.1).map(\.0)
    }

    func document(_ directory: Directory, at now: Date) -> DocumentValue {
        let entry = row.entry
        let login = entry.people(.mailbox).first ?? ""
        let mailbox = directory.allMailboxes.lazy.filter { $0.login == login }.first
        let (author, from) = (entry.people(.author).joined(separator: ", "), entry.people(.from).joined(separator: ", "))
        let more = taken.count - Self.mostRecipients
        return [
            "at": Words.moment(entry.at, at: now), "author": .text(row.salt == nil ? "(erased)" : author),
            "from": from == author ? .null : DocumentValue(from),
            "recipients": .text(
                taken.prefix(Self.mostRecipients).joined(separator: ", ") + (more > 0 ? " and \(Words.number(more)) more" : "")),
            "partly": taken.count < tried && row.salt != nil ? .text("\(taken.count) of \(tried) recipients") : .null,
            "mailbox": .text(login), "mailbox_href": DocumentValue(mailbox?.place), "route": .text(entry.fact("route")),
            "transport": .text(entry.fact("transport")), "is_reported": .flag(!entry.fact("handout").isEmpty),
            "message": entry.message.map { ["id": .text($0.text), "href": .text("/queue/\(PercentCoding.encode($0.text))")] } ?? .null,
        ]
    }
}
