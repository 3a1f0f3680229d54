internal import Mail
package import struct FoundationEssentials.Date

/// Which outcomes somebody wants to read of.
package struct OutcomeFilter: Sendable {
    /// Of what was accepted, or handed out, from then on.
    package var since: Date
    package var until: Date?
    package var message: SpoolID?
    package var recipient: String?
    package var author: String?
    package var client: String?
    /// nil: any.
    package var outcome: OutcomeReport.Outcome?

    package init(since: Date) { self.since = since }

    /// Seconds after which a token whose use nobody has reported is told of.
    private static let patience = 900.0
    /// Handouts that one report tells of.
    private static let mostHandouts = 10_000

    /// Reads the journal from then on, with all that came later.
    package func report(from store: some Journal & HandoutStore, at now: Date) async throws(StoreFailure) -> OutcomeReport {
        var report = OutcomeReport()
        var journal = JournalFilter(recipient: recipient, message: message, since: since)
        journal.kinds = [.accepted, .attempted, .unknown, .queue]
        // Who asks for a recipient's lines alone is told nothing of what was removed, which names nobody.
        if recipient != nil { journal.kinds = [.accepted, .attempted] }
        while true {
            let page = try await store.entries(journal)
            for row in page { report.add(row.entry) }
            guard let last = page.last else { break }
            journal.after = last.position
        }
        if message == nil, recipient == nil {
            let before = now.addingTimeInterval(-Self.patience)
            for handout in try await store.unreported(before: before, limit: Self.mostHandouts) where handout.at >= since {
                report.add(handout)
            }
        }
        return report
    }

    package func takes(_ row: OutcomeReport.Row) -> Bool {
        if let until, row.begun >= until { return false }
        if let outcome, row.outcome != outcome { return false }
        if let author, row.author != author, row.from != author { return false }
        if let recipient, row.recipient != recipient { return false }
        if let client, row.client != client { return false }
        return true
    }
}
