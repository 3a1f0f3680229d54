internal import GRDB
package import Relay

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
        try await report { transaction in
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
            """, [try ListText.write(parts), strand]
        ) { try $0.integer() }
    }
}
