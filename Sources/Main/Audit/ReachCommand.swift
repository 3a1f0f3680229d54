internal import ArgumentParser
internal import Relay
internal import Store

struct ReachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reach", abstract: "How far each grant and mailbox reaches: what it could send as, and what it needs.",
        discussion: """
            An app-only or service-account grant opens every mailbox of its tenant unless somebody narrows it there; whoever has its secret could send as all of them. \
            Each is listed with what it is here for, and with the provider's commands that narrow it. Mailboxes that stand for more than \(ReachReport.many) addresses \
            of others, or for whole domains, follow.

            Examples:
              mandate audit reach
              mandate audit reach --format json
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions

    func run() async throws {
        let live = Live.current
        let report = try await options.read(live) { store in ReachReport(try await store.directory()) }
        let withSteps = form.chosen.format != .table || form.chosen.columns != nil
        let columns: [Column] = ["kind", "name", "could", .number("known"), .number("needs")]
        var listing = try form.listing(columns + (withSteps ? ["steps"] : []), live)
        for row in report.rows {
            let cells: [Cell] = [
                .text(row.key.kind.rawValue), .text(row.name), .text(row.could), row.couldCount.map { .number($0) } ?? .none,
                .number(row.needs),
            ]
            listing.add(cells + (withSteps ? [.lines(row.remedy.lines)] : []))
        }
        listing.finish()
        var advice = AdviceListing()
        if !withSteps { for row in report.rows { advice.add("\(row.key.kind.rawValue) \(row.name)", row.remedy) } }
        advice.write(to: live.standardOutput)
        live.say(
            report.rows.isEmpty ? "no grant or mailbox reaches further than one" : "\(report.rows.count) reach further than one mailbox")
    }
}
