internal import Foundation
internal import Mail
internal import Relay

/// Claiming, and what becomes of claims.
extension Transaction {
    /// A claim of another run that ran out is taken over, and the message is `unknown` from then on.
    func claim(_ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date) throws -> ClaimedBatch {
        let (hands, goOnBehind) = try choose(limit, rooms, by: claimant, at: now)
        guard !hands.chosen.isEmpty else {
            return ClaimedBatch(entries: [], moment: try currentMoment(), crowded: hands.crowded, goOnBehind: goOnBehind)
        }
        let found = try readable(hands.chosen, at: now)
        guard !found.isEmpty else { return try claim(limit, rooms, by: claimant, at: now, until: until) }
        let rows = found.filter { !rooms.inHand.contains($0.message.id) }
        let expired = rows.filter { $0.state == .claimed }
        try append(expired.map { Self.unknownEntry($0.message.id, attempt: $0.attempts, why: "its claim ran out", at: now) })
        try run(
            """
            UPDATE queue SET isUnknown = isUnknown OR state = 'claimed', state = 'claimed', attempts = attempts + 1, due = NULL, claimUntil = ?,
                claimNode = ?, claimIncarnation = ? WHERE message IN (SELECT value FROM \(dialect.numbers("?")))
            """,
            [until.milliseconds, claimant.node, claimant.incarnation, ListText.write(rows.map(\.number))])
        let entries = rows.map { row in
            let recipients = row.message.envelope.recipients
            return SpoolEntry(
                message: row.message, claim: Claim(message: row.message.id, attempt: row.attempts + 1, claimant: claimant, until: until),
                remaining: recipients.indices.filter { row.outcomes[$0] == nil }, isUnknown: row.isUnknown || row.state == .claimed,
                refusals: row.outcomes.compactMapValues { outcome in
                    if case .refused(let reply) = outcome { reply } else { nil }
                }, lane: row.lane, withoutRoute: row.withoutRoute(at: now), lacksRoute: row.lacksRouteSince != nil,
                pairRefusals: row.pairRefusals)
        }
        return ClaimedBatch(
            entries: entries, moment: try currentMoment(), crowded: hands.crowded, turns: hands.turns, goOnBehind: goOnBehind)
    }

    private func read(_ messages: [Int64]) throws -> [MessageRow] {
        try all(
            """
            SELECT \(MessageRow.columns) FROM \(MessageRow.waiting) WHERE q.message IN (SELECT value FROM \(dialect.numbers("?")))
            ORDER BY coalesce(q.due, q.claimUntil), q.message
            """, [ListText.write(messages)]
        ) { try MessageRow(&$0) }
    }

    /// A row that is not as we wrote it is held for a person to look at: the others must not wait for it.
    private func readable(_ messages: [Int64], at now: Date) throws -> [MessageRow] {
        do { return try read(messages) } catch StoreFailure.damaged {
            var found: [MessageRow] = []
            for number in messages {
                do { found += try read([number]) } catch StoreFailure.damaged(let what) { try hold(damaged: number, what, at: now) }
            }
            return found
        }
    }

    private func hold(damaged number: Int64, _ what: String, at now: Date) throws {
        let why = "it is damaged in the store: \(what)"
        try run(
            """
            UPDATE queue SET isUnknown = isUnknown OR state = 'claimed', state = 'held', why = ?, due = NULL, claimUntil = NULL,
                claimNode = NULL, claimIncarnation = NULL WHERE message = ?
            """, [why, number])
        let id = try first("SELECT id FROM message WHERE number = ?", [number]) { SpoolID(trusted: try $0.text()) }
        try append([JournalEntry(at: now, kind: .queue, message: id, facts: [.init("action", "hold"), .init("why", "damaged")])])
    }

    /// Lines that one claim looks at; a lane's are never parted, or those behind would not have their turn.
    private static let linesAtOnce = 500

