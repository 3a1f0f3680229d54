internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "What was accepted, attempted, handed out, refused and changed.",
        discussion: """
            Filters add up. It is read without the store's key; `mandate audit verify` proves that it is whole.

            Examples:
              mandate audit journal --from ann@example.org --since 2026-11-01
              mandate audit journal --message m-0123456789abcdef --format json
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var format: FormatOption
    @Option(help: "What was written to From.") var from: String?
    @Option(name: .customLong("as"), help: "Whom the message was meant to be from.") var author: String?
    @Option(help: "A recipient.") var recipient: String?
    @Option(help: "The mailbox that carried it, by login.") var mailbox: String?
    @Option(help: "From this day or moment on (UTC).", transform: Parse.date) var since: Date?
    @Option(help: "Until before this day or moment (UTC).", transform: Parse.date) var until: Date?
    @Option(help: "A message, by id.") var message: String?

    func validate() throws {
        if let since, let until, until <= since { throw ValidationError("--until must come after --since") }
        if let message, SpoolID(message) == nil { throw ValidationError("--message is no id") }
    }

    func run() async throws {
        let live = Live.current
        let columns = [
            Column("strand"), Column("number", .right), Column("at"), Column("kind"), Column("message"), Column("count", .right),
            Column("personal"), Column("facts"),
        ]
        try await options.read(live) { store in
            var listing = Listing(columns, format.format, to: live.standardOutput)
            var filter = JournalFilter(
                from: from, author: author, recipient: recipient, mailbox: mailbox, message: message.flatMap { SpoolID($0) }, since: since,
                until: until)
            while case let page = try await store.entries(filter), !page.isEmpty {
                for row in page { listing.add(cells(row)) }
                filter.after = page.last?.position
            }
            listing.finish()
        }
    }

    private func cells(_ row: JournalRow) -> [Cell] {
        let entry = row.entry
        let personal = row.salt == nil ? ["(erased)"] : entry.personal.map { "\($0.role.rawValue)=\($0.text)" }
        return [
            .text(row.position.strand), .number(Int(row.position.number)), .date(entry.at), .text(entry.kind.rawValue),
            Cell(entry.message?.text), .number(row.count), .list(personal),
            .list(entry.facts.filter { !$0.value.isEmpty }.map { "\($0.name)=\($0.value)" }),
        ]
    }
}
