package import Mail
package import Relay
package import struct FoundationEssentials.Date

/// One thing seen, and at which revision.
struct MemoryObservation {
    let observation: Observation
    let revision: Int64
}

/// An address in one role.
struct MemorySighting: Hashable {
    let address: EmailAddress
    let role: Sighting.Role
}

extension MemoryStore: ConditionsStore {
    package func conditions(of addresses: Set<EmailAddress>?) async throws(StoreFailure) -> Conditions {
        try await enter(.conditions)
        let wanted = observed.map(\.observation).filter { observation in
            guard let addresses, case .standing(let key, _) = observation else { return true }
            return addresses.contains(key.from)
        }
        return Conditions(wanted, revision: revision)
    }

    package func observations(since revision: Int64) async throws(StoreFailure) -> (observations: [Observation], revision: Int64) {
        try await enter(.observations)
        let answer = (observed.filter { $0.revision > revision }.map(\.observation), self.revision)
        await leave(.observations)
        return answer
    }

    package func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
        try await enter(.observe)
        see(observations)
        note(journal, [])
        committed()
    }

    package func dataVersion() async throws(StoreFailure) -> Int64 {
        try await enter(.dataVersion)
        return commits
    }

    /// The last word on each thing, at the revision it was spoken.
    func see(_ observations: [Observation]) {
        guard !observations.isEmpty else { return }
        revision += 1
        for observation in observations {
            observed.removeAll { $0.observation.subject == observation.subject }
            observed.append(MemoryObservation(observation: observation, revision: revision))
        }
    }
}

extension MemoryStore: AuditStore {
    package func warn(_ warning: Warning, at now: Date) async throws(StoreFailure) -> Bool {
        try await enter(.warn)
        guard warnings.insert(warning).inserted else { return false }
        note([warning.entry(at: now)], [])
        committed()
        return true
    }

    package func sightings() async throws(StoreFailure) -> [SightingTotal] {
        try await enter(.sightings)
        return totals.values.sorted { ($0.address.key, $0.role.rawValue) < ($1.address.key, $1.role.rawValue) }
    }

    package func usage(of account: Account, since: Date) async throws(StoreFailure) -> Usage {
        try await enter(.usage)
        let hour = Self.hour(since)
        let sums = usages.filter { $0.usage.account == account && $0.hour >= hour }.map(\.usage)
        return Usage(of: account, messages: sums.reduce(0) { $0 + $1.messages }, recipients: sums.reduce(0) { $0 + $1.recipients })
    }

    package func clientDays() async throws(StoreFailure) -> [ClientID: Date] {
        try await enter(.usage)
        return days
    }

    func noteUse(of client: ClientID, at now: Date) {
        let day = Date(timeIntervalSince1970: (now.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400)
        days[client] = max(days[client] ?? day, day)
    }

    package func traffic(since: Date) async throws(StoreFailure) -> [TrafficTotal] {
        try await enter(.usage)
        let hour = Self.hour(since)
        var sums: [MemoryTraffic: Int] = [:]
        for (at, traffic) in traffics where at >= hour {
            sums[MemoryTraffic(hour: at, route: traffic.route, outcome: traffic.outcome), default: 0] += traffic.recipients
        }
        return sums.sorted { ($0.key.hour, $0.key.route, $0.key.outcome.rawValue) < ($1.key.hour, $1.key.route, $1.key.outcome.rawValue) }
            .map { key, count in
                TrafficTotal(
                    hour: Date(timeIntervalSince1970: Double(key.hour) * 3600),
                    traffic: Traffic(route: key.route, outcome: key.outcome, recipients: count))
            }
    }

    package func delays(since: Date, limit: Int) async throws(StoreFailure) -> [Double] {
        try await enter(.usage)
        let done = messages.compactMap { row in row.doneAt.map { (row.message.acceptedAt, $0) } }.filter { $0.1 > since }.sorted {
            $0.1 > $1.1
        }
        return done.prefix(limit).map { $0.1.timeIntervalSince($0.0) }
    }

    static func hour(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 / 3600).rounded(.down)) }

    func see(_ sighting: Sighting) {
        let key = MemorySighting(address: sighting.address, role: sighting.role)
        let before = totals[key]
        let isLatest = before.map { sighting.at >= $0.last } ?? true
        totals[key] = SightingTotal(
            address: sighting.address, role: sighting.role, first: min(before?.first ?? sighting.at, sighting.at),
            last: max(before?.last ?? sighting.at, sighting.at), count: (before?.count ?? 0) + 1,
            lastOutcome: isLatest ? sighting.outcome : before?.lastOutcome ?? sighting.outcome)
    }
}

private struct MemoryTraffic: Hashable {
    let hour: Int64
    let route: String
    let outcome: Traffic.Outcome
}

extension Observation {
    /// What it speaks of.
    fileprivate var subject: [String] {
        switch self {
        case .standing(let key, _): ["standing"] + key.account.words + [key.from.key, key.transport.rawValue]
        case .mailbox(let account, let transport, _): ["mailbox"] + account.words + [transport?.rawValue ?? ""]
        case .grant(let id, _): ["grant", id.text]
        case .application(let id, _): ["application", id.text]
        case .acknowledged(let finding, _): ["acknowledged", finding]
        case .tenant(let lane, _): ["tenant"] + lane.words
        case .reported(let key, _):
            ["reported", key.client.text] + key.account.words + [key.transport?.rawValue ?? "", key.from?.key ?? ""]
        }
    }
}

extension Account {
    fileprivate var words: [String] { [provider.text, login] }
}
