package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: Queue {
    package func list(_ filter: QueueFilter) async throws(StoreFailure) -> [QueuedMessage] {
        try await report { transaction in
            var conditions = ["true"]
            var arguments: Values = []
            if let state = filter.state {
                conditions.append("q.state = ?")
                arguments += [state.rawValue]
            }
            if let after = filter.after {
                let number = try transaction.first("SELECT number FROM message WHERE id = ?", [after.text]) { try $0.integer() }
                guard let number else { throw StoreFailure.notFound("message \(after) to go on from") }
                conditions.append("q.message > ?")
                arguments += [number]
            }
            arguments += [max(0, filter.limit)]
            let condition = conditions.joined(separator: " AND ")
            return try transaction.queued("\(MessageRow.waiting) WHERE \(condition) ORDER BY q.message LIMIT ?", arguments)
        }
    }

    package func depth() async throws(StoreFailure) -> QueueDepth {
        try await report { transaction in
            let rows = try transaction.all("SELECT state, count(*) FROM queue GROUP BY state") {
                (try $0.choice() as QueuedMessage.StateName, Int(try $0.integer()))
            }
            let oldest = try transaction.first(
                "SELECT m.acceptedAt FROM queue q JOIN message m ON m.number = q.message WHERE q.state = 'waiting' ORDER BY q.message LIMIT 1"
            ) { try $0.date() }
            return QueueDepth(counts: Dictionary(rows) { $0 + $1 }, oldest: oldest)
        }
    }

    package func show(_ message: SpoolID) async throws(StoreFailure) -> QueuedMessage? {
        try await read { try $0.queued("\(MessageRow.any) WHERE m.id = ?", [message.text]).first }
    }

    package func turn(of message: SpoolID, at now: Date) async throws(StoreFailure) -> QueueTurn? {
        try await report { try $0.turn(of: message, at: now.milliseconds) }
    }

    package func change(_ message: SpoolID, _ action: QueueAction, by person: String, at now: Date) async throws(StoreFailure) {
        try await write { transaction in
            guard let before = try transaction.queued("\(MessageRow.any) WHERE m.id = ?", [message.text]).first else {
                throw StoreFailure.notFound("message \(message)")
            }
            try transaction.change(before, action, by: person, at: now)
            let facts: [JournalEntry.Fact] = [.init("action", action.rawValue), .init("from", before.state.rawValue)]
            try transaction.append([
                JournalEntry(at: now, kind: .queue, message: message, facts: facts, personal: [.init(.person, person)])
            ])
        }
    }
}

extension Transaction {
    fileprivate func turn(of message: SpoolID, at time: Int64) throws -> QueueTurn? {
        let found = try first(
            """
            SELECT lane, share, due, message FROM queue WHERE message = (SELECT number FROM message WHERE id = ?) AND state = 'waiting' AND due <= ?
            """, [message.text, time]
        ) { (lane: try $0.text(), share: try $0.text(), due: try $0.integer(), number: try $0.integer()) }
        guard let found else { return nil }
        let ahead = try first(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM queue WHERE state = 'waiting' AND lane = ?1 AND share = ?2 AND due <= ?3 AND (due < ?3 OR message < ?4) LIMIT ?5
            ) AS ahead
            """, [found.lane, found.share, found.due, found.number, QueueTurn.most]
        ) { Int(try $0.integer()) }
        let others = try first(
            """
            WITH RECURSIVE line (share) AS (
                SELECT min(share) FROM queue WHERE state = 'waiting' AND lane = ?1
                UNION ALL SELECT (SELECT min(share) FROM queue WHERE state = 'waiting' AND lane = ?1 AND share > l.share) FROM line l
                    WHERE l.share IS NOT NULL
            )
            SELECT count(*) FROM line l WHERE share <> ?2
                AND EXISTS (SELECT 1 FROM queue WHERE state = 'waiting' AND lane = ?1 AND share = l.share AND due <= ?3)
            """, [found.lane, found.share, time]
        ) { Int(try $0.integer()) }
        return QueueTurn(lane: LaneText.known(found.lane), share: ShareText.read(found.share), ahead: ahead ?? 0, others: others ?? 0)
    }

    fileprivate func queued(_ source: String, _ arguments: Values) throws -> [QueuedMessage] {
        try all("SELECT \(MessageRow.columns) FROM \(source)", arguments) { columns in
            let row = try MessageRow(&columns)
            return QueuedMessage(
                message: row.message, state: row.state, why: row.why, attempts: row.attempts,
                nextAttempt: row.state == .waiting ? row.due.map { Date(milliseconds: $0) } : nil, isUnknown: row.isUnknown,
                recipients: row.recipients)
        }
    }

    /// A message that is being sent is nobody else's to change.
    fileprivate func change(_ message: QueuedMessage, _ action: QueueAction, by person: String, at now: Date) throws {
        let id = message.message.id
        if let obstacle = action.obstacle(to: message) { throw StoreFailure.conflict(obstacle) }
        switch action {
        case .retry, .release:
            // Whoever was refused is tried again; whoever has the message does not get it twice.
            if message.state == .failed {
                let sent = message.recipients.enumerated().reduce(into: [Int: RecipientOutcome]()) { outcomes, recipient in
                    if case .sent? = recipient.element.outcome { outcomes[recipient.offset] = recipient.element.outcome }
                }
                try run(
                    "UPDATE queue SET outcomes = ? WHERE message = (SELECT number FROM message WHERE id = ?)",
                    [MessageText.text(of: sent), id.text])
                try count(1, octets: Int64(message.message.size), of: message.message.client)
            }
            try set(id, "waiting", why: message.state == .held ? "" : message.why, due: now)
        case .hold: try set(id, "held", why: "held by \(person)", due: nil)
        case .remove:
            let found = try first(
                """
                DELETE FROM queue WHERE message = (SELECT number FROM message WHERE id = ?)
                RETURNING message, attempts, isUnknown, outcomes, (SELECT isInPieces FROM message WHERE number = queue.message)
                """, [id.text]
            ) {
                (
                    number: try $0.integer(), attempts: try $0.integer(), isUnknown: try $0.flag(), outcomes: try $0.optionalText(),
                    isInPieces: try $0.flag()
                )
            }
            guard let found else { throw StoreFailure.notFound("message \(id) in the queue") }
            if message.state != .failed { try count(-1, octets: -Int64(message.message.size), of: message.message.client) }
            try end(
                found.number, inPiecesAs: found.isInPieces ? id : nil, why: "removed by \(person)", attempts: found.attempts,
                isUnknown: found.isUnknown,
                outcomes: found.outcomes, at: now)
        }
    }

    private func set(_ id: SpoolID, _ state: String, why: String, due: Date?) throws {
        try run(
            "UPDATE queue SET state = ?, why = ?, due = ? WHERE message = (SELECT number FROM message WHERE id = ?)",
            [state, why, due?.milliseconds, id.text])
    }
}
