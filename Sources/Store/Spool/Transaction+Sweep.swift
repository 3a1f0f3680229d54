internal import Foundation
internal import Relay

/// What goes away: pieces of what was never accepted, and rows that nobody asks for any more.
extension Transaction {
    /// Nobody takes a day to hand over a message; long uploads are safe.
    private static let orphanAge: Int64 = 24 * 3_600_000
    /// A done message can be shown by its id for a week.
    private static let doneAge: Int64 = 7 * 24 * 3_600_000
    /// Daily limits look back a day; reports at most a month and some.
    private static let usageAge: Int64 = 40 * 24 * 3_600_000
    /// What receivers reported is compared with the same month of the year before.
    private static let dmarcAge: Int64 = 400 * 24 * 3_600_000
    /// A reader that is further behind loads the directory whole, which for so many changes is no slower.
    private static let changesKept: Int64 = 100_000
    /// Rows per transaction: a few milliseconds, so other writers hardly notice.
    private static let step = 500
    /// Pieces per transaction: each is 64 pages that are looked at one after another.
    private static let pieces = 64

    /// A step of it.
    func sweep(at now: Date) throws -> SweepStep {
        let time = now.milliseconds
        try addUpSums()
        // At 256 KiB a piece they are the big ones.
        let orphans = try change(
            """
            DELETE FROM chunk WHERE (content, number) IN (SELECT k.content, k.number FROM content c JOIN chunk k ON k.content = c.number WHERE NOT c.isKept AND c.startedAt < ?
                LIMIT \(Self.pieces))
            """, [time - Self.orphanAge])
        let counts = [
            try change(
                """
                DELETE FROM content WHERE number IN (SELECT number FROM content c WHERE NOT isKept AND startedAt < ?
                    AND NOT EXISTS (SELECT 1 FROM chunk WHERE content = c.number) LIMIT \(Self.step))
                """, [time - Self.orphanAge]),
            try change(
                "DELETE FROM message WHERE number IN (SELECT message FROM fate WHERE doneAt < ? ORDER BY doneAt, message LIMIT \(Self.step))",
                [time - Self.doneAge]),
            // Where it does not go with its message.
            try change(
                """
                DELETE FROM fate WHERE message IN (SELECT message FROM fate WHERE doneAt < ? ORDER BY doneAt, message LIMIT \(Self.step))
                    AND NOT EXISTS (SELECT 1 FROM message WHERE number = fate.message)
                """, [time - Self.doneAge]),
            try remove("usage", by: "login, provider, hour", where: "hour", before: time - Self.usageAge),
            try remove("traffic", by: "hour, route, outcome", where: "hour", before: time - Self.usageAge),
            try remove("clientMinute", by: "client, minute", where: "minute", before: ClientUse.hour(at: now).lowerBound),
            try remove("repeatable", by: "client, key", where: "at", before: time - Int64(RepeatableRequest.life * 1000)),
            try remove("handout", by: "id", where: "at", before: time - Int64(Handout.daysKept * 86_400_000)),
            try remove("lease", by: "name", where: "until", before: time - Self.orphanAge),
            try removeReports(at: time),
            try forgetChanges(),
        ]
        let isSwept = orphans < Self.pieces && counts.allSatisfy { $0 < Self.step }
        let (isGivenBack, octets) = try giveBack()
        return SweepStep(rows: counts.reduce(orphans, +), octets: octets, isLast: isSwept && isGivenBack)
    }

    /// Pieces of a message that will not be accepted, a step of them; true when there may be more.
    func discard(_ message: SpoolID) throws -> Bool {
        let removed = try change(
            """
            DELETE FROM chunk WHERE (content, number) IN (SELECT k.content, k.number FROM content c JOIN chunk k ON k.content = c.number WHERE c.id = ? AND NOT c.isKept
                LIMIT \(Self.pieces))
            """, [message.text])
        if removed == Self.pieces { return true }
        try run("DELETE FROM content WHERE id = ? AND NOT isKept", [message.text])
        return false
    }

    private func remove(_ table: String, by key: String, where time: String, before limit: Int64) throws -> Int {
        try change("DELETE FROM \(table) WHERE (\(key)) IN (SELECT \(key) FROM \(table) WHERE \(time) < ? LIMIT \(Self.step))", [limit])
    }

    /// Their rows first: a report may have a hundred thousand. What was left half-way goes after a day, and only to be taken again.
    private func removeReports(at time: Int64) throws -> Int {
        let old: Values = [time - Self.dmarcAge, time - Self.orphanAge]
        let isOld = "takenAt < ? OR NOT isWhole AND takenAt < ?"
        let rows = try change(
            """
            DELETE FROM dmarcRow WHERE (report, number) IN (SELECT r.report, r.number FROM dmarcReport d JOIN dmarcRow r ON r.report = d.id
                WHERE \(isOld) LIMIT \(Self.step))
            """, old)
        guard rows == 0 else { return Self.step }
        return try change("DELETE FROM dmarcReport WHERE id IN (SELECT id FROM dmarcReport WHERE \(isOld) LIMIT \(Self.step))", old)
    }

    /// First what nobody may ask for any more; then, where there is none of that, the line is drawn anew.
    private func forgetChanges() throws -> Int {
        let removed = try change(
            "DELETE FROM change WHERE number IN (SELECT number FROM change WHERE edition <= (SELECT changesFrom FROM meta) LIMIT \(Self.step))"
        )
        guard removed == 0 else { return removed }
        let oldest = try first("SELECT edition FROM change ORDER BY number DESC LIMIT 1 OFFSET \(Self.changesKept)") { try $0.integer() }
        guard let oldest else { return 0 }
        try run("UPDATE meta SET changesFrom = \(dialect.greatest)(changesFrom, ?)", [oldest])
        return Self.step
    }
}
