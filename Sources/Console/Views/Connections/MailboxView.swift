internal import Mail
internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// One mailbox: what it is, how it stands, what it may send as, and what is done with it.
struct MailboxView: Sendable {
    static let routes: [ConsoleRoute] =
        [.get("/mailboxes/{id}") { request in .page(try await MailboxView(request).page()) }] + MailboxesView.routes + FamilyView.routes

    /// Entries of the journal: what happened lately, and the way to all of it.
    private static let mostEntries = 10

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let snapshot = request.dependencies.snapshots.current
        guard let mailbox = snapshot.directory.mailbox(MailboxID(trusted: request.path("id"))) else {
            throw Problem(.notFound, "there is no such mailbox", fix: "look for it among all mailboxes, at /mailboxes")
        }
        let (store, now) = (request.dependencies.store, request.now)
        var journal = JournalFilter(mailbox: mailbox.login, limit: Self.mostEntries)
        journal.isNewestFirst = true
        let entries = try await store.entries(journal)
        // A grant that leads to no provider has sent nothing.
        let account = snapshot.directory.account(of: mailbox)
        let usage: Usage? = if let account { try await store.usage(of: account, since: now.addingTimeInterval(-86_400)) } else { nil }
        let health = try await request.dependencies.health()
        // Among two thousand mailboxes and a million delegations its own are looked for.
        let facts = try await Aside.run {
            MailboxFacts(mailbox: mailbox, snapshot: snapshot, health: health, usage: usage, entries: entries, now: now)
        }
        return Page("mailbox", "\(mailbox.address)", facts.document)
    }
}

/// What the page of a mailbox says. A value, so that the page is a test.
struct MailboxFacts: Sendable {
    /// Rows that a person looks through; the page of all pairs has the others.
    private static let mostRights = 200

    let mailbox: Mailbox
    let snapshot: Snapshot
    let health: HealthReport
    /// Of the last day.
    let usage: Usage?
    let entries: [JournalRow]
    let now: Date

    private var directory: Directory { snapshot.directory }
    private var address: String { mailbox.address.description }

    var document: DocumentValue {
        let decider = Decider(directory: directory, conditions: snapshot.conditions)
        let state = health.health(of: mailbox)
        let login = PercentCoding.encode(mailbox.login)
        let transports = mailbox.transports.map(\.rawValue).joined(separator: ", then ")
        let own: DocumentValue = [
            "id": .text(PercentCoding.encode(mailbox.id.text)), "self_href": .text(mailbox.place), "address": .text(address),
            "login": .text(mailbox.login), "transports": .text(transports), "is_read": .flag(mailbox.isRead),
            "enabled": .flag(mailbox.isEnabled), "outlook": decider.outlook(of: mailbox, at: now).document,
            "health": Words.state(state, at: now), "steps": Words.steps(state.steps),
            "has_steps": .flag(state.needsSomeone && !state.steps.isEmpty),
            "can_resume": .flag(state.canResume),
            "allow_href": .text("/delegations/new?mailbox=\(PercentCoding.encode(address))"),
            "deny_href": .text("/denies/new?mailbox=\(PercentCoding.encode(address))"), "usage": .text(used),
            "entries": .list(entries.map { JournalView.row($0, directory) }),
            "has_entries": .flag(!entries.isEmpty), "journal_href": .text("/journal?mailbox=\(login)"),
            "sent_href": .text("/sent?mailbox=\(login)"), "command": .text("mandate mailboxes show \(address.shellQuoted)".pasteable),
        ]
        let account = AccountFacts(row: .mailbox(mailbox.id), grant: mailbox.grant, directory: directory, health: health, now: now)
        return own.adding(account.document + rights + [StewardCard(entity: .mailbox(mailbox), place: mailbox.place, now: now).document])
    }

    /// By the decider, like every page that says who may send as whom.
    private var rights: [DocumentValue.Entry] {
        let all = SenderRights(snapshot, at: now).rights(through: mailbox.id.text)
        let pairs = all.filter { $0.by != "deny" }.map { PairList.Pair($0, isException: false) }.sorted { $0.key < $1.key }
        let denied = all.filter { $0.by == "deny" }
        let more = pairs.count - Self.mostRights
        return [
            .init(
                "rows",
                .list(
                    pairs.prefix(Self.mostRights).map { PairRow(pair: $0, directory: directory, now: now, place: mailbox.place).document })),
            .init("more_rows", more > 0 ? .text("and \(Words.number(more)) more") : .null),
            .init("pairs_href", .text("/identities?q=\(PercentCoding.encode(address))")),
            .init(
                "denied",
                .list(
                    denied.prefix(Self.mostRights).map {
                        ["covers": .text($0.sendsAs), "who": .text($0.mailbox == "*" ? "nobody may (*)" : address)]
                    })),
            .init("has_denied", .flag(!denied.isEmpty)),
        ]
    }

    private var used: String {
        let (messages, recipients) = (usage?.messages ?? 0, usage?.recipients ?? 0)
        return
            "\(Words.number(messages)) message\(messages == 1 ? "" : "s") to \(Words.number(recipients)) recipient\(recipients == 1 ? "" : "s")"
            + " in the last 24 hours"
    }
}
