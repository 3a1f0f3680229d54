internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// Messages that wait for a route.
extension DatabaseStore {
    package func routeWishes(after: RouteWish?, limit: Int, at now: Date) async throws(StoreFailure) -> [RouteWish] {
        try await read { transaction in
            // The state is asked for in a way that only the index of wishes is for: those that wait may be a million.
            let rows = try transaction.all(
                "SELECT DISTINCT wish FROM queue WHERE wish > ? AND coalesce(state, '') = 'waiting' ORDER BY wish LIMIT ?",
                [after.map(MessageText.text) ?? "", max(0, limit)]
            ) { try $0.text() }
            // A damaged row is held when it is claimed; the others must not wait for it.
            return rows.compactMap { try? MessageText.wish($0) }
        }
    }

    package func wake(_ wish: RouteWish, lane: Account?, limit: Int, at now: Date) async throws(StoreFailure) -> Int {
        try await write { transaction in
            try transaction.change(
                """
                UPDATE queue SET due = ?1, lane = ?2, withoutRoute = withoutRoute + \(transaction.dialect.greatest)(0, ?1 - lacksRouteSince), lacksRouteSince = NULL, wish = NULL
                WHERE message IN (SELECT message FROM queue WHERE wish = ?3 AND state = 'waiting' ORDER BY message LIMIT ?4)
                """, [now.milliseconds, LaneText.write(lane), MessageText.text(of: wish), max(0, limit)])
        }
    }
}

extension Transaction {
    /// At once where the world has moved since it was decided: what it waits for may have come while it was being written.
    func due(_ wait: RouteWait, at now: Date) throws -> Int64 {
        // Behind the lock: a change that commits before us is seen, and one behind us sees the message.
        let newest = if dialect.lockJournal != nil, head == nil { try takeBearings().moment } else { try currentMoment() }
        return wait.isCurrent(newest.edition, newest.revision) ? wait.until.milliseconds : now.milliseconds
    }
}
