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

    /// What may be done in which state; a message that is being sent is nobody else's to change.
    fileprivate func change(_ message: QueuedMessage, _ action: QueueAction, by person: String, at now: Date) throws {
        let id = message.message.id
        switch (action, message.state) {
        case (.retry, .waiting), (.release, .held):
            try set(id, "waiting", why: message.state == .held ? "" : message.why, due: now)
        case (.retry, .failed):
            // Whoever was refused is tried again; whoever has the message does not get it twice.
            try run(
                """
                UPDATE recipient SET outcome = NULL, reply = NULL
                WHERE outcome = 'refused' AND message = (SELECT number FROM message WHERE id = ?)
                """, [id.text])
            guard message.recipients.contains(where: { $0.outcome?.columns.name != "sent" }) else {
                throw StoreFailure.conflict("\(id) has reached every recipient: there is nothing to try again")
            }
            try set(id, "waiting", why: message.why, due: now)
        case (.hold, .waiting): try set(id, "held", why: "held by \(person)", due: nil)
        case (.remove, .waiting), (.remove, .held), (.remove, .failed):
            try run(
                "UPDATE message SET state = 'done', why = ?, due = NULL, doneAt = ? WHERE id = ?",
                ["removed by \(person)", now.milliseconds, id.text])
            try dropContent(of: id)
        case (_, .claimed): throw StoreFailure.conflict("\(id) is being sent just now: try again when the attempt has ended")
        case (.retry, .held): throw StoreFailure.conflict("\(id) is held: release it")
        case (_, .done), (.hold, .held), (.hold, .failed), (.release, .waiting), (.release, .failed):
            throw StoreFailure.conflict("\(id) is \(message.state.rawValue): \(action.rawValue) makes no sense there")
        }
    }

    private func set(_ id: SpoolID, _ state: String, why: String, due: Date?) throws {
        try run("UPDATE message SET state = ?, why = ?, due = ? WHERE id = ?", [state, why, due?.milliseconds, id.text])
    }
}
