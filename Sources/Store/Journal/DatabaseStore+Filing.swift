package import Relay
internal import Synchronization

/// Entries are filed many at once: under the message and the persons they tell of, and by their time, which filters look for. Each in its own commit it would
/// touch a page of the file for every one of these; a few thousand, in the order of the file, share them.
extension DatabaseStore {
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
        guard !window.isEmpty else { return true }
        var rest = window.parts[...]
        while rest.count > Self.batch {
            let batch = ListText.write(rest.prefix(Self.batch).map(\.texts))
            try await write { try $0.file(batch, closing: nil) }
            rest = rest.dropFirst(Self.batch)
        }
        let batch = ListText.write(rest.map(\.texts))
        try await write { try $0.file(batch, closing: window) }
        return window.entries < Self.window
    }
}

/// What an entry is looked for by: an address by its identity, any other text without regard to case, a message as it is.
private struct FiledPart: Comparable {
    let role: String
    let text: String
    let entry: Int64

    var texts: [String] { [role, text, String(entry)] }

    static func < (left: Self, right: Self) -> Bool { (left.role, left.text, left.entry) < (right.role, right.text, right.entry) }
}

/// Entries that are filed together.
private struct FilingWindow {
    var parts: [FiledPart] = []
    var entries = 0
    var last: Int64 = 0
    var earliest = Int64.max
    var latest = Int64.min

    var isEmpty: Bool { entries == 0 }
}

extension JournalRow {
    /// What it must be found by.
    fileprivate var filedTexts: [[String]] {
        let number = String(position.number)
        return entry.personal.map { [$0.role.rawValue, JournalText.normal($0.text), number] }
            + (entry.message.map { [[JournalQuery.messageRole, $0.text, number]] } ?? [])
    }
}

extension Transaction {
    /// In the order of the file. What cannot be read is filed under nobody; whoever verifies the journal is told of it.
    fileprivate func unfiled(limit: Int) throws -> FilingWindow {
        var window = FilingWindow()
        try each(
            "SELECT number, at, message, parts FROM journal WHERE number > (SELECT filedThrough FROM meta) ORDER BY number LIMIT ?", [limit]
        ) { columns in
            let entry = try columns.integer()
            let at = try columns.integer()
            if let message = try columns.optionalText() {
                window.parts.append(FiledPart(role: JournalQuery.messageRole, text: message, entry: entry))
            }
            for part in (try? JournalQuery.personal(columns.optionalText() ?? "[]")) ?? [] {
                window.parts.append(FiledPart(role: part.role.rawValue, text: JournalText.normal(part.text), entry: entry))
            }
            (window.entries, window.last) = (window.entries + 1, entry)
            (window.earliest, window.latest) = (min(window.earliest, at), max(window.latest, at))
        }
        window.parts.sort()
        return window
    }

    /// `closing`: with these, all of that window are filed.
    fileprivate func file(_ rows: String, closing window: FilingWindow?) throws {
        try run(
            """
            INSERT INTO journalRole (role, text, entry)
            SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT) FROM \(dialect.lists("?")) WHERE true ON CONFLICT DO NOTHING
            """, [rows])
        guard let window else { return }
        // Another process may have filed some of them meanwhile.
        try run(
            """
            INSERT INTO journalWindow (last, earliest, latest) VALUES (?1, ?2, ?3)
            ON CONFLICT (last) DO UPDATE SET earliest = \(dialect.least)(journalWindow.earliest, ?2),
                latest = \(dialect.greatest)(journalWindow.latest, ?3)
            """, [window.last, window.earliest, window.latest])
        try run("UPDATE meta SET filedThrough = \(dialect.greatest)(filedThrough, ?)", [window.last])
    }
}

/// What stands beside the chain and is not held by it, but decides what a listing shows.
extension DatabaseStore: JournalChainStore {
    /// Those that a store in a file has.
    package func strands() async throws(StoreFailure) -> [String] {
        try await report { try $0.exists("SELECT 1 FROM journal LIMIT 1", []) ? [JournalPen.strand] : [] }
    }

    /// The number of an entry that a filter by its message, its time or one of its personal parts would not find.
    package func misfiled(in strand: String, from: Int64, through: Int64) async throws(StoreFailure) -> Int64? {
        try await fileAll()
        return try await report { transaction in
            let ahead = try transaction.first("SELECT number FROM journal WHERE number < 1 LIMIT 1") { try $0.integer() }
            return try ahead ?? transaction.hidden(from: from, through: through)
        }
    }
}

extension Transaction {
    fileprivate func hidden(from: Int64, through: Int64) throws -> Int64? {
        let parts = try all("\(JournalQuery.select) WHERE j.number BETWEEN ? AND ?", [from, through]) { try JournalQuery.row(&$0) }
            .flatMap(\.filedTexts)
        let unnamed = try first(
            """
            SELECT CAST(part.value ->> 2 AS BIGINT) FROM \(dialect.lists("?1")) part WHERE NOT EXISTS (
                SELECT 1 FROM journalRole r WHERE r.role = part.value ->> 0 AND r.text = part.value ->> 1 AND r.entry = CAST(part.value ->> 2 AS BIGINT)
            ) LIMIT 1
            """, [ListText.write(parts)]
        ) { try $0.integer() }
        if let unnamed { return unnamed }
        return try first(
            """
            SELECT j.number FROM journal j WHERE j.number BETWEEN ?1 AND ?2 AND j.number <= (SELECT filedThrough FROM meta) AND NOT EXISTS (
                SELECT 1 FROM journalWindow w WHERE w.last = (SELECT min(last) FROM journalWindow WHERE last >= j.number)
                    AND j.at BETWEEN w.earliest AND w.latest
            ) LIMIT 1
            """, [from, through]
        ) { try $0.integer() }
    }
}
