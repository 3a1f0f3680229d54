internal import Relay
internal import Store

/// What the demo prints: one line a message, then who is used but may not be.
enum DemoTable {
    static func write(_ lines: [DemoComparison], _ form: ListingForm, _ live: Live) throws(CommandFailure) {
        let columns: [Column] = [
            "message", .spare("author"), .spare("purpose"), "route", .spare("mailbox"), "from", .spare("reply_to"), .spare("provider_saw"),
            "why",
            "agrees",
        ]
        var listing = try form.listing(columns, live)
        for line in lines {
            listing.add([
                .text(line.message), .text(line.author), .text(line.purpose), .text(line.route), .text(line.mailbox), .text(line.from),
                .text(line.replyTo), .text(line.provider), .text(line.why), .flag(line.faults.isEmpty),
            ])
        }
        listing.finish()
    }

    static func writeUnauthorized(_ store: DatabaseStore, _ snapshot: Snapshot, _ form: ListingForm, _ live: Live) async throws {
        let report = try await AuditEvidence(snapshot, from: store).unauthorized(at: live.now())
        live.standardOutput.write("\n")
        try UnauthorizedListing(report: report, findings: report.findings, nearMisses: [], form: form).write(live)
    }
}
