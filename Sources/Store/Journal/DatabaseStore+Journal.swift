package import Relay

/// Reading needs no key; verifying does, and is not done here.
extension DatabaseStore: Journal {
    package func append(_ entries: [JournalEntry], sightings: [Sighting]) async throws(StoreFailure) {
        guard !entries.isEmpty || !sightings.isEmpty else { return }
        let lines = try lines(entries)
        try await write { transaction in
            try transaction.append(lines)
            for sighting in sightings { transaction.sums.add(sighting) }
        }
        noteFiling(of: lines.count)
    }

    package func entries(_ filter: JournalFilter) async throws(StoreFailure) -> [JournalRow] {
        let query = JournalQuery(filter)
        if query.asksForPersons { try await fileAll() }
        return try await report { transaction in
            var query = query
            query.keep(to: try transaction.span(since: filter.since?.milliseconds, until: filter.until?.milliseconds))
            if let after = filter.after {
                let isThere = try transaction.exists("SELECT 1 FROM journal WHERE number = ?", [after.number])
                guard after.strand == JournalPen.strand, isThere else {
                    throw StoreFailure.notFound("journal entry \(after.strand)/\(after.number)")
                }
                query.goOn(behind: after.number)
            }
            return try transaction.all(query.sql, Values(query.arguments)) { try JournalQuery.row(&$0) }
        }
    }

    package func heads() async throws(StoreFailure) -> [JournalRow] {
        try await report { transaction in
            try transaction.all("\(JournalQuery.select) ORDER BY j.number DESC LIMIT 1", []) { try JournalQuery.row(&$0) }
        }
    }

    package func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow] {
        guard strand == JournalPen.strand else { return [] }
        return try await report { transaction in
            let sql = "\(JournalQuery.select) WHERE j.number >= ? ORDER BY j.number LIMIT ?"
            return try transaction.all(sql, [from, max(0, limit)]) { try JournalQuery.row(&$0) }
        }
    }
}
