internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// Who has a message in hand, and what comes of it: claims, settlements, waiting for a route, and what a crash leaves.
extension MemoryStore {
    package func claim(
        _ limit: Int, rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date
    ) async throws(StoreFailure) -> ClaimedBatch {
        try await enter(.claim)
        let due = messages.indices.filter { index in
            guard let due = messages[index].due, due <= now else { return false }
            guard !rooms.inHand.contains(messages[index].message.id) else { return false }
            return messages[index].state == .waiting
                || (messages[index].state == .claimed && due < now && messages[index].claimant != claimant)
        }
        var deal = Deal(limit: max(0, limit), rooms: rooms)
        let oldest = due.sorted { (messages[$0].due ?? now, $0) < (messages[$1].due ?? now, $1) }
        for index in oldest where messages[index].state == .claimed { _ = deal.take(Int64(index), in: messages[index].lane) }
        let waiting = oldest.filter { messages[$0].state == .waiting }
        let lines = Dictionary(grouping: waiting) { Line(lane: messages[$0].lane, share: messages[$0].message.share) }
        let hands = deal.choose(
            lines.map { .init(lane: $0.lane, share: $0.share, due: messages[$1[0]].due ?? now, number: Int64($1[0])) }
        ) { line, most in
            (lines[Line(lane: line.lane, share: line.share)] ?? []).prefix(most).map(Int64.init)
        }
        let chosen = hands.chosen.map(Int.init).sorted { (messages[$0].due ?? now, $0) < (messages[$1].due ?? now, $1) }
        let entries = chosen.map { index in
            if messages[index].state == .claimed { noteUnknown(index, at: now) }
            messages[index].state = .claimed
            messages[index].attempts += 1
            messages[index].due = until
            messages[index].claimant = claimant
            return entry(messages[index], claimant, until, at: now)
        }
        committed()
        try fail(behind: .claim)
        return ClaimedBatch(entries: entries, moment: moment, crowded: hands.crowded, turns: hands.turns)
    }

    private struct Line: Hashable {
        let lane: Account?
        let share: QueueShare
    }

    package func renew(_ claims: [Claim], until: Date) async throws(StoreFailure) -> Set<SpoolID> {
        try await enter(.renew)
        var lost: Set<SpoolID> = []
        for claim in claims {
            if let index = try? held(claim) { messages[index].due = until } else { lost.insert(claim.message) }
        }
        committed()
        return lost
    }

