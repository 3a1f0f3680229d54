internal import Foundation
internal import GRDB
internal import Relay
internal import Synchronization

/// Remembers when this process last swept, so that a sweep rides along with a claim about once an hour. A class because claims share it.
final class Sweeper: Sendable {
    private static let interval: Int64 = 3_600_000
    private let last = Mutex<Int64>(.min)

    /// True once per interval; whoever asks does it.
    func isDue(at now: Date) -> Bool {
        let now = now.milliseconds
        return last.withLock { last in
            guard last == .min || now - last >= Self.interval else { return false }
            last = now
            return true
        }
    }
}

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

    /// Removes what is no longer promised to anyone, a step of it; true when there may be more.
    @discardableResult
    func sweep(at now: Date) throws -> Bool {
        let time = now.milliseconds
        // Orphans first: at 256 KiB a piece they are the big ones.
        var removed = try run(
            """
            DELETE FROM content WHERE number IN (SELECT number FROM content WHERE isKept = 0 AND startedAt < ? ORDER BY startedAt LIMIT \(Self.step))
            """, [time - Self.orphanAge])
        removed = max(
            removed,
            try run(
                "DELETE FROM message WHERE number IN (SELECT number FROM message WHERE doneAt < ? ORDER BY doneAt LIMIT \(Self.step))",
                [time - Self.doneAge]))
        try run("DELETE FROM usage WHERE hour < ?", [time - Self.usageAge])
        try run("DELETE FROM traffic WHERE hour < ?", [time - Self.usageAge])
        try run("DELETE FROM repeatable WHERE at < ?", [time - Int64(RepeatableRequest.life * 1000)])
        try run("DELETE FROM handout WHERE at < ?", [time - Int64(Handout.daysKept * 86_400_000)])
        try run("DELETE FROM lease WHERE until < ?", [time - Self.orphanAge])
        try forgetChanges()
        try each("PRAGMA incremental_vacuum(\(Self.step))") { _ in }
        return removed == Self.step
    }

    private func forgetChanges() throws {
        let oldest = try first("SELECT edition FROM change ORDER BY number DESC LIMIT 1 OFFSET \(Self.changesKept)") { try $0.integer() }
        guard let oldest else { return }
        try run("UPDATE meta SET changesFrom = max(changesFrom, ?)", [oldest])
        try run("DELETE FROM change WHERE edition <= ?", [oldest])
    }
}
