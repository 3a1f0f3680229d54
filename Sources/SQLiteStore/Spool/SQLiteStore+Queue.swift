internal import GRDB
package import Relay
package import struct FoundationEssentials.Date

extension SQLiteStore: Queue {
    package func list(_ filter: QueueFilter) async throws(StoreFailure) -> [QueuedMessage] {
        try await report { transaction in
            var conditions = ["m.state <> 'done'"]
            var arguments: StatementArguments = []
            if let state = filter.state {
                conditions.append("m.state = ?")
                arguments += [state.rawValue]
            }
            if let after = filter.after {
                let number = try transaction.first("SELECT number FROM message WHERE id = ?", [after.text]) { try $0.integer() }
                guard let number else { throw StoreFailure.notFound("message \(after) to go on from") }
                conditions.append("m.number > ?")
                arguments += [number]
            }
            arguments += [max(0, filter.limit)]
            let condition = conditions.joined(separator: " AND ")
            return try transaction.queued("WHERE \(condition) ORDER BY m.number LIMIT ?", arguments)
        }
    }

    package func depth() async throws(StoreFailure) -> QueueDepth {
        try await report { transaction in
            let rows = try transaction.all("SELECT state, count(*) FROM message WHERE state <> 'done' GROUP BY state") {
                (try $0.choice() as QueuedMessage.StateName, Int(try $0.integer()))
            }
            let oldest = try transaction.first("SELECT acceptedAt FROM message WHERE state = 'waiting' ORDER BY number LIMIT 1") {
                try $0.date()
            }
            return QueueDepth(counts: Dictionary(rows) { $0 + $1 }, oldest: oldest)
        }
    }

    package func show(_ message: SpoolID) async throws(StoreFailure) -> QueuedMessage? {
        try await read { try $0.queued("WHERE m.id = ?", [message.text]).first }
    }

    package func change(_ message: SpoolID, _ action: QueueAction, by person: String, at now: Date) async throws(StoreFailure) {
        try await write { transaction in
            guard let before = try transaction.queued("WHERE m.id = ?", [message.text]).first else {
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
    fileprivate func queued(_ condition: String, _ arguments: StatementArguments) throws -> [QueuedMessage] {
        let rows = try all("SELECT \(MessageRow.columns) FROM message m \(condition)", arguments) { try MessageRow(&$0) }
        let recipients = try recipients(of: rows.map(\.number))
        return rows.map { row in
            let states = recipients[row.number] ?? []
            return QueuedMessage(
                message: row.message(states.map(\.recipient)), state: row.state, why: row.why, attempts: row.attempts,
                nextAttempt: row.state == .waiting ? row.due.map { Date(milliseconds: $0) } : nil, isUnknown: row.isUnknown,
                recipients: states)
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
                try run(
                    """
                    UPDATE recipient SET outcome = NULL, reply = NULL
                    WHERE outcome = 'refused' AND message = (SELECT number FROM message WHERE id = ?)
                    """, [id.text])
            }
            try set(id, "waiting", why: message.state == .held ? "" : message.why, due: now)
        case .hold: try set(id, "held", why: "held by \(person)", due: nil)
        case .remove:
            try run(
                "UPDATE message SET state = 'done', why = ?, due = NULL, doneAt = ? WHERE id = ?",
                ["removed by \(person)", now.milliseconds, id.text])
            try dropContent(of: id)
        }
    }

    private func set(_ id: SpoolID, _ state: String, why: String, due: Date?) throws {
        try run("UPDATE message SET state = ?, why = ?, due = ? WHERE id = ?", [state, why, due?.milliseconds, id.text])
    }
}
