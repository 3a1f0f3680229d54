internal import Foundation
internal import GRDB
internal import Relay

/// Claiming, settling and recovering.
extension Transaction {
    /// In the order in which they became due, which for messages not tried yet is the order of acceptance. A claim of another run that ran out is taken
    /// over, and the message is `unknown` from then on.
    func claim(_ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date) throws -> [SpoolEntry] {
        let chosen = try choose(limit, rooms, by: claimant, at: now)
        guard !chosen.isEmpty else { return [] }
        let (found, recipients) = try readable(chosen, at: now)
        guard !found.isEmpty else { return try claim(limit, rooms, by: claimant, at: now, until: until) }
        let rows = found.filter { !rooms.inHand.contains($0.id) }
        let expired = rows.filter { $0.state == .claimed }
        try append(expired.map { Self.unknownEntry($0.id, attempt: $0.attempts, why: "its claim ran out", at: now) })
        try run(
            """
            UPDATE message SET isUnknown = isUnknown OR state = 'claimed', state = 'claimed', attempts = attempts + 1, due = ?, claimNode = ?,
                claimIncarnation = ? WHERE number IN (SELECT value FROM json_each(?))
            """,
            [until.milliseconds, claimant.node, claimant.incarnation, try ListText.write(rows.map(\.number))])
        return rows.map { row in
            let states = recipients[row.number] ?? []
            return SpoolEntry(
                message: row.message(states.map(\.recipient)),
                claim: Claim(message: row.id, attempt: row.attempts + 1, claimant: claimant, until: until),
                remaining: states.indices.filter { states[$0].outcome == nil }, isUnknown: row.isUnknown || row.state == .claimed,
                refusals: states.enumerated().reduce(into: [:]) { refusals, state in
                    if case .refused(let reply)? = state.element.outcome { refusals[state.offset] = reply }
                }, lane: row.lane, withoutRoute: row.withoutRoute(at: now), lacksRoute: row.lacksRouteSince != nil,
                pairRefusals: row.pairRefusals)
        }
    }

    private typealias Found = (rows: [MessageRow], recipients: [Int64: [QueuedMessage.RecipientState]])

    private func read(_ messages: [Int64]) throws -> Found {
        let rows = try all(
            "SELECT \(MessageRow.columns) FROM message m WHERE m.number IN (SELECT value FROM json_each(?)) ORDER BY m.due, m.number",
            [try ListText.write(messages)]
        ) { try MessageRow(&$0) }
        return (rows, try recipients(of: rows.map(\.number)))
    }

    /// A row that is not as we wrote it is held for a person to look at: the others must not wait for it.
    private func readable(_ messages: [Int64], at now: Date) throws -> Found {
        do { return try read(messages) } catch StoreFailure.damaged {
            var found: Found = ([], [:])
            for number in messages {
                do {
                    let one = try read([number])
                    found.rows += one.rows
                    found.recipients.merge(one.recipients) { first, _ in first }
                } catch StoreFailure.damaged(let what) { try hold(damaged: number, what, at: now) }
            }
            return found
        }
    }

    private func hold(damaged number: Int64, _ what: String, at now: Date) throws {
        let why = "it is damaged in the store: \(what)"
        let id = try first(
            """
            UPDATE message SET isUnknown = isUnknown OR state = 'claimed', state = 'held', why = ?, due = NULL, claimNode = NULL,
                claimIncarnation = NULL WHERE number = ? RETURNING id
            """, [why, number]
        ) { SpoolID(trusted: try $0.text()) }
        try append([JournalEntry(at: now, kind: .queue, message: id, facts: [.init("action", "hold"), .init("why", "damaged")])])
    }

