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
    /// The day, since 1970, on which each client was last here.
    private(set) var days: [ClientID: Int64] = [:]

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

    mutating func add(_ client: ClientID, at now: Date) {
        days[client] = max(days[client] ?? 0, now.milliseconds / 86_400_000)
    }

    mutating func add(_ traffic: Traffic, at now: Date) {
        let key = TrafficKey(route: traffic.route, outcome: traffic.outcome, hour: Transaction.hour(now))
        self.traffic[key, default: 0] += traffic.recipients
    }

    /// They may come out of order: the last outcome is the latest one's, not the last written.
    ///
    /// In one order, whoever writes them: two who add to the same sums at once must not wait for each other.
    func write(to transaction: Transaction) throws {
        try transaction.put(
            sightings.sorted { $0.key < $1.key }.map { key, sum in
                [
                    key.address.key, key.role.rawValue, sum.first.address.description, sum.first.at.milliseconds, sum.last.at.milliseconds,
                    sum.count, sum.last.outcome,
                ]
            }, into: Self.sighting)
        for (client, day) in days.sorted(by: { $0.key < $1.key }) where transaction.knownDays[client] ?? -1 < day {
            try transaction.run(Self.clientDay, [client.text, day])
        }
        try transaction.put(
            usages.sorted { $0.key < $1.key }.map { key, sum in
                [key.account.login, key.account.provider.text, key.hour, sum.messages, sum.recipients]
            }, into: Self.usage)
        try transaction.put(
            traffic.sorted { $0.key < $1.key }.map { key, recipients in [key.hour, key.route, key.outcome.rawValue, recipients] },
            into: Self.traffic)
    }

    fileprivate static let tables = [sighting, usage, traffic]
    private static let clientDay =
        "INSERT INTO clientUse (client, day) VALUES (?1, ?2) ON CONFLICT (client) DO UPDATE SET day = ?2 WHERE clientUse.day < ?2"
    private static let sighting = SumTable(
        "sighting", "addressKey, role, address, first, last, count, lastOutcome", columns: 7,
        """
        ON CONFLICT (addressKey, role) DO UPDATE SET
            first = CASE WHEN excluded.first < sighting.first THEN excluded.first ELSE sighting.first END,
            lastOutcome = CASE WHEN excluded.last >= sighting.last THEN excluded.lastOutcome ELSE sighting.lastOutcome END,
            last = CASE WHEN excluded.last > sighting.last THEN excluded.last ELSE sighting.last END,
            count = sighting.count + excluded.count
        """)
    private static let usage = SumTable(
        "usage", "login, provider, hour, messages, recipients", columns: 5,
        """
        ON CONFLICT (login, provider, hour) DO UPDATE SET messages = usage.messages + excluded.messages,
            recipients = usage.recipients + excluded.recipients
        """)
    private static let traffic = SumTable(
        "traffic", "hour, route, outcome, recipients", columns: 4,
        "ON CONFLICT (hour, route, outcome) DO UPDATE SET recipients = traffic.recipients + excluded.recipients")
}

/// How rows come to a sum: each is added to the one that is there, or appended, and taken from there later.
private struct SumTable: Sendable {
    let adding: ManyRows
    let appending: ManyRows
    private let name: String
    private let head: String
    private let joining: String

    init(_ name: String, _ list: String, columns: Int, _ joining: String) {
        self.name = name
        self.joining = joining
        head = "INSERT INTO \(name) (\(list))"
        adding = ManyRows(head, columns: columns, joining)
        appending = ManyRows("INSERT INTO \(AppendedSums.table(name)) (\(list))", columns: columns)
    }

    func addUp(_ appended: AppendedSums) -> String? {
        appended.takings[name].map { "\($0.with) \(head) \($0.rows) \(joining)" }
    }
}

extension Transaction {
    fileprivate func put(_ rows: [Values], into sum: SumTable) throws {
        try put(rows, with: dialect.appendedSums == nil ? sum.adding : sum.appending)
    }

    /// What was appended becomes part of its sum.
    func addUpSums() throws {
        guard let appended = dialect.appendedSums else { return }
        for statement in Sums.tables.compactMap({ $0.addUp(appended) }) { try run(statement) }
    }
}

/// A statement for several rows at once, in a few sizes that are prepared once.
struct ManyRows: Sendable {
    fileprivate let sizes: [(count: Int, sql: String)]

    /// `head`: up to the values; `tail`: behind them.
    init(_ head: String, columns: Int, _ tail: String = "") {
        let row = "(" + Array(repeating: "?", count: columns).joined(separator: ", ") + ")"
        sizes = [16, 4, 1].map { ($0, "\(head) VALUES \(Array(repeating: row, count: $0).joined(separator: ", ")) \(tail)") }
    }
}

extension Transaction {
    func put(_ rows: [Values], with statement: ManyRows) throws {
        var rest = rows[...]
        for (count, sql) in statement.sizes {
            while rest.count >= count {
                var values: Values = []
                for row in rest.prefix(count) { values += row }
                try run(sql, values)
                rest = rest.dropFirst(count)
            }
        }
    }
}
