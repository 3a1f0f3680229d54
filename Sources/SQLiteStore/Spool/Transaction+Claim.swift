internal import Foundation
internal import GRDB
internal import Mail
internal import Relay

/// Claiming, and what becomes of claims.
extension Transaction {
    /// In the order in which they became due, which for messages not tried yet is the order of acceptance. A claim of another run that ran out is taken
    /// over, and the message is `unknown` from then on.
    func claim(_ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date) throws -> ClaimedBatch {
        let (chosen, crowded) = try choose(limit, rooms, by: claimant, at: now)
        guard !chosen.isEmpty else { return ClaimedBatch(entries: [], moment: try moment(), crowded: crowded) }
        let found = try readable(chosen, at: now)
        guard !found.isEmpty else { return try claim(limit, rooms, by: claimant, at: now, until: until) }
        let rows = found.filter { !rooms.inHand.contains($0.message.id) }
        let expired = rows.filter { $0.state == .claimed }
        try append(expired.map { Self.unknownEntry($0.message.id, attempt: $0.attempts, why: "its claim ran out", at: now) })
        try run(
            """
            UPDATE queue SET isUnknown = isUnknown OR state = 'claimed', state = 'claimed', attempts = attempts + 1, due = ?, claimNode = ?,
                claimIncarnation = ? WHERE message IN (SELECT value FROM json_each(?))
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
        return ClaimedBatch(entries: entries, moment: try moment(), crowded: crowded)
    }

    private func read(_ messages: [Int64]) throws -> [MessageRow] {
        try all(
            """
            SELECT \(MessageRow.columns) FROM \(MessageRow.waiting) WHERE q.message IN (SELECT value FROM json_each(?))
            ORDER BY q.due, q.message
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
            UPDATE queue SET isUnknown = isUnknown OR state = 'claimed', state = 'held', why = ?, due = NULL, claimNode = NULL,
                claimIncarnation = NULL WHERE message = ?
            """, [why, number])
        let id = try first("SELECT id FROM message WHERE number = ?", [number]) { SpoolID(trusted: try $0.text()) }
        try append([JournalEntry(at: now, kind: .queue, message: id, facts: [.init("action", "hold"), .init("why", "damaged")])])
    }

    /// What may be claimed; of a claim that ran out the row is looked at, for whose it is.
    private static let isClaimable =
        "lane = ? AND due <= ? AND (state = 'waiting' OR (due < ? AND (claimNode <> ? OR claimIncarnation <> ?)))"

    /// The oldest of all lanes that have room. Each lane is asked for its first, and those that come next for as many as they may have: a lane with a million
    /// messages costs no more than one with one.
    private func choose(
        _ limit: Int, _ rooms: LaneRooms, by claimant: Claimant, at now: Date
    ) throws -> (messages: [Int64], crowded: Set<Account?>) {
        guard limit > 0 else { return ([], []) }
        let rooms = LaneText.Rooms(rooms)
        let time = now.milliseconds
        var lanes = try all(
            """
            WITH RECURSIVE known (name) AS (
                SELECT min(lane) FROM queue WHERE due IS NOT NULL
                UNION ALL SELECT (SELECT min(lane) FROM queue WHERE due IS NOT NULL AND lane > name) FROM known WHERE name IS NOT NULL
            )
            SELECT name, q.due, q.message FROM known JOIN queue q ON q.message = (
                SELECT message FROM queue WHERE lane = name AND due <= ?1 ORDER BY due, message LIMIT 1
            ) WHERE name NOT IN (SELECT value FROM json_each(?2))
            """, [time, ListText.write(rooms.full)]
        ) { LaneQueue(name: try $0.text(), due: try $0.integer(), number: try $0.integer()) }
        var chosen: [Int64] = []
        while chosen.count < limit, let place = lanes.indices.min(by: { lanes[$0].next < lanes[$1].next }), lanes[place].next < .none {
            if !lanes[place].isRead {
                let most = max(0, min(rooms.room(in: lanes[place].name), limit - chosen.count))
                lanes[place].rows = try all(
                    "SELECT message, due FROM queue WHERE \(Self.isClaimable) ORDER BY due, message LIMIT ?",
                    [lanes[place].name, time, time, claimant.node, claimant.incarnation, most]
                ) { Place(number: try $0.integer(), due: try $0.integer()) }
                lanes[place].isCutOff = lanes[place].rows?.count == most
            } else if let number = lanes[place].pop() {
                chosen.append(number)
            }
        }
        return (chosen, Set(lanes.filter(\.mayHaveMore).map { LaneText.known($0.name) }))
    }

    func renew(_ claims: [Claim], until: Date) throws -> Set<SpoolID> {
        let texts = claims.map { [$0.message.text, $0.claimant.node, $0.claimant.incarnation, String($0.attempt)] }
        let kept = try all(
            """
            UPDATE queue SET due = ? WHERE state = 'claimed' AND (message, claimNode, claimIncarnation, attempts) IN (
                SELECT m.number, j.value ->> 1, j.value ->> 2, CAST(j.value ->> 3 AS INTEGER) FROM json_each(?) j JOIN message m ON m.id = j.value ->> 0
            ) RETURNING (SELECT id FROM message WHERE number = queue.message)
            """, [until.milliseconds, ListText.write(texts)]
        ) { SpoolID(trusted: try $0.text()) }
        return Set(claims.map(\.message)).subtracting(kept)
    }

    func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) throws -> [SpoolID] {
        let released = try all(
            """
            UPDATE queue SET state = 'waiting', why = 'its claim was lost: nothing was tried', due = ?, attempts = attempts - 1, claimNode = NULL,
                claimIncarnation = NULL
            WHERE claimNode = ? AND claimIncarnation = ?
                AND message NOT IN (SELECT m.number FROM json_each(?) j JOIN message m ON m.id = j.value) RETURNING message
            """, [now.milliseconds, claimant.node, claimant.incarnation, ListText.write(inHand.map(\.text))]
        ) { try $0.integer() }
        return try ids(of: released).map(\.id)
    }

    /// In the order of acceptance.
    private func ids(of messages: [Int64]) throws -> [(number: Int64, id: SpoolID)] {
        guard !messages.isEmpty else { return [] }
        return try all(
            "SELECT number, id FROM message WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number", [ListText.write(messages)]
        ) { (try $0.integer(), SpoolID(trusted: try $0.text())) }
    }

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
            "UPDATE queue SET due = max(?1, due - ?2) WHERE due > ?1 AND state = 'waiting'", [now.milliseconds, Int64(seconds * 1000)])
        try observe(try passingObservations(after: now).compactMap { $0.setBack(by: seconds, at: now) })
        try append([.clockSetBack(by: seconds, waiting: waiting, at: now)])
        return seconds
    }

    func recover(for claimant: Claimant, at now: Date) throws -> [SpoolID] {
        let stale = try all(
            """
            UPDATE queue SET state = 'waiting', why = 'the service stopped while it was being sent', due = ?, isUnknown = 1, claimNode = NULL,
                claimIncarnation = NULL
            WHERE claimNode = ? AND claimIncarnation <> ? RETURNING message, attempts
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

/// A message's place among those that are due.
private struct Place: Comparable {
    var number: Int64
    var due: Int64

    /// Behind all.
    static let none = Place(number: .max, due: .max)

    static func < (left: Self, right: Self) -> Bool { (left.due, left.number) < (right.due, right.number) }
}

/// What of a lane may be claimed, oldest first.
private struct LaneQueue {
    let name: String
    /// That of its oldest; whether that may be claimed is not looked at yet.
    let first: Place
    /// As many of it as there is room for; nil: not read yet.
    var rows: [Place]? {
        didSet { taken = 0 }
    }
    private var taken = 0
    /// There may be more of it than was read.
    var isCutOff = true

    init(name: String, due: Int64, number: Int64) {
        self.name = name
        first = Place(number: number, due: due)
    }

    var isRead: Bool { rows != nil }

    var next: Place {
        guard let rows else { return first }
        return taken < rows.count ? rows[taken] : .none
    }

    var mayHaveMore: Bool { isCutOff || next < .none }

    mutating func pop() -> Int64? {
        guard let rows, taken < rows.count else { return nil }
        defer { taken += 1 }
        return rows[taken].number
    }
}