    /// From the index alone, which has the lane too: messages of full lanes are passed over without being read. Only of a claim that ran out the row is
    /// looked at, for whose it is.
    private func choose(_ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date) throws -> [Int64] {
        guard limit > 0 else { return [] }
        var chosen: [Int64] = []
        var taken: [String: Int] = [:]
        let rooms = LaneText.Rooms(rooms)
        let sql = """
            SELECT number, lane FROM message
            WHERE due <= ?1 AND (state = 'waiting' OR (due < ?1 AND (claimNode <> ?3 OR claimIncarnation <> ?4)))
                AND lane NOT IN (SELECT value FROM json_each(?2)) ORDER BY due, number
            """
        try eachUntil(sql, [now.milliseconds, try ListText.write(rooms.full), claimant.node, claimant.incarnation]) { columns in
            let number = try columns.integer()
            let lane = try columns.text()
            guard taken[lane, default: 0] < rooms.room(in: lane) else { return true }
            taken[lane, default: 0] += 1
            chosen.append(number)
            return chosen.count < limit
        }
        return chosen
    }

    func renew(_ claim: Claim, until: Date) throws {
        let changed = try run(
            """
            UPDATE message SET due = ? WHERE id = ? AND state = 'claimed' AND claimNode = ? AND claimIncarnation = ? AND attempts = ?
            """,
            [until.milliseconds, claim.message.text, claim.claimant.node, claim.claimant.incarnation, claim.attempt])
        guard changed == 1 else { throw StoreFailure.claimLost }
    }

