import Relay
import Store
import TestSupport
import Testing

/// Follows the chain of a store's journal from its first link.
enum ChainCheck {
    static func verify(_ store: DatabaseStore, entries: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let chain = JournalChain(key: Stores.journalKey)
        let rows = try await store.rows(of: "main", from: 1, limit: .max)
        #expect(rows.count == entries, sourceLocation: sourceLocation)
        var previous = JournalChain.start
        for row in rows {
            let mac = chain.mac(of: row.entry, at: row.position, personalDigest: row.personalDigest, after: previous)
            #expect(mac == row.mac, "entry \(row.position.number)", sourceLocation: sourceLocation)
            previous = row.mac
        }
    }
}

extension SpoolContract {
    static func claimAll(_ store: DatabaseStore) async throws -> [SpoolEntry] {
        try await store.claim(1000, rooms: LaneRooms(), by: Samples.node, at: Samples.time(1), until: Samples.time(61)).entries
    }
}