    /// Each line is asked for its first, and those that are served for as many as they may have: a lane with a million messages costs no more than one with one.
    private func choose(
        _ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date
    ) throws -> (hands: Deal.Hands, goOnBehind: LanePlace?) {
        guard limit > 0 else { return (Deal.Hands(), nil) }
        let time = now.milliseconds
        var deal = Deal(limit: limit, rooms: rooms)
        for stale in try staleClaims(limit, but: claimant, at: time) { _ = deal.take(stale.number, in: stale.lane) }
        let lines = try lines(behind: rooms.behind, at: time)
        let hands = try deal.choose(lines.compactMap(\.due)) { line, most in
            try all(
                "SELECT message FROM queue WHERE state = 'waiting' AND lane = ? AND share = ? AND due <= ? ORDER BY due, message LIMIT ?\(dialect.skippingLocked)",
                [LaneText.write(line.lane), ShareText.write(line.share), time, most]
            ) { try $0.integer() }
        }
        return (hands, lines.count < Self.linesAtOnce ? nil : lines.last.map { LanePlace($0.lane) })
    }

    private func staleClaims(_ limit: Int, but claimant: Claimant, at time: Int64) throws -> [(number: Int64, lane: Account?)] {
        try all(
            """
            SELECT message, lane FROM queue WHERE state = 'claimed' AND claimUntil < ? AND (claimNode <> ? OR claimIncarnation <> ?)
            ORDER BY claimUntil, message LIMIT ?\(dialect.skippingLocked)
            """, [time, claimant.node, claimant.incarnation, limit]
        ) { (try $0.integer(), LaneText.known(try $0.text())) }
    }

    /// In the index's order; `due`: nil where nothing is.
    private func lines(behind place: LanePlace?, at time: Int64) throws -> [(lane: Account?, due: Deal.Line?)] {
        try all(
            """
            WITH RECURSIVE line (lane, share, number) AS (
                SELECT * FROM (SELECT lane, share, 1 FROM queue WHERE state = 'waiting' AND lane >= ?2 ORDER BY lane, share LIMIT 1) AS foremost
                UNION ALL
                SELECT q.lane, q.share, l.number + 1 FROM line l JOIN queue q ON q.message = coalesce(
                    (SELECT message FROM queue WHERE state = 'waiting' AND lane = l.lane AND share > l.share ORDER BY share LIMIT 1),
                    (SELECT message FROM queue WHERE state = 'waiting' AND lane > l.lane ORDER BY lane, share LIMIT 1)
                ) WHERE l.number < ?3 OR q.lane = l.lane
            )
            SELECT l.lane, l.share, q.due, q.message FROM line l LEFT JOIN queue q ON q.message = (
                SELECT message FROM queue WHERE state = 'waiting' AND lane = l.lane AND share = l.share AND due <= ?1 ORDER BY due, message LIMIT 1
            )
            """, [time, place.map { LaneText.behind($0.lane) } ?? "", Self.linesAtOnce]
        ) { columns in
            let lane = LaneText.known(try columns.text())
            let share = ShareText.read(try columns.text())
            guard let due = try columns.optionalDate() else { return (lane, nil) }
            return (lane, Deal.Line(lane: lane, share: share, due: due, number: try columns.integer()))
        }
    }

    func renew(_ claims: [Claim], until: Date) throws -> Set<SpoolID> {
        let texts = claims.map { [$0.message.text, $0.claimant.node, $0.claimant.incarnation, String($0.attempt)] }
        let kept = try all(
            """
            UPDATE queue SET claimUntil = ? WHERE (message, claimNode, claimIncarnation, attempts) IN (
                SELECT m.number, j.value ->> 1, j.value ->> 2, CAST(j.value ->> 3 AS BIGINT) FROM \(dialect.lists("?")) j JOIN message m ON m.id = j.value ->> 0
            ) RETURNING (SELECT id FROM message WHERE number = queue.message)
            """, [until.milliseconds, ListText.write(texts)]
        ) { SpoolID(trusted: try $0.text()) }
        return Set(claims.map(\.message)).subtracting(kept)
    }

