internal import Foundation
internal import GRDB
internal import Relay

/// What goes away: pieces of what was never accepted, and rows that nobody asks for any more.
extension Transaction {
    /// Nobody takes a day to hand over a message; long uploads are safe.
    private static let orphanAge: Int64 = 24 * 3_600_000
    /// A done message can be shown by its id for a week.
    private static let doneAge: Int64 = 7 * 24 * 3_600_000
    /// Daily limits look back a day; reports at most a month and some.
    private static let usageAge: Int64 = 40 * 24 * 3_600_000
    /// A reader that is further behind loads the directory whole, which for so many changes is no slower.
    private static let changesKept: Int64 = 100_000
    /// Rows and pages per transaction: a few milliseconds, so other writers hardly notice.
    private static let step = 500
    /// Pieces per transaction: each is 64 pages that are looked at one after another.
    private static let pieces = 64
    /// Free pages that stay in the file, 4 MiB: new mail takes them at once.
    private static let pagesKept = 1000

    /// A step of it.
    func sweep(at now: Date) throws -> SweepStep {
        let time = now.milliseconds
        // At 256 KiB a piece they are the big ones.
        let orphans = try run(
            """
            DELETE FROM chunk WHERE rowid IN (SELECT k.rowid FROM content c JOIN chunk k ON k.content = c.number WHERE c.isKept = 0 AND c.startedAt < ?
                LIMIT \(Self.pieces))
            """, [time - Self.orphanAge])
        let counts = [
            try run(
                """
                DELETE FROM content WHERE number IN (SELECT number FROM content c WHERE isKept = 0 AND startedAt < ?
                    AND NOT EXISTS (SELECT 1 FROM chunk WHERE content = c.number) LIMIT \(Self.step))
                """, [time - Self.orphanAge]),
            try run(
                "DELETE FROM message WHERE number IN (SELECT message FROM fate WHERE doneAt < ? ORDER BY doneAt LIMIT \(Self.step))",
                [time - Self.doneAge]),
            try remove("usage", by: "login, provider, hour", where: "hour", before: time - Self.usageAge),
            try remove("traffic", by: "hour, route, outcome", where: "hour", before: time - Self.usageAge),
            try remove("clientMinute", by: "client, minute", where: "minute", before: ClientUse.hour(at: now).lowerBound),
            try remove("repeatable", by: "client, key", where: "at", before: time - Int64(RepeatableRequest.life * 1000)),
            try remove("handout", by: "id", where: "at", before: time - Int64(Handout.daysKept * 86_400_000)),
            try remove("lease", by: "name", where: "until", before: time - Self.orphanAge),
            try forgetChanges(),
        ]
        let isSwept = orphans < Self.pieces && counts.allSatisfy { $0 < Self.step }
        let (isGivenBack, octets) = try giveBack()
        return SweepStep(rows: counts.reduce(orphans, +), octets: octets, isLast: isSwept && isGivenBack)
    }

    /// Pieces of a message that will not be accepted, a step of them; true when there may be more.
    func discard(_ message: SpoolID) throws -> Bool {
        let removed = try run(
            """
            DELETE FROM chunk WHERE rowid IN (SELECT k.rowid FROM content c JOIN chunk k ON k.content = c.number WHERE c.id = ? AND c.isKept = 0
                LIMIT \(Self.pieces))
            """, [message.text])
        if removed == Self.pieces { return true }
        try run("DELETE FROM content WHERE id = ? AND isKept = 0", [message.text])
        return false
    }

    private func remove(_ table: String, by key: String, where time: String, before limit: Int64) throws -> Int {
        try run("DELETE FROM \(table) WHERE (\(key)) IN (SELECT \(key) FROM \(table) WHERE \(time) < ? LIMIT \(Self.step))", [limit])
    }

    /// First what nobody may ask for any more; then, where there is none of that, the line is drawn anew.
    private func forgetChanges() throws -> Int {
        let removed = try run(
            "DELETE FROM change WHERE number IN (SELECT number FROM change WHERE edition <= (SELECT changesFrom FROM meta) LIMIT \(Self.step))"
        )
        guard removed == 0 else { return removed }
        let oldest = try first("SELECT edition FROM change ORDER BY number DESC LIMIT 1 OFFSET \(Self.changesKept)") { try $0.integer() }
        guard let oldest else { return 0 }
        try run("UPDATE meta SET changesFrom = max(changesFrom, ?)", [oldest])
        return Self.step
    }

    /// Pages at the file's end go back to the disk, as many as are free beyond a few.
    private func giveBack() throws -> (isDone: Bool, octets: Int) {
        let free = try freePages()
        guard free > Self.pagesKept else { return (true, 0) }
        let size = try first("PRAGMA page_size") { Int(try $0.integer()) } ?? 0
        try each("PRAGMA incremental_vacuum(\(Self.step))") { _ in }
        let left = try freePages()
        return (left <= Self.pagesKept || left >= free, max(0, free - left) * size)
    }

    private func freePages() throws -> Int { try first("PRAGMA freelist_count") { Int(try $0.integer()) } ?? 0 }
}
