internal import Relay

/// How the unauthorized addresses are written, by the auditor's command and by the demo: a line each, and in a table what to do below it.
struct UnauthorizedListing: Sendable {
    let report: UnauthorizedReport
    let form: ListingForm
    let showsNearMisses: Bool

    private static let columns: [Column] = [
        "finding", "address", "used_in", "reason", .spare("first_seen"), .spare("last_seen"), .number("count", isSpare: true),
    ]

    func write(_ live: Live) throws(CommandFailure) {
        // A line of a table has no room for commands: those follow it, unless columns were chosen.
        let withRemedies = form.format != .table || form.columns != nil
        var listing = try form.listing(Self.columns + (withRemedies ? ["provider_fix", "our_fix"] : []), live)
        let isShort = form.isShort(live)
        for row in report.rows {
            let cells: [Cell] = [
                .text("unauthorized"), .text(row.address), .list(isShort ? shortened(row.usedIn) : row.usedIn), .text(row.reason),
                Cell(row.firstSeen),
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
        if !withRemedies { writeRemedies(to: live.standardOutput) }
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
        for step in remedy.steps {
            let place =
                switch step.kind {
                case .look: "look             "
                case .provider: "at the provider  "
                case .command: "here             "
                case .words: "                 "
                }
            text += "    \(place)\(DisplayWidth.printable(step.line))\n"
        }
        return text
    }

    /// Three places say where to look; JSON, CSV and a pipe have them all.
    private func shortened(_ places: [String]) -> [String] {
        guard places.count > 4 else { return places }
        return places.prefix(3) + ["and \(places.count - 3) more"]
    }
}
