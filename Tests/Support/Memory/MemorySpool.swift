internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// A message and where it stands.
struct MemoryMessage {
    let message: AcceptedMessage
    var state: QueuedMessage.StateName
    var why: String
    var attempts = 0
    /// When it is due, or when its claim runs out; nil: neither.
    var due: Date?
    var isUnknown = false
    var claimant: Claimant?
    var outcomes: [RecipientOutcome?]
    var doneAt: Date?
    var lane: Account?
    var lacksRouteSince: Date?
    var isOutside = false
    var withoutRoute: Double = 0
    var pairRefusals: [PairRefusal] = []

    var remaining: [Int] { outcomes.indices.filter { outcomes[$0] == nil } }
    var refusals: [Int: String] {
        outcomes.enumerated().reduce(into: [:]) { refusals, outcome in
            if case .refused(let reply)? = outcome.element { refusals[outcome.offset] = reply }
        }
    }

    func withoutRoute(at now: Date) -> Double { withoutRoute + max(0, lacksRouteSince.map { now.timeIntervalSince($0) } ?? 0) }

    func isHeld(by claim: Claim) -> Bool { state == .claimed && claimant == claim.claimant && attempts == claim.attempt }
}

/// The pieces of a body, accepted or not yet.
struct MemoryContent {
    let startedAt: Date
    var isKept = false
    var chunks: [Int: [UInt8]] = [:]
}

extension MemoryStore: Spool {
    package func write(chunk: [UInt8], number: Int, of message: SpoolID, at now: Date) async throws(StoreFailure) {
        try await enter(.write)
        var content = contents[message] ?? MemoryContent(startedAt: now)
        guard !content.isKept else { throw .conflict("the message \(message) was accepted already") }
        content.chunks[number] = chunk
        contents[message] = content
        largestChunk = max(largestChunk, chunk.count)
        committed()
        await leave(.write)
    }

    package func discard(_ message: SpoolID) async throws(StoreFailure) {
        try await enter(.discard)
        if contents[message]?.isKept == false { contents[message] = nil }
        committed()
        await leave(.discard)
    }

    @discardableResult package func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?, quota: Quota,
        request: RepeatableRequest?, journal: [JournalEntry], sightings: [Sighting]
    ) async throws(StoreFailure) -> StoreMoment {
        try await enter(.accept)
        if let request {
            if let earlier = requests[request.client.text + " " + request.key],
                message.acceptedAt.timeIntervalSince(earlier.at) < RepeatableRequest.life
            {
                throw .repeated(earlier.message)
            }
        }
        if let client = message.client, !quota.isEmpty {
            let recipients = message.envelope.recipients.count
            let use = known(of: client, at: message.acceptedAt)
            if let excess = quota.excess(over: use, recipients: recipients, octets: message.size, at: message.acceptedAt) {
                throw .overQuota(excess)
            }
        }
        try keep(message, lastChunk: lastChunk, number: number, beginning, lane: lane)
        if let client = message.client, !quota.isEmpty {
            let minute = ClientUse.Minute(
                number: ClientUse.minute(of: message.acceptedAt), messages: 1, recipients: message.envelope.recipients.count)
            minutes[client, default: []].append(minute)
        }
        if let request { requests[request.client.text + " " + request.key] = (request.digest, message.id, message.acceptedAt) }
        note(journal, sightings)
        if let client = message.client { noteUse(of: client, at: message.acceptedAt) }
        committed()
        try fail(behind: .accept)
        let moment = moment
        await leave(.accept)
        return moment
    }

    /// False: it is not in the queue.
    func withdraw(_ message: SpoolID, _ request: RepeatableRequest?) -> Bool {
        guard let index = messages.firstIndex(where: { $0.message.id == message }), messages[index].state != .done else { return false }
        messages[index].state = .done
        messages[index].why = "withdrawn"
        messages[index].due = nil
        messages[index].claimant = nil
        contents[message] = nil
        if let request { requests[request.client.text + " " + request.key] = nil }
        committed()
        return true
    }

    package func use(of client: ClientID, at now: Date) async throws(StoreFailure) -> ClientUse {
        try await enter(.use)
        return known(of: client, at: now)
    }

    private func known(of client: ClientID, at now: Date) -> ClientUse {
        let hour = ClientUse.hour(at: now)
        let queued = messages.filter { $0.message.client == client && $0.state != .failed && $0.state != .done }
        return ClientUse(
            minutes: (minutes[client] ?? []).filter { hour.contains($0.number) }.sorted { $0.number < $1.number },
            queuedMessages: queued.count, queuedOctets: queued.reduce(0) { $0 + $1.message.size })
    }

    var moment: StoreMoment { StoreMoment(edition: book.edition, revision: revision) }

    func keep(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?
    ) throws(StoreFailure) {
        var content = contents[message.id] ?? MemoryContent(startedAt: message.acceptedAt)
        guard !content.isKept else { throw .conflict("the message \(message.id) was accepted already") }
        guard !message.envelope.recipients.isEmpty else { throw .conflict("a message needs a recipient") }
        if !lastChunk.isEmpty { content.chunks[number] = lastChunk }
        let pieces = number + (lastChunk.isEmpty ? 0 : 1)
        guard content.chunks.count == pieces, content.chunks.values.reduce(0, { $0 + $1.count }) == message.bodySize else {
            throw .conflict("the body is not whole: send it again")
        }
        content.isKept = true
        contents[message.id] = content
        largestChunk = max(largestChunk, lastChunk.count)
        var row = MemoryMessage(
            message: message, state: .waiting, why: beginning.why ?? "", due: message.acceptedAt,
            outcomes: message.envelope.recipients.map { _ in nil }, lane: lane)
        switch beginning {
        case .due: break
        case .claimed(let claimant, let until):
            row.state = .claimed
            row.attempts = 1
            row.due = until
            row.claimant = claimant
        case .waiting(let wait):
            row.due = due(wait, at: message.acceptedAt)
            row.lacksRouteSince = message.acceptedAt
        case .held:
            row.state = .held
            row.due = nil
        }
        messages.append(row)
    }

    package func chunk(_ number: Int, of message: SpoolID) async throws(StoreFailure) -> [UInt8]? {
        try await enter(.chunk)
        return contents[message]?.chunks[number]
    }

    /// A handful at a time, so that nobody takes one step for all.
    package func sweep(at now: Date) async throws(StoreFailure) -> SweepStep {
        try await enter(.sweep)
        // A day is more than any client takes over one message; a week is how long people ask what became of one.
        let orphans = contents.filter { !$0.value.isKept && now.timeIntervalSince($0.value.startedAt) > 86_400 }.keys.prefix(3)
        for orphan in orphans { contents[orphan] = nil }
        let old = messages.filter { $0.doneAt.map { now.timeIntervalSince($0) > 7 * 86_400 } ?? false }.map(\.message.id).prefix(3)
        messages.removeAll { old.contains($0.message.id) }
        committed()
        return SweepStep(rows: orphans.count + old.count, isLast: orphans.count < 3 && old.count < 3)
    }
}
