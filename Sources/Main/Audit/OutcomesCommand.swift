internal import ArgumentParser
internal import FoundationEssentials
internal import Relay
internal import Store

struct OutcomesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcomes", abstract: "What became of each recipient, and which tokens nobody has reported on.",
        discussion: """
            Reads the journal from --since on (a day ago unless said otherwise), with all that came later: waiting, sent, refused, failed (given up), unknown (a crash hit \
            between the last octet and the settling: it may have left), removed. Programs that send by themselves report what came of it; a token that was handed out a \
            quarter of an hour ago or longer and never reported on is listed as unreported.

            Examples:
              mandate audit outcomes
              mandate audit outcomes --outcome refused --since 2026-11-01 --format csv
              mandate audit outcomes --recipient eve@example.net
              mandate audit outcomes --outcome unreported
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(help: "Of what was accepted from this day or moment on (UTC); a day ago unless given.", transform: Parse.date) var since: Date?
    @Option(help: "Of what was accepted before this day or moment (UTC).", transform: Parse.date) var until: Date?
    @Option(help: ArgumentHelp("Only of this message.", valueName: "id")) var message: String?
    @Option(help: ArgumentHelp("Only to this recipient.", valueName: "address")) var recipient: String?
    @Option(name: .customLong("as"), help: ArgumentHelp("Only from this author, or with it in From.", valueName: "address")) var author:
        String?
    @Option(help: ArgumentHelp("Only of this client.", valueName: "name")) var client: String?
    @Option(
        help: ArgumentHelp(
            "Only with this outcome: \(OutcomeReport.Outcome.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "outcome"))
    var outcome: OutcomeReport.Outcome?

    func validate() throws {
        if let since, let until, until <= since { throw ValidationError("--until must come after --since") }
        if let message, SpoolID(message) == nil { throw ValidationError("--message is no id") }
    }

    func run() async throws {
        let live = Live.current
        var filter = OutcomeFilter(since: since ?? live.now().addingTimeInterval(-86_400))
        (filter.until, filter.message, filter.outcome) = (until, message.flatMap { SpoolID($0) }, outcome)
        (filter.recipient, filter.author) = (recipient, author)
        let (report, directory) = try await options.read(live) { store in
            let directory = try await store.directory(of: DirectorySlice())
            if let client {
                do throws(AdministrationRefusal) { filter.client = try directory.find(Client.self, client).id.text } catch {
                    throw CommandFailure(error.status, error.description)
                }
            }
            return (try await filter.report(from: store, at: live.now()), directory)
        }
        let columns: [Column] = [
            Column("id", isSpare: true, isWhole: true), "at", .spare("client"), "author", "recipient", "outcome", "words",
            .spare("from"), .spare("mailbox"), .spare("route"), .number("attempts", isSpare: true),
        ]
        var listing = try form.listing(columns, live)
        var counts: [OutcomeReport.Outcome: Int] = [:]
        for row in report.rows where filter.takes(row) {
            counts[row.outcome, default: 0] += 1
            listing.add([
                .text(row.id), Cell(row.at), .text(directory.client(ClientID(trusted: row.client))?.name ?? row.client), .text(row.author),
                .text(row.recipient), .text(row.outcome.rawValue), .text(row.words), .text(row.from), .text(row.mailbox), .text(row.route),
                .number(row.attempts),
            ])
        }
        listing.finish()
        let words = OutcomeReport.Outcome.allCases.compactMap { outcome in counts[outcome].map { "\($0) \(outcome.rawValue)" } }
        live.say(words.isEmpty ? "nothing since \(filter.since.minute)" : words.joined(separator: ", ") + " since \(filter.since.minute)")
        if report.leftOut > 0 { live.say("\(report.leftOut) messages were left out: name a shorter time") }
    }
}

extension OutcomeReport.Outcome: ExpressibleByArgument {}
