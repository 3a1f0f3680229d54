internal import GRDB
package import Relay
internal import Synchronization

/// Entries are filed many at once: under the persons they tell of, which filters look for. Each in its own commit it would touch a page of the file for every
/// person; a few thousand, in the order of the file, share them.
extension SQLiteStore {
    /// Entries filed together.
    private static let window = 5000
    /// Rows in one commit: some milliseconds of the one writer.
    private static let batch = 2000

    /// Files what has gathered, beside what goes on, once it is worth it.
    func noteFiling(of entries: Int) {
        let isDue = unfiled.withLock { state in
            state.entries += entries
            guard state.entries >= 2 * Self.window, !state.isRunning else { return false }
            state = (0, true)
            return true
        }
        guard isDue else { return }
        Task {
            // What fails here is done by whoever asks for it, or by the next sweep, and is told there.
            try? await fileAll()
            unfiled.withLock { $0.isRunning = false }
        }
    }

    /// Before anybody looks for persons.
    func fileAll() async throws(StoreFailure) { while try await !fileNext() {} }

    /// Files a window of entries; true when there are no more.
    func fileNext() async throws(StoreFailure) -> Bool {
        let window = try await report { try $0.unfiled(limit: Self.window) }
        guard let last = window.last else { return true }
        var rest = window.rows[...]
        while rest.count > Self.batch {
            let batch = ListText.write(rest.prefix(Self.batch).map(\.texts))
            try await write { try $0.file(batch, through: nil) }
            rest = rest.dropFirst(Self.batch)
        }
        let batch = ListText.write(rest.map(\.texts))
        try await write { try $0.file(batch, through: last) }
        return window.entries < Self.window
    }
}

/// A personal part of an entry, as it is looked for: an address by its identity, any other text without regard to case.
private struct FiledPart: Comparable {
    let role: String
    let text: String
    let entry: Int64

    var texts: [String] { [role, text, String(entry)] }

    static func < (left: Self, right: Self) -> Bool { (left.role, left.text, left.entry) < (right.role, right.text, right.entry) }
}

extension Transaction {
    /// In the order of the file. What cannot be read is filed under nobody; whoever verifies the journal is told of it.
    fileprivate func unfiled(limit: Int) throws -> (rows: [FiledPart], entries: Int, last: Int64?) {
        var found: [FiledPart] = []
        var entries = 0
        var last: Int64?
        try each(
            "SELECT sequence, parts FROM journal WHERE sequence > (SELECT filedThrough FROM meta) ORDER BY sequence LIMIT ?", [limit]
        ) { columns in
            let entry = try columns.integer()
            let parts = try columns.optionalText() ?? "[]"
            for part in (try? JournalQuery.personal(parts)) ?? [] {
                found.append(FiledPart(role: part.role.rawValue, text: JournalText.normal(part.text), entry: entry))
            }
            (entries, last) = (entries + 1, entry)
        }
        return (found.sorted(), entries, last)
    }

    /// `through`: with these, all up to that entry are filed.
    fileprivate func file(_ rows: String, through entry: Int64?) throws {
        try run(
            """
            INSERT OR IGNORE INTO journalRole (role, text, entry)
            SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS INTEGER) FROM json_each(?)
            """, [rows])
        if let entry { try run("UPDATE meta SET filedThrough = max(filedThrough, ?)", [entry]) }
    }
}

/// What stands beside the chain and is not held by it, but decides what a listing shows: the order of the rows, and the table that filters look in.
extension SQLiteStore: JournalChainStore {
    /// Of every row there is, also of rows that cannot be read.
    package func strands() async throws(StoreFailure) -> [String] {
        try await report { transaction in
            try transaction.all("SELECT DISTINCT strand FROM journal ORDER BY strand") { try $0.text() }
        }
    }

    /// The number of an entry that stands at another place than its number says, or that a filter by one of its personal parts would not find.
    /// `from` is looked at again with what follows it, so that nothing hides between two calls.
    package func misfiled(in strand: String, from: Int64, through: Int64) async throws(StoreFailure) -> Int64? {
        try await fileAll()
        return try await report { transaction in
            let moved = try transaction.first(
                """
                SELECT number FROM (
                    SELECT number, sequence, lag(sequence) OVER (ORDER BY number, sequence) AS before, lag(number) OVER (ORDER BY number, sequence) AS last
                    FROM journal WHERE strand = ?1 AND number BETWEEN ?2 AND ?3
                ) WHERE sequence <= before OR number = last LIMIT 1
                """, [strand, from, through]
            ) { try $0.integer() }
            return try moved ?? transaction.hidden(in: strand, from: from, through: through)
        }
    }
}

extension Transaction {
    fileprivate func hidden(in strand: String, from: Int64, through: Int64) throws -> Int64? {
        let sql = "\(JournalQuery.select) WHERE j.strand = ? AND j.number BETWEEN ? AND ?"
        let parts = try all(sql, [strand, from, through]) { try JournalQuery.row(&$0) }.flatMap { row in
            row.entry.personal.map { [$0.role.rawValue, JournalText.normal($0.text), String(row.position.number)] }
        }
        return try first(
            """
            SELECT j.number FROM json_each(?1) part CROSS JOIN journal j ON j.strand = ?2 AND j.number = CAST(part.value ->> 2 AS INTEGER)
            WHERE NOT EXISTS (
                SELECT 1 FROM journalRole r WHERE r.role = part.value ->> 0 AND r.text = part.value ->> 1 AND r.entry = j.sequence
            ) LIMIT 1
            """, [ListText.write(parts), strand]
        ) { try $0.integer() }
    }
}
