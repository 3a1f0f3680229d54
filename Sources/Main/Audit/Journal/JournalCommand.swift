internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "What was accepted, attempted, handed out, refused and changed, and who came in.",
        discussion: """
            Filters add up. It is read without the store's key; `mandate audit verify` proves that it is whole.

            Examples:
              mandate audit journal --from ann@example.org --since 2026-11-01
              mandate audit journal --kind signed-in --kind sign-in-failed
              mandate audit journal --kind attempted --kind refused --limit 20
              mandate audit journal --message m-0123456789abcdef --format json
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(help: "What was written to From.") var from: String?
    @Option(name: .customLong("as"), help: "Whom the message was meant to be from.") var author: String?
    @Option(help: "A recipient.") var recipient: String?
    @Option(help: "The mailbox that carried it, by login.") var mailbox: String?
    @Option(help: "From this day or moment on (UTC).", transform: Parse.date) var since: Date?
    @Option(help: "Until before this day or moment (UTC).", transform: Parse.date) var until: Date?
    @Option(help: "A message, by id.") var message: String?
    @Option(
        help: ArgumentHelp(
            "Only entries of this kind; repeat it. \(JournalEntry.Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kind"))
    var kind: [JournalEntry.Kind] = []
    @Option(help: ArgumentHelp("Only the last so many of them.", valueName: "number")) var limit: Int?

    func validate() throws {
        if let since, let until, until <= since { throw ValidationError("--until must come after --since") }
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
        if let message, SpoolID(message) == nil { throw ValidationError("--message is no id") }
    }

    func run() async throws {
        let live = Live.current
        let columns: [Column] = [
            .number("number"), "at", "kind", Column("message", isSpare: true, isWhole: true), "personal", "facts",
            .number("count", isSpare: true), .spare("strand"),
        ]
        try await options.read(live) { store in
            var listing = try form.listing(columns, live)
            let words = try await JournalWords(store, isShort: form.chosen.isShort(live))
            try await each(store) { row in
                listing.add([
                    .number(Int(row.position.number)), .moment(row.entry.at), .text(row.entry.kind.rawValue), Cell(row.entry.message?.text),
                    .list(words.people(row)), .list(words.facts(row.entry)), .number(row.count), .text(row.position.strand),
                ])
            }
            listing.finish()
        }
    }

    /// In the order written; of a limit's, the last so many.
    private func each(_ store: DatabaseStore, _ visit: (JournalRow) -> Void) async throws {
        var filter = JournalFilter(
            from: from, author: author, recipient: recipient, mailbox: mailbox, message: message.flatMap { SpoolID($0) }, since: since,
            until: until)
        filter.kinds = Set(kind)
        filter.isNewestFirst = limit != nil
        var last: [JournalRow] = []
        while last.count < limit ?? .max, case let page = try await store.entries(filter), !page.isEmpty {
            if limit == nil { page.forEach(visit) } else { last += page }
            filter.after = page.last?.position
        }
        if let limit { last.prefix(limit).reversed().forEach(visit) }
    }
}

/// An entry's people and facts for the eye: names in place of ids, each person once. What a program reads has them as they were written.
private struct JournalWords {
    private let isShort: Bool
    private let directory: Directory

    init(_ store: DatabaseStore, isShort: Bool) async throws {
        self.isShort = isShort
        directory = isShort ? try await store.directory(of: DirectorySlice()) : Directory()
    }

    func people(_ row: JournalRow) -> [String] {
        guard row.salt != nil else { return ["(erased)"] }
        guard isShort else { return row.entry.personal.map { "\($0.role.rawValue)=\($0.text)" } }
        return row.entry.people.map { "\($0.roles.map(\.rawValue).joined(separator: ","))=\($0.text)" }
    }

    func facts(_ entry: JournalEntry) -> [String] {
        entry.facts.filter { !$0.value.isEmpty && !(isShort && $0.name == "sha256") }.map { fact in
            "\(fact.name)=\(directory.words(of: fact, in: entry))"
        }
    }
}

extension JournalEntry.Kind: ExpressibleByArgument {}