    func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) throws -> [SpoolID] {
        let released = try all(
            """
            UPDATE message SET state = 'waiting', why = 'its claim was lost: nothing was tried', due = ?, attempts = attempts - 1, claimNode = NULL,
                claimIncarnation = NULL
            WHERE claimNode = ? AND claimIncarnation = ? AND id NOT IN (SELECT value FROM json_each(?)) RETURNING number, id
            """, [now.milliseconds, claimant.node, claimant.incarnation, try ListText.write(inHand.map(\.text))]
        ) { (number: try $0.integer(), id: SpoolID(trusted: try $0.text())) }
        return released.sorted { $0.number < $1.number }.map(\.id)
    }

    func settle(_ settlement: Settlement) throws {
        let claim = settlement.claim
        var next = settlement.state.columns(at: settlement.at)
        if let wait = settlement.routeWait { next.due = try due(wait, at: settlement.at) }
        let time = settlement.at.milliseconds
        let lacksRoute = settlement.routeWait != nil
        let number = try first(
            """
            UPDATE message SET state = ?, why = ?, due = ?, doneAt = ?, lane = coalesce(?, lane), attempts = attempts - ?,
                pairRefusals = coalesce(?, pairRefusals), claimNode = NULL, claimIncarnation = NULL, isUnknown = isUnknown AND ?,
                withoutRoute = withoutRoute + iif(?, 0, max(0, coalesce(? - lacksRouteSince, 0))),
                lacksRouteSince = iif(?, coalesce(lacksRouteSince, ?), NULL)
            WHERE id = ? AND state = 'claimed' AND claimNode = ? AND claimIncarnation = ? AND attempts = ? RETURNING number
            """,
            [
                next.state.rawValue, next.why, next.due, next.doneAt, settlement.lane.map(LaneText.write), settlement.isPostponed ? 1 : 0,
                try settlement.pairRefusals.flatMap(MessageRow.text), settlement.isPostponed, lacksRoute, time, lacksRoute, time,
                claim.message.text, claim.claimant.node, claim.claimant.incarnation, claim.attempt,
            ]
        ) { try $0.integer() }
        guard let number else { throw StoreFailure.claimLost }
        for (index, outcome) in settlement.outcomes.sorted(by: { $0.key < $1.key }) {
            let columns = outcome.columns
            let changed = try run(
                "UPDATE recipient SET outcome = ?, reply = ? WHERE message = ? AND number = ? AND outcome IS NULL",
                [columns.name, columns.reply, number, index])
            guard changed == 1 else {
                throw StoreFailure.conflict("recipient \(index) of \(claim.message) is not there or has an outcome already")
            }
        }
        if settlement.state == .done { try finish(number, id: claim.message) }
    }

    /// The promise of 250 ends only when every recipient's fate is settled.
    private func finish(_ number: Int64, id: SpoolID) throws {
        if try exists("SELECT 1 FROM recipient WHERE message = ? AND outcome IS NULL LIMIT 1", [number]) {
            throw StoreFailure.conflict("\(id) has recipients without an outcome: it cannot be done")
        }
        try dropContent(of: id)
    }

    func dropContent(of message: SpoolID) throws { try run("DELETE FROM content WHERE id = ?", [message.text]) }

    /// By how many seconds; 0: less than a minute, as clocks are put right every day. Every commit that matters writes a line, so the last ones, back to the one
    /// that tells of such a thing, say what time it was.
    func setBack(at now: Date, since before: Date?) throws -> Double {
        let latest = try first(
            """
            WITH tail AS (SELECT number, at, kind, facts FROM journal WHERE strand = ? ORDER BY number DESC LIMIT 200)
            SELECT max(at) FROM tail WHERE number > coalesce((SELECT max(number) FROM tail WHERE kind = 'queue' AND instr(facts, ?) > 0), 0)
            """, [JournalPen.strand, JournalEntry.clockSetBack]
        ) { try $0.optionalInteger() }
        guard let last = [latest.flatMap(\.self), before?.milliseconds].compactMap(\.self).max(), last - now.milliseconds >= 60_000 else {
            return 0
        }
        return Double(last - now.milliseconds) / 1000
    }

    func noteSetBack(at now: Date, since before: Date?) throws -> Double {
        let seconds = try setBack(at: now, since: before)
        guard seconds > 0 else { return 0 }
        let waiting = try run(
            "UPDATE message SET due = max(?1, due - ?2) WHERE due > ?1 AND state = 'waiting'", [now.milliseconds, Int64(seconds * 1000)])
        try observe(try passingObservations(after: now).compactMap { $0.setBack(by: seconds, at: now) })
        try append([.clockSetBack(by: seconds, waiting: waiting, at: now)])
        return seconds
    }

    func recover(for claimant: Claimant, at now: Date) throws -> [SpoolID] {
        let stale = try all(
            """
            UPDATE message SET state = 'waiting', why = 'the service stopped while it was being sent', due = ?, isUnknown = 1, claimNode = NULL,
                claimIncarnation = NULL
            WHERE claimNode = ? AND claimIncarnation <> ? RETURNING number, id, attempts
            """, [now.milliseconds, claimant.node, claimant.incarnation]
        ) { (number: try $0.integer(), id: SpoolID(trusted: try $0.text()), attempts: Int(try $0.integer())) }
        let holders = try all("SELECT DISTINCT holder FROM lease", []) { try $0.text() }
        for holder in holders where claimant.outlived(holder) {
            let end = now.addingTimeInterval(Claimant.leaseOfTheDead).milliseconds
            try run("UPDATE lease SET until = ? WHERE holder = ? AND until > ?", [end, holder, end])
        }
        let sorted = stale.sorted { $0.number < $1.number }
        try append(sorted.map { Self.unknownEntry($0.id, attempt: $0.attempts, why: "the service stopped", at: now) })
        return sorted.map(\.id)
    }

    private static func unknownEntry(_ message: SpoolID, attempt: Int, why: String, at now: Date) -> JournalEntry {
        JournalEntry(at: now, kind: .unknown, message: message, facts: [.init("attempt", String(attempt)), .init("why", why)])
    }
}

extension Settlement.Next {
    /// As the table has it.
    fileprivate func columns(at now: Date) -> (state: QueuedMessage.StateName, why: String, due: Int64?, doneAt: Int64?) {
        switch self {
        case .waiting(let until, let why): (.waiting, why, until.milliseconds, nil)
        case .held(let why): (.held, why, nil, nil)
        case .failed(let why): (.failed, why, nil, nil)
        case .done: (.done, "", nil, now.milliseconds)
        }
    }
}
