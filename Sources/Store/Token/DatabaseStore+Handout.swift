internal import Foundation
internal import Mail
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: HandoutStore {
    package func record(_ handouts: [Handout], journal: [JournalEntry]) async throws(StoreFailure) {
        try await write { transaction in
            for handout in handouts {
                try transaction.insert(handout)
                transaction.sums.add(handout.client, at: handout.at)
            }
            try transaction.append(journal)
        }
    }

    package func handout(_ id: HandoutID) async throws(StoreFailure) -> Handout? {
        try await read { try $0.handouts("WHERE id = ?", [id.text]).first }
    }

    package func unreported(before: Date, limit: Int) async throws(StoreFailure) -> [Handout] {
        try await report {
            try $0.handouts("WHERE reportedAt IS NULL AND at < ? ORDER BY at, id LIMIT ?", [before.milliseconds, max(0, limit)])
        }
    }

    package func report(_ id: HandoutID, _ outcome: HandoutOutcome, at now: Date) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            let isFirst = try transaction.change(
                "UPDATE handout SET reportedAt = ? WHERE id = ? AND reportedAt IS NULL", [now.milliseconds, id.text])
            guard isFirst == 1 else { return false }
            try transaction.append(outcome.journal)
            for sighting in outcome.sightings { transaction.sums.add(sighting) }
            for usage in outcome.usages { transaction.sums.add(usage, at: now) }
            try transaction.observe(outcome.observations)
            return true
        }
    }
}

extension Transaction {
    fileprivate func insert(_ handout: Handout) throws {
        try run(
            """
            INSERT INTO handout (id, client, at, expires, login, provider, transport, author, purpose, addresses, reportedAt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
            """,
            [
                handout.id.text, handout.client.text, handout.at.milliseconds, handout.expires.milliseconds, handout.login,
                handout.provider.text, handout.transport.rawValue, MessageText.text(of: handout.author), handout.purpose?.rawValue,
                ListText.write(handout.from.map(\.description)),
            ])
    }

    fileprivate func handouts(_ condition: String, _ arguments: Values) throws -> [Handout] {
        let columns = "id, client, at, expires, login, provider, transport, author, purpose, addresses, reportedAt"
        return try all("SELECT \(columns) FROM handout \(condition)", arguments) { row in
            Handout(
                id: HandoutID(trusted: try row.text()), client: ClientID(trusted: try row.text()), at: try row.date(),
                expires: try row.date(),
                login: try row.text(), provider: ProviderID(trusted: try row.text()), transport: try row.choice(),
                author: try MessageText.author(row.text()), purpose: try row.optionalChoice(),
                from: try row.list().map { try Columns.address($0) }, reportedAt: try row.optionalDate())
        }
    }
}
