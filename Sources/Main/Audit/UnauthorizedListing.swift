internal import Relay

/// How the unauthorised addresses are written, by the auditor's command and by the demo: a line each, and in a table what to do below it.
struct UnauthorizedListing: Sendable {
    let report: UnauthorizedReport
    let format: ListingFormat
    let showsNearMisses: Bool

    private static let columns = [
        Column("finding"), Column("address"), Column("used_in"), Column("reason"), Column("first_seen"), Column("last_seen"),
        Column("count", .right),
    ]

    func write(to output: OutputStream) {
        // A line of a table has no room for commands: those follow it.
        let withRemedies = format != .table
        var listing = Listing(Self.columns + (withRemedies ? [Column("provider_fix"), Column("our_fix")] : []), format, to: output)
        for row in report.rows {
            let cells: [Cell] = [
                .text("unauthorized"), .text(row.address), .list(shortened(row.usedIn)), .text(row.reason), Cell(row.firstSeen),
                Cell(row.lastSeen), .number(row.count),
            ]
            listing.add(cells + (withRemedies ? [.text(row.remedy.provider), .text(row.remedy.ours)] : []))
        }
        for miss in nearMisses {
            let cells: [Cell] = [
                .text(miss.kind.rawValue), .text(miss.subject), .none, .text(miss.reason), .none, .none, .number(miss.count),
            ]
            listing.add(cells + (withRemedies ? [.text(miss.remedy.provider), .text(miss.remedy.ours)] : []))
        }
        listing.finish()
        if !withRemedies { writeRemedies(to: output) }
    }

    private var nearMisses: [NearMiss] { showsNearMisses ? report.nearMisses : [] }

    private func writeRemedies(to output: OutputStream) {
        var text = ""
        for row in report.rows { text += lines(row.address, row.remedy) }
        for miss in nearMisses { text += lines("\(miss.subject) (\(miss.kind.rawValue))", miss.remedy) }
        if !text.isEmpty { output.write("\nWhat to do:\n" + text) }
    }

    private func lines(_ subject: String, _ remedy: Remedy) -> String {
        var text = "  \(DisplayWidth.printable(subject))\n"
        if !remedy.provider.isEmpty { text += "    at the provider  \(DisplayWidth.printable(remedy.provider))\n" }
        return text + "    here             \(DisplayWidth.printable(remedy.ours))\n"
    }

    /// Three places say where to look; JSON and CSV have them all.
    private func shortened(_ places: [String]) -> [String] {
        guard format == .table, places.count > 4 else { return places }
        return places.prefix(3) + ["and \(places.count - 3) more"]
    }
}