    func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) throws -> [SpoolID] {
        let released = try all(
            """
            UPDATE queue SET state = 'waiting', why = 'its claim was lost: nothing was tried', due = ?, attempts = attempts - 1,
                claimUntil = NULL, claimNode = NULL, claimIncarnation = NULL
            WHERE state = 'claimed' AND claimNode = ? AND claimIncarnation = ?
                AND message NOT IN (SELECT m.number FROM \(dialect.texts("?")) j JOIN message m ON m.id = j.value) RETURNING message
            """, [now.milliseconds, claimant.node, claimant.incarnation, ListText.write(inHand.map(\.text))]
        ) { try $0.integer() }
        return try ids(of: released).map(\.id)
    }

    /// In the order of acceptance.
    private func ids(of messages: [Int64]) throws -> [(number: Int64, id: SpoolID)] {
        guard !messages.isEmpty else { return [] }
        return try all(
            "SELECT number, id FROM message WHERE number IN (SELECT value FROM \(dialect.numbers("?"))) ORDER BY number",
            [ListText.write(messages)]
        ) { (try $0.integer(), SpoolID(trusted: try $0.text())) }
    }

    /// By how many seconds; 0: less than a minute, as clocks are put right every day. Every commit that matters writes a line, so the last ones, back to the one
    /// that tells of such a thing, say what time it was.
    func setBack(at now: Date, since before: Date?) throws -> Double {
        let latest = try first(
            """
            WITH tail AS (SELECT number, at, kind, facts FROM journal ORDER BY number DESC LIMIT 200)
            SELECT max(at) FROM tail WHERE number > coalesce((SELECT max(number) FROM tail WHERE kind = 'queue' AND \(dialect.position)(facts, ?) > 0), 0)
            """, [JournalEntry.clockSetBack]
        ) { try $0.optionalInteger() }
        guard let last = [latest.flatMap(\.self), before?.milliseconds].compactMap(\.self).max(),
            last - now.milliseconds >= Int64(SetBack.least * 1000)
        else {
            return 0
        }
        return Double(last - now.milliseconds) / 1000
    }

    func noteSetBack(at now: Date, since before: Date?) throws -> Double {
        let seconds = try setBack(at: now, since: before)
        guard seconds > 0 else { return 0 }
        let waiting = try change(
            "UPDATE queue SET due = \(dialect.greatest)(?1, due - ?2) WHERE due > ?1 AND state = 'waiting'",
            [now.milliseconds, Int64(seconds * 1000)])
        try observe(try passingObservations(after: now).compactMap { $0.setBack(by: seconds, at: now) })
        try append([.clockSetBack(by: seconds, waiting: waiting, at: now)])
        return seconds
    }

    func recover(for claimant: Claimant, at now: Date) throws -> [SpoolID] {
        let stale = try all(
            """
            UPDATE queue SET state = 'waiting', why = 'the service stopped while it was being sent', due = ?, isUnknown = true,
                claimUntil = NULL, claimNode = NULL, claimIncarnation = NULL
            WHERE state = 'claimed' AND claimNode = ? AND claimIncarnation <> ? RETURNING message, attempts
            """, [now.milliseconds, claimant.node, claimant.incarnation]
        ) { (number: try $0.integer(), attempts: Int(try $0.integer())) }
        let holders = try all("SELECT DISTINCT holder FROM lease", []) { try $0.text() }
        for holder in holders where claimant.outlived(holder) {
            let end = now.addingTimeInterval(Claimant.leaseOfTheDead).milliseconds
            try run("UPDATE lease SET until = ? WHERE holder = ? AND until > ?", [end, holder, end])
        }
        let attempts = Dictionary(uniqueKeysWithValues: stale.map { ($0.number, $0.attempts) })
        let found = try ids(of: stale.map(\.number))
        try append(found.map { Self.unknownEntry($0.id, attempt: attempts[$0.number] ?? 0, why: "the service stopped", at: now) })
        return found.map(\.id)
    }

    private static func unknownEntry(_ message: SpoolID, attempt: Int, why: String, at now: Date) -> JournalEntry {
        JournalEntry(at: now, kind: .unknown, message: message, facts: [.init("attempt", String(attempt)), .init("why", why)])
    }
}
