internal import Relay
internal import SQLiteStore

/// What the demo prints: one line a message, then who is used but may not be.
enum DemoTable {
    static func write(_ lines: [DemoComparison], _ format: ListingFormat, _ live: Live) {
        let columns = ["message", "author", "purpose", "route", "mailbox", "from", "reply_to", "provider_saw", "why", "agrees"].map {
            Column($0)
        }
        var listing = Listing(columns, format, to: live.standardOutput)
        for line in lines {
            listing.add([
                .text(line.message), .text(line.author), .text(line.purpose), .text(line.route), .text(line.mailbox), .text(line.from),
                .text(line.replyTo), .text(line.provider), .text(line.why), .flag(line.faults.isEmpty),
            ])
        }
        listing.finish()
    }

    static func writeUnauthorized(_ store: SQLiteStore, _ snapshot: Snapshot, _ format: ListingFormat, _ live: Live) async throws {
        let report = UnauthorizedReport(
            directory: snapshot.directory, conditions: snapshot.conditions, sightings: try await store.sightings(), now: live.now(),
            transports: Set(Transport.allCases))
        live.standardOutput.write("\n")
        UnauthorizedListing(report: report, format: format, showsNearMisses: false).write(to: live.standardOutput)
    }
}
