package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: Spool {
    package func write(chunk: [UInt8], number: Int, of message: SpoolID, at now: Date) async throws(StoreFailure) {
        try await reserveRoom(for: chunk.count)
        try await write(size: chunk.count) { try $0.write(chunk: chunk, number: number, of: message, at: now) }
    }

    package func discard(_ message: SpoolID) async throws(StoreFailure) {
        while try await write({ try $0.discard(message) }) {}
    }

    @discardableResult package func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?, quota: Quota,
        request: RepeatableRequest?, journal: [JournalEntry], sightings: [Sighting]
    ) async throws(StoreFailure) -> StoreMoment {
        let size = lastChunk.count + message.header.count
        try await reserveRoom(for: size)
        let row = AcceptanceRow(message, lastChunk: lastChunk, number: number)
        let lines = try lines(journal)
        let moment = try await commit(
            size: size, isPlain: quota.isEmpty && request == nil, withdraw: { try $0.withdrawOrHold(message, request) }
        ) {
            transaction, _ in
            if let request { try transaction.remember(request, as: message) }
            try transaction.take(message, within: quota)
            try transaction.accept(row, beginning, lane: lane)
            try transaction.append(lines)
            for sighting in sightings { transaction.sums.add(sighting) }
            if let client = message.client { transaction.sums.add(client, at: message.acceptedAt) }
            transaction.needsMoment = true
            return { transaction.moment }
        }
        guard let moment else { throw .damaged("a commit has no moment") }
        noteFiling(of: lines.count)
        return moment
    }

    package func use(of client: ClientID, at now: Date) async throws(StoreFailure) -> ClientUse {
        try await read { try $0.use(of: client, at: now) }
    }

    package func claim(
        _ limit: Int, rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date
    ) async throws(StoreFailure) -> ClaimedBatch {
        try await write { transaction in
            try transaction.claim(limit, rooms, by: claimant, at: now, until: until)
        }
    }

    package func renew(_ claims: [Claim], until: Date) async throws(StoreFailure) -> Set<SpoolID> {
        try await write { try $0.renew(claims, until: until) }
    }

    package func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await write { try $0.release(claimant, except: inHand, at: now) }
    }

    package func chunk(_ number: Int, of message: SpoolID) async throws(StoreFailure) -> [UInt8]? {
        try await read { transaction in
            try transaction.first(
                """
                SELECT bytes FROM body WHERE message = (SELECT number FROM message WHERE id = ?1) AND ?2 = 0
                UNION ALL SELECT bytes FROM chunk WHERE content = (SELECT number FROM content WHERE id = ?1) AND number = ?2
                """, [message.text, number]
            ) { try $0.bytes() }
        }
    }

    package func settle(_ settlement: Settlement) async throws(StoreFailure) {
        let lines = try lines(settlement.journal)
        var ask: (@Sendable (Transaction) throws -> any LaterRows)?
        if settlement.state == .done { ask = { try $0.askForFinished(settlement) } }
        try await commit(isPatient: true, isPlain: ask != nil, ask: ask) { transaction, finished -> () -> Void in
            try transaction.settle(settlement, finished)
            try transaction.append(lines)
            for sighting in settlement.sightings { transaction.sums.add(sighting) }
            for usage in settlement.usages { transaction.sums.add(usage, at: settlement.at) }
            for traffic in settlement.traffic { transaction.sums.add(traffic, at: settlement.at) }
            try transaction.observe(settlement.observations)
            if let notice = settlement.notice { try transaction.accept(notice) }
            return {}
        }
        noteFiling(of: lines.count)
    }

    package func noteSetBack(at now: Date, since before: Date?) async throws(StoreFailure) -> Double {
        guard try await read({ try $0.setBack(at: now, since: before) }) > 0 else { return 0 }
        return try await write { try $0.noteSetBack(at: now, since: before) }
    }

    package func recover(for claimant: Claimant, at now: Date) async throws(StoreFailure) -> [SpoolID] {
        try await write { try $0.recover(for: claimant, at: now) }
    }

    package func sweep(at now: Date) async throws(StoreFailure) -> SweepStep {
        var step = try await write { try $0.sweep(at: now) }
        // Last, since it wants room, and on a full disk the sweep is what makes some.
        if step.isLast { step.isLast = try await fileNext() }
        return step
    }
}
