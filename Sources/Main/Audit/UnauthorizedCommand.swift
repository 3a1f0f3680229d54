internal import ArgumentParser
internal import Relay
internal import SQLiteStore

struct UnauthorizedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unauthorized", abstract: "Addresses in use that no mailbox may send from, why, and what to do.",
        discussion: """
            Looks at settings, users, delegations, clients and traffic. Near misses work today: rights that are pending, domains nobody recorded, secrets
            that end soon, one mailbox standing for many. Exit status: 0 if every address has a route, 1 if not.

            Examples:
              mandate audit unauthorized
              mandate audit unauthorized --no-near-misses --format csv >unauthorized.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var format: FormatOption
    @Flag(inversion: .prefixedNo, help: "Also what works today and may not tomorrow.") var nearMisses = true

    private static let columns = [
        Column("finding"), Column("address"), Column("used_in"), Column("reason"), Column("first_seen"), Column("last_seen"),
        Column("count", .right),
    ]

    func run() async throws {
        let live = Live.current
        let report = try await options.read(live) { store in
            UnauthorizedReport(
                directory: try await store.directory(), conditions: try await store.conditions(of: nil), sightings: try await store.sightings(),
                now: live.now(), transports: [.smtp])
        }
        // A line of a table has no room for commands: those follow it.
        let withRemedies = format.format != .table
        var listing = Listing(
            Self.columns + (withRemedies ? [Column("provider_fix"), Column("our_fix")] : []), format.format, to: live.standardOutput)
        for row in report.rows {
            let cells: [Cell] = [
                .text("unauthorized"), .text(row.address), .list(shortened(row.usedIn)), .text(row.reason), Cell(row.firstSeen),
                Cell(row.lastSeen), .number(row.count),
            ]
            listing.add(cells + (withRemedies ? [.text(row.remedy.provider), .text(row.remedy.ours)] : []))
        }
        for miss in nearMisses ? report.nearMisses : [] {
            let cells: [Cell] = [.text(miss.kind.rawValue), .text(miss.subject), .none, .text(miss.reason), .none, .none, .number(miss.count)]
            listing.add(cells + (withRemedies ? [.text(miss.remedy.provider), .text(miss.remedy.ours)] : []))
        }
        listing.finish()
        if !withRemedies { writeRemedies(report, live) }
        let words = report.rows.isEmpty ? "every address in use has a route" : "\(report.rows.count) without a route"
        live.say("\(words); \(report.nearMisses.count) near misses")
        if !report.rows.isEmpty { throw ExitStatus.found }
    }

    private func writeRemedies(_ report: UnauthorizedReport, _ live: Live) {
        var text = ""
        for row in report.rows { text += lines(row.address, row.remedy) }
        for miss in nearMisses ? report.nearMisses : [] { text += lines("\(miss.subject) (\(miss.kind.rawValue))", miss.remedy) }
        if !text.isEmpty { live.standardOutput.write("\nWhat to do:\n" + text) }
    }

    private func lines(_ subject: String, _ remedy: Remedy) -> String {
        var text = "  \(DisplayWidth.printable(subject))\n"
        if !remedy.provider.isEmpty { text += "    at the provider  \(DisplayWidth.printable(remedy.provider))\n" }
        return text + "    here             \(DisplayWidth.printable(remedy.ours))\n"
    }

    /// Three places say where to look; JSON and CSV have them all.
    private func shortened(_ places: [String]) -> [String] {
        guard format.format == .table, places.count > 4 else { return places }
        return places.prefix(3) + ["and \(places.count - 3) more"]
    }
}
