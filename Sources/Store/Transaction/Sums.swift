internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What a batch adds to the sums that reports and daily limits are read from: its messages often share an address, a login and nearly always an hour, so each sum
/// is written once, with the commit that it is of.
struct Sums {
    private struct SightingKey: Hashable, Comparable {
        let address: EmailAddress
        let role: Sighting.Role

        static func < (left: Self, right: Self) -> Bool {
            (left.address.key, left.role.rawValue) < (right.address.key, right.role.rawValue)
        }
    }

    private struct UsageKey: Hashable, Comparable {
        let account: Account
        let hour: Int64

        static func < (left: Self, right: Self) -> Bool {
            (left.account.login, left.account.provider.text, left.hour) < (right.account.login, right.account.provider.text, right.hour)
        }
    }

    private struct TrafficKey: Hashable, Comparable {
        let route: String
        let outcome: Traffic.Outcome
        let hour: Int64

        static func < (left: Self, right: Self) -> Bool {
            (left.hour, left.route, left.outcome.rawValue) < (right.hour, right.route, right.outcome.rawValue)
        }
    }

    private struct SightingSum {
        var first: Sighting
        var last: Sighting
        var count = 1
    }

    private var sightings: [SightingKey: SightingSum] = [:]
    private var usages: [UsageKey: (messages: Int, recipients: Int)] = [:]
    private var traffic: [TrafficKey: Int] = [:]

    mutating func add(_ sighting: Sighting) {
        let key = SightingKey(address: sighting.address, role: sighting.role)
        guard var sum = sightings[key] else { return sightings[key] = SightingSum(first: sighting, last: sighting) }
        sum.count += 1
        if sighting.at < sum.first.at { sum.first = sighting }
        if sighting.at >= sum.last.at { sum.last = sighting }
        sightings[key] = sum
    }

    mutating func add(_ usage: Usage, at now: Date) {
        let key = UsageKey(account: usage.account, hour: Transaction.hour(now))
        let sum = usages[key] ?? (0, 0)
        usages[key] = (sum.messages + usage.messages, sum.recipients + usage.recipients)
    }

    mutating func add(_ traffic: Traffic, at now: Date) {
        let key = TrafficKey(route: traffic.route, outcome: traffic.outcome, hour: Transaction.hour(now))
        self.traffic[key, default: 0] += traffic.recipients
    }

    /// They may come out of order: the last outcome is the latest one's, not the last written.
    ///
    /// In one order, whoever writes them: two who add to the same sums at once must not wait for each other.
    func write(to transaction: Transaction) throws {
        let (greatest, least) = (transaction.dialect.greatest, transaction.dialect.least)
        for (key, sum) in sightings.sorted(by: { $0.key < $1.key }) {
            try transaction.run(
                """
                INSERT INTO sighting (addressKey, role, address, first, last, count, lastOutcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT (addressKey, role) DO UPDATE SET first = \(least)(sighting.first, ?4), last = \(greatest)(sighting.last, ?5),
                    count = sighting.count + ?6, lastOutcome = CASE WHEN ?5 >= sighting.last THEN ?7 ELSE sighting.lastOutcome END
                """,
                [
                    key.address.key, key.role.rawValue, sum.first.address.description, sum.first.at.milliseconds, sum.last.at.milliseconds,
                    sum.count, sum.last.outcome,
                ])
        }
        for (key, sum) in usages.sorted(by: { $0.key < $1.key }) {
            try transaction.run(
                """
                INSERT INTO usage (login, provider, hour, messages, recipients) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (login, provider, hour) DO UPDATE SET messages = usage.messages + ?4, recipients = usage.recipients + ?5
                """, [key.account.login, key.account.provider.text, key.hour, sum.messages, sum.recipients])
        }
        for (key, recipients) in traffic.sorted(by: { $0.key < $1.key }) {
            try transaction.run(
                """
                INSERT INTO traffic (hour, route, outcome, recipients) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (hour, route, outcome) DO UPDATE SET recipients = traffic.recipients + ?4
                """, [key.hour, key.route, key.outcome.rawValue, recipients])
        }
    }
}
