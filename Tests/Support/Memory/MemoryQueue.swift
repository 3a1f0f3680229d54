internal import Mail
package import Relay
package import struct FoundationEssentials.Date

extension MemoryStore: Queue {
    package func list(_ filter: QueueFilter) async throws(StoreFailure) -> [QueuedMessage] {
        try await enter(.list)
        var rows = messages[...]
        if let after = filter.after {
            guard let index = rows.firstIndex(where: { $0.message.id == after }) else { throw .notFound("message \(after) to go on from") }
            rows = rows[(index + 1)...]
        }
        let wanted = rows.filter { row in row.state != .done && filter.state.map { $0 == row.state } ?? true }
        return wanted.prefix(max(0, filter.limit)).map(\.queued)
    }

    package func depth() async throws(StoreFailure) -> QueueDepth {
        try await enter(.list)
        let rows = messages.filter { $0.state != .done }
        return QueueDepth(
            counts: Dictionary(grouping: rows, by: \.state).mapValues(\.count),
            oldest: rows.first { $0.state == .waiting }?.message.acceptedAt)
    }

    package func show(_ message: SpoolID) async throws(StoreFailure) -> QueuedMessage? {
        try await enter(.show)
        return messages.first { $0.message.id == message }?.queued
    }

    package func turn(of message: SpoolID, at now: Date) async throws(StoreFailure) -> QueueTurn? {
        try await enter(.show)
        let due = messages.indices.filter { messages[$0].state == .waiting && messages[$0].due.map { $0 <= now } == true }
        guard let index = due.first(where: { messages[$0].message.id == message }) else { return nil }
        let row = messages[index]
        let lane = due.filter { messages[$0].lane == row.lane }
        let ahead = lane.filter {
            messages[$0].message.share == row.message.share && (messages[$0].due ?? now, $0) < (row.due ?? now, index)
        }
        return QueueTurn(
            lane: row.lane, share: row.message.share, ahead: ahead.count,
            others: Set(lane.map { messages[$0].message.share }).subtracting([row.message.share]).count)
    }

    package func change(_ message: SpoolID, _ action: QueueAction, by person: String, at now: Date) async throws(StoreFailure) {
        try await enter(.change)
        guard let index = messages.firstIndex(where: { $0.message.id == message }) else { throw .notFound("message \(message)") }
        let before = messages[index].state
        try messages[index].change(action, by: person, at: now)
        if messages[index].state == .done { contents[message] = nil }
        note(
            [
                JournalEntry(
                    at: now, kind: .queue, message: message,
                    facts: [.init("action", action.rawValue), .init("from", before.rawValue)], personal: [.init(.person, person)])
            ], [])
        committed()
    }
}

extension MemoryMessage {
    fileprivate var queued: QueuedMessage {
        QueuedMessage(
            message: message, state: state, why: why, attempts: attempts, nextAttempt: state == .waiting ? due : nil, isUnknown: isUnknown,
            recipients: zip(message.envelope.recipients, outcomes).map { QueuedMessage.RecipientState(recipient: $0, outcome: $1) })
    }

    fileprivate mutating func change(_ action: QueueAction, by person: String, at now: Date) throws(StoreFailure) {
        if let obstacle = action.obstacle(to: queued) { throw .conflict(obstacle) }
        switch action {
        case .retry, .release:
            // Whoever was refused is tried again; whoever has the message does not get it twice.
            if state == .failed { for index in outcomes.indices { if case .refused? = outcomes[index] { outcomes[index] = nil } } }
            (state, due) = (.waiting, now)
        case .hold: (state, why, due) = (.held, "held by \(person)", nil)
        case .remove: (state, why, due, doneAt) = (.done, "removed by \(person)", nil, now)
        }
    }
}
