internal import GRDB
internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// Messages that wait for a route.
extension SQLiteStore {
    package func routeWishes(after: RouteWish?, limit: Int, at now: Date) async throws(StoreFailure) -> [RouteWish] {
        try await read { transaction in
            let after = try after.map { [try MessageRow.text(of: $0.author), $0.purpose?.rawValue ?? ""] } ?? ["", ""]
            let rows = try transaction.all(
                """
                SELECT DISTINCT author, ifnull(purpose, '') FROM message
                WHERE lacksRouteSince IS NOT NULL AND state = 'waiting' AND (author, ifnull(purpose, '')) > (?, ?)
                ORDER BY author, ifnull(purpose, '') LIMIT ?
                """, [after[0], after[1], max(0, limit)]
            ) { (author: try $0.text(), purpose: try $0.text()) }
            return rows.compactMap { row in
                // A damaged row is held when it is claimed; the others must not wait for it.
                guard let author = try? MessageRow.author(row.author) else { return nil }
                return RouteWish(author: author, purpose: Purpose(rawValue: row.purpose))
            }
        }
    }

    package func wake(_ wish: RouteWish, lane: Account?, limit: Int, at now: Date) async throws(StoreFailure) -> Int {
        try await write { transaction in
            try transaction.run(
                """
                UPDATE message SET due = ?1, lane = ?2, withoutRoute = withoutRoute + max(0, ?1 - lacksRouteSince), lacksRouteSince = NULL
                WHERE number IN (
                    SELECT number FROM message
                    WHERE lacksRouteSince IS NOT NULL AND state = 'waiting' AND author = ?3 AND ifnull(purpose, '') = ?4
                    ORDER BY number LIMIT ?5
                )
                """,
                [
                    now.milliseconds, LaneText.write(lane), try MessageRow.text(of: wish.author), wish.purpose?.rawValue ?? "",
                    max(0, limit),
                ])
        }
    }
}

extension Transaction {
    /// At once where the world has moved since it was decided: what it waits for may have come while it was being written.
    func due(_ wait: RouteWait, at now: Date) throws -> Int64 {
        let newest = try revisions()
        return wait.isCurrent(newest.edition, newest.revision) ? wait.until.milliseconds : now.milliseconds
    }
}
