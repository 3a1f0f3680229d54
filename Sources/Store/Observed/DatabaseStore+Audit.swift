internal import Mail
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: AuditStore {
    package func warn(_ warning: Warning, at now: Date) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            let isNew =
                try transaction.change(
                    "INSERT INTO warning (kind, id, ends, days) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [warning.key.kind.rawValue, warning.key.id, warning.ends.milliseconds, warning.threshold]) == 1
            if isNew { try transaction.append([warning.entry(at: now)]) }
            return isNew
        }
    }

    package func sightings() async throws(StoreFailure) -> [SightingTotal] {
        try await report { transaction in
            try transaction.all(
                "SELECT address, role, first, last, count, lastOutcome FROM \(transaction.dialect.whole("sighting")) ORDER BY addressKey, role"
            ) { columns in
                SightingTotal(
                    address: try columns.address(), role: try columns.choice(), first: try columns.date(), last: try columns.date(),
                    count: Int(try columns.integer()), lastOutcome: try columns.text())
            }
        }
    }

    /// The hour that `since` falls in counts whole: a limit is rather kept too early than broken.
    package func usage(of account: Account, since: Date) async throws(StoreFailure) -> Usage {
        let hour = Transaction.hour(since)
        return try await read { transaction in
            let sums = try transaction.first(
                "SELECT CAST(coalesce(sum(messages), 0) AS BIGINT), CAST(coalesce(sum(recipients), 0) AS BIGINT) FROM \(transaction.dialect.whole("usage")) WHERE login = ? AND provider = ? AND hour >= ?",
                [account.login, account.provider.text, hour]
            ) { (Int(try $0.integer()), Int(try $0.integer())) }
            return Usage(of: account, messages: sums?.0 ?? 0, recipients: sums?.1 ?? 0)
        }
    }

    package func clientDays() async throws(StoreFailure) -> [ClientID: Date] {
        try await report { transaction in
            let rows = try transaction.all("SELECT client, day FROM clientUse") { columns in
                (ClientID(trusted: try columns.text()), Date(milliseconds: try columns.integer() * 86_400_000))
            }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }

    package func traffic(since: Date) async throws(StoreFailure) -> [TrafficTotal] {
        try await report { transaction in
            try transaction.all(
                "SELECT hour, route, outcome, recipients FROM \(transaction.dialect.whole("traffic")) WHERE hour >= ? ORDER BY hour, route, outcome",
                [Transaction.hour(since)]
            ) { columns in
                TrafficTotal(
                    hour: try columns.date(),
                    traffic: Traffic(route: try columns.text(), outcome: try columns.choice(), recipients: Int(try columns.integer())))
            }
        }
    }

    package func delays(since: Date, limit: Int) async throws(StoreFailure) -> [Double] {
        try await report { transaction in
            try transaction.all(
                "SELECT f.doneAt - m.acceptedAt FROM fate f JOIN message m ON m.number = f.message WHERE f.doneAt > ? ORDER BY f.doneAt DESC LIMIT ?",
                [since.milliseconds, max(0, limit)]
            ) { Double(try $0.integer()) / 1000 }
        }
    }
}

extension Transaction {
    static func hour(_ date: Date) -> Int64 {
        let milliseconds = date.milliseconds
        return milliseconds - (milliseconds % 3_600_000 + 3_600_000) % 3_600_000
    }
}
