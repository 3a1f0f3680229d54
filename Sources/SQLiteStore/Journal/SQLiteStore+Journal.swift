internal import GRDB
package import Relay

/// Reading needs no key; verifying does, and is not done here.
extension SQLiteStore: Journal {
    package func append(_ entries: [JournalEntry], sightings: [Sighting]) async throws(StoreFailure) {
        guard !entries.isEmpty || !sightings.isEmpty else { return }
        let lines = try lines(entries)
        try await write { transaction in
            try transaction.append(lines)
            try transaction.add(sightings)
        }
        noteFiling(of: lines.count)
    }

    package func entries(_ filter: JournalFilter) async throws(StoreFailure) -> [JournalRow] {
        let query = JournalQuery(filter)
        if query.asksForPersons { try await fileAll() }
        return try await report { transaction in
            var query = query
            if let after = filter.after {
                let sequence = try transaction.first(
                    "SELECT sequence FROM journal WHERE strand = ? AND number = ?", [after.strand, after.number]
                ) { try $0.integer() }
                guard let sequence else { throw StoreFailure.notFound("journal entry \(after.strand)/\(after.number)") }
                query.goOn(behind: sequence)
            }
            return try transaction.all(query.sql, StatementArguments(query.arguments)) { try JournalQuery.row(&$0) }
        }
    }

    package func heads() async throws(StoreFailure) -> [JournalRow] {
        try await report { transaction in
            let last = "SELECT strand, max(number) FROM journal GROUP BY strand"
            let sql = "\(JournalQuery.select) WHERE (j.strand, j.number) IN (\(last)) ORDER BY j.strand"
            return try transaction.all(sql, []) { try JournalQuery.row(&$0) }
        }
    }

    package func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow] {
        try await report { transaction in
            let sql = "\(JournalQuery.select) WHERE j.strand = ? AND j.number >= ? ORDER BY j.number LIMIT ?"
            return try transaction.all(sql, [strand, from, max(0, limit)]) { try JournalQuery.row(&$0) }
        }
    }
}
