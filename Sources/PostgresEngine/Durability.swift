internal import Relay
internal import Store

/// What a server does with a commit before it says that it is done (runtime-config-wal, runtime-config-replication).
package struct Durability: Sendable, Hashable {
    /// What an administrator was promised.
    package enum Promise: String, Sendable, Hashable, CaseIterable {
        /// Nothing: for trying things out.
        case none
        /// What was answered survives this server's end, not its disk's.
        case flushed
        /// It is on a second server, too.
        case replicated
    }

    package let flushes: Bool
    package let writesFullPages: Bool
    package let synchronousCommit: String
    package let standbyNames: String
    /// Standbys that commits wait for and that are connected; nil: we may not see them.
    package let standbys: Int?

    /// Why it falls short of a promise; nil: it keeps it.
    package func objection(to promise: Promise) -> String? {
        if promise == .none { return nil }
        if !flushes { return "fsync is off: what was written is lost when the machine stops. Set fsync = on" }
        if !writesFullPages { return "full_page_writes is off: a page may be torn when the machine stops. Set full_page_writes = on" }
        if synchronousCommit == "off" {
            return "synchronous_commit is off: the last commits are lost when the server stops. Set synchronous_commit = on"
        }
        guard promise == .replicated else { return nil }
        if standbyNames.isEmpty {
            return "synchronous_standby_names is empty: nothing waits for a standby. Set it, for instance to ANY 1 (*)"
        }
        guard ["on", "remote_apply"].contains(synchronousCommit) else {
            return
                "synchronous_commit is \(synchronousCommit): a commit does not wait until a standby has it on its disk. Set synchronous_commit = on"
        }
        return nil
    }

    /// In a line.
    package var words: String {
        if !flushes || !writesFullPages || synchronousCommit == "off" { return "none: the last messages are lost when the server stops" }
        if objection(to: .replicated) == nil { return "replicated: a commit waits for \(standbyNames)" }
        return "flushed: what was answered is on this server's disk, and on no other's"
    }

    static func read(_ connection: any Connection) throws -> Durability {
        var found: Durability?
        let sql = """
            SELECT current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on', current_setting('synchronous_commit'),
                current_setting('synchronous_standby_names'),
                (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
                pg_has_role('pg_read_all_stats', 'USAGE')
            """
        try connection.rows(sql, [], areMany: false) { rows in
            guard try rows.next() else { return }
            func text(_ column: Int) -> String { String(decoding: rows.text(column), as: UTF8.self) }
            found = Durability(
                flushes: rows.integer(0) != 0, writesFullPages: rows.integer(1) != 0, synchronousCommit: text(2), standbyNames: text(3),
                standbys: rows.integer(5) != 0 ? Int(rows.integer(4)) : nil)
        }
        guard let found else { throw StoreFailure.unavailable("the database does not say what it does with a commit") }
        return found
    }
}
