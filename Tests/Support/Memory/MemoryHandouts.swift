package import Relay
package import struct FoundationEssentials.Date

extension MemoryStore: HandoutStore, RequestStore {
    package func record(_ handouts: [Handout], journal: [JournalEntry]) async throws(StoreFailure) {
        try await enter(.handout)
        for handout in handouts {
            self.handouts[handout.id] = handout
            noteUse(of: handout.client, at: handout.at)
        }
        note(journal, [])
        committed()
    }

    package func handout(_ id: HandoutID) async throws(StoreFailure) -> Handout? {
        try await enter(.handout)
        return handouts[id]
    }

    package func unreported(before: Date, limit: Int) async throws(StoreFailure) -> [Handout] {
        try await enter(.handout)
        let found = handouts.values.filter { $0.reportedAt == nil && $0.at < before }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        return Array(found.prefix(limit))
    }

    package func report(_ id: HandoutID, _ outcome: HandoutOutcome, at now: Date) async throws(StoreFailure) -> Bool {
        try await enter(.handout)
        guard let handout = handouts[id], handout.reportedAt == nil else { return false }
        handouts[id]?.reportedAt = now
        note(outcome.journal, outcome.sightings)
        for usage in outcome.usages { usages.append((Self.hour(now), usage)) }
        see(outcome.observations)
        committed()
        return true
    }

    package func request(
        _ key: String, of client: ClientID, at now: Date
    ) async throws(StoreFailure) -> (request: RepeatableRequest, message: SpoolID)? {
        try await enter(.request)
        guard let found = requests[client.text + " " + key], now.timeIntervalSince(found.at) < RepeatableRequest.life else { return nil }
        return (RepeatableRequest(client: client, key: key, digest: found.digest), found.message)
    }
}
