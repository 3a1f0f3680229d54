internal import Relay

/// How the unauthorized addresses are written, by the auditor's command and by the demo: a line for each finding or each address, and in a table what to do below it.
struct UnauthorizedListing: Sendable {
    let report: UnauthorizedReport
    let findings: [UnauthorizedFinding]
    let nearMisses: [NearMiss]
    let form: ListingForm

    private static let columns: [Column] = [
        "finding", "id", .spare("class"), "address", .number("addresses", isSpare: true), "used_in", .spare("code"), "reason",
        .spare("mail"), .spare("first_seen"), .spare("last_seen"), .number("count", isSpare: true), .spare("acknowledged"),
    ]

    /// A line of a table has no room for commands: those follow it, unless columns were chosen.
    private var withRemedies: Bool { form.format != .table || form.columns != nil }
    private var allColumns: [Column] { Self.columns + (withRemedies ? ["provider_fix", "our_fix"] : []) }

    func write(_ live: Live) throws(CommandFailure) {
        var listing = try form.listing(allColumns, live)
        let isShort = form.isShort(live)
        for finding in findings {
            let row = report.row(of: finding)
            listing.add(cells(row, finding, isShort) + remedies(row.remedy))
        }
        for miss in nearMisses {
            let cells: [Cell] = [
                .text(miss.kind.rawValue), .none, .none, .text(miss.subject), .none, .none, .none, .text(miss.reason), .none, .none, .none,
                .number(miss.count), .none,
            ]
            listing.add(cells + remedies(miss.remedy))
        }
        listing.finish()
        if !withRemedies { writeRemedies(to: live.standardOutput) }
    }

    /// Each address by itself, as many as there are.
    func writeAddresses(_ live: Live) throws(CommandFailure) {
        var listing = try form.listing(allColumns, live)
        let isShort = form.isShort(live)
        for finding in findings {
            report.visitRows(of: finding) { row in
                listing.add(cells(row, finding, isShort, isSingle: true) + remedies(row.remedy))
                return true
            }
        }
        listing.finish()
    }

    private func cells(_ row: UnauthorizedRow, _ finding: UnauthorizedFinding, _ isShort: Bool, isSingle: Bool = false) -> [Cell] {
        [
            .text("unauthorized"), .text(finding.id), .text(finding.belonging.rawValue), .text(row.address),
            .number(isSingle ? 1 : finding.size), .list(isShort ? shortened(row.usedIn) : row.usedIn), .text(row.code.rawValue),
            .text(row.reason), Cell(row.fate?.words), Cell(row.firstSeen), Cell(row.lastSeen), .number(row.count),
            Cell(finding.acknowledgement.map { "until \($0.until.minute) by \($0.by): \($0.reason)" }),
        ]
    }

    private func remedies(_ remedy: Remedy) -> [Cell] { withRemedies ? [.text(remedy.provider), .text(remedy.ours)] : [] }

    private func writeRemedies(to output: OutputStream) {
        var advice = AdviceListing()
        for finding in findings {
            let row = report.row(of: finding)
            advice.add("\(row.address) (\(finding.id), \(finding.belonging.rawValue))", row.remedy)
        }
        for miss in nearMisses { advice.add("\(miss.subject) (\(miss.kind.rawValue))", miss.remedy) }
        advice.write(to: output)
    }

    /// Three places say where to look; JSON, CSV and a pipe have them all.
    private func shortened(_ places: [String]) -> [String] {
        guard places.count > 4 else { return places }
        return places.prefix(3) + ["and \(places.count - 3) more"]
    }
}