    package func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await enter(.release)
        var released: [SpoolID] = []
        for index in messages.indices where messages[index].claimant == claimant && !inHand.contains(messages[index].message.id) {
            messages[index].state = .waiting
            messages[index].due = now
            messages[index].claimant = nil
            messages[index].attempts -= 1
            released.append(messages[index].message.id)
        }
        committed()
        return released
    }

    package func settle(_ settlement: Settlement) async throws(StoreFailure) {
        try await enter(.settle)
        let index = try held(settlement.claim)
        var row = messages[index]
        for (recipient, outcome) in settlement.outcomes {
            guard row.outcomes.indices.contains(recipient), row.outcomes[recipient] == nil else {
                throw .conflict("recipient \(recipient) of \(row.message.id) is not there or has an outcome already")
            }
            row.outcomes[recipient] = outcome
        }
        row.take(settlement.state, at: settlement.at)
        if let lane = settlement.lane { row.lane = lane }
        if let refusals = settlement.pairRefusals { row.pairRefusals = refusals }
        if let wait = settlement.routeWait {
            row.due = due(wait, at: settlement.at)
            row.lacksRouteSince = row.lacksRouteSince ?? settlement.at
            row.isOutside = settlement.routeWait?.isOutside == true
        } else {
            row.withoutRoute = row.withoutRoute(at: settlement.at)
            row.lacksRouteSince = nil
        }
        if settlement.isPostponed {
            row.attempts -= 1
            row.isUnknown = messages[index].isUnknown
        }
        guard row.state != .done || row.remaining.isEmpty else { throw .conflict("\(row.message.id) has recipients without an outcome") }
        messages[index] = row
        if row.state == .done { contents[row.message.id] = nil }
        settlements.append(settlement)
        note(settlement.journal, settlement.sightings)
        see(settlement.observations)
        for usage in settlement.usages { usages.append((Self.hour(settlement.at), usage)) }
        for traffic in settlement.traffic { traffics.append((Self.hour(settlement.at), traffic)) }
        if let notice = settlement.notice {
            try keep(notice.message, lastChunk: notice.body, number: 0, .due, lane: notice.lane)
        }
        committed()
    }

    package func routeWishes(after: RouteWish?, limit: Int, at now: Date) async throws(StoreFailure) -> [RouteWish] {
        try await enter(.routeWishes)
        let wishes = Set(messages.filter { $0.state == .waiting && $0.lacksRouteSince != nil }.map(\.wish))
        let sorted = wishes.map { ($0.order, $0) }.sorted { $0.0 < $1.0 }
        return Array(sorted.filter { entry in after.map { $0.order < entry.0 } ?? true }.map(\.1).prefix(max(0, limit)))
    }

    package func wake(_ wish: RouteWish, lane: Account?, limit: Int, at now: Date) async throws(StoreFailure) -> Int {
        try await enter(.wake)
        let found = messages.indices.filter {
            messages[$0].state == .waiting && messages[$0].lacksRouteSince != nil && messages[$0].wish == wish
        }.prefix(max(0, limit))
        for index in found {
            messages[index].withoutRoute = messages[index].withoutRoute(at: now)
            messages[index].lacksRouteSince = nil
            messages[index].due = now
            messages[index].lane = lane
        }
        committed()
        return found.count
    }

    func due(_ wait: RouteWait, at now: Date) -> Date { wait.isCurrent(book.edition, revision) ? wait.until : now }

    package func noteSetBack(at now: Date, since before: Date?) async throws(StoreFailure) -> Double {
        try await enter(.setBack)
        let since = journal.rows.lastIndex { $0.entry.facts.contains(JournalEntry.Fact("action", JournalEntry.clockSetBack)) } ?? -1
        let times = journal.rows[(since + 1)...].map(\.entry.at) + [before].compactMap(\.self)
        guard let last = times.max(), last.timeIntervalSince(now) >= SetBack.least else { return 0 }
        let seconds = last.timeIntervalSince(now)
        var waiting = 0
        for index in messages.indices where messages[index].state == .waiting {
            guard let due = messages[index].due, due > now else { continue }
            messages[index].due = max(now, due.addingTimeInterval(-seconds))
            waiting += 1
        }
        see(observed.compactMap { $0.observation.setBack(by: seconds, at: now) })
        note([.clockSetBack(by: seconds, waiting: waiting, at: now)], [])
        committed()
        return seconds
    }

    package func recover(for claimant: Claimant, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await enter(.recover)
        var released: [SpoolID] = []
        for index in messages.indices {
            guard messages[index].state == .claimed, let holder = messages[index].claimant, holder.node == claimant.node,
                holder.incarnation != claimant.incarnation
            else { continue }
            noteUnknown(index, at: now)
            messages[index].state = .waiting
            messages[index].due = now
            messages[index].claimant = nil
            released.append(messages[index].message.id)
        }
        let end = now.addingTimeInterval(Claimant.leaseOfTheDead)
        for (name, lease) in leases where claimant.outlived(lease.holder) { leases[name] = (lease.holder, min(lease.until, end)) }
        committed()
        return released
    }

    private func entry(_ row: MemoryMessage, _ claimant: Claimant, _ until: Date, at: Date) -> SpoolEntry {
        SpoolEntry(
            message: row.message,
            claim: Claim(message: row.message.id, attempt: row.attempts, claimant: claimant, until: until),
            remaining: row.remaining, isUnknown: row.isUnknown, refusals: row.refusals, lane: row.lane,
            withoutRoute: row.withoutRoute(at: at),
            lacksRoute: row.lacksRouteSince != nil,
            pairRefusals: row.pairRefusals)
    }

    private func held(_ claim: Claim) throws(StoreFailure) -> Int {
        guard let index = messages.firstIndex(where: { $0.message.id == claim.message && $0.isHeld(by: claim) }) else { throw .claimLost }
        return index
    }

    private func noteUnknown(_ index: Int, at now: Date) {
        messages[index].isUnknown = true
        journal.append(
            JournalEntry(
                at: now, kind: .unknown, message: messages[index].message.id,
                facts: [.init("attempt", String(messages[index].attempts))]))
    }
}

extension RouteWish {
    fileprivate var order: String {
        author.all.map { "\($0.name ?? "") \($0.address)" }.joined(separator: ",") + " " + (purpose?.rawValue ?? "")
    }
}

extension MemoryMessage {
    fileprivate var wish: RouteWish { RouteWish(author: message.author, purpose: message.purpose, isOutside: isOutside) }

    fileprivate mutating func take(_ next: Settlement.Next, at now: Date) {
        claimant = nil
        isUnknown = false
        due = nil
        switch next {
        case .waiting(let until, let why): (state, self.why, due) = (.waiting, why, until)
        case .held(let why): (state, self.why) = (.held, why)
        case .failed(let why): (state, self.why) = (.failed, why)
        case .done: (state, why, doneAt) = (.done, "", now)
        }
    }
}
