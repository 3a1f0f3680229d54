internal import Foundation
internal import Mail
internal import Relay

/// What a client with a quota has handed in, counted in the commit that takes the next of it.
extension Transaction {
    /// Counts one more message, or throws `overQuota` and counts nothing.
    func take(_ message: AcceptedMessage, within quota: Quota) throws {
        guard let client = message.client, !quota.isEmpty else { return }
        if let excess = quota.excess(
            over: try use(of: client, at: message.acceptedAt, keepingCount: true), recipients: message.envelope.recipients.count,
            octets: message.size, at: message.acceptedAt)
        {
            throw StoreFailure.overQuota(excess)
        }
        try run(
            """
            INSERT INTO clientMinute (client, minute, messages, recipients) VALUES (?1, ?2, 1, ?3)
            ON CONFLICT (client, minute) DO UPDATE SET messages = clientMinute.messages + 1, recipients = clientMinute.recipients + ?3
            """, [client.text, ClientUse.minute(of: message.acceptedAt), message.envelope.recipients.count])
        try count(1, octets: Int64(message.size), of: client)
    }

    /// `keepingCount`: what is in the queue is counted from now on, if it was not.
    func use(of client: ClientID, at now: Date, keepingCount: Bool = false) throws -> ClientUse {
        let hour = ClientUse.hour(at: now)
        let minutes = try all(
            "SELECT minute, messages, recipients FROM clientMinute WHERE client = ? AND minute BETWEEN ? AND ? ORDER BY minute",
            [client.text, hour.lowerBound, hour.upperBound]
        ) { ClientUse.Minute(number: try $0.integer(), messages: Int(try $0.integer()), recipients: Int(try $0.integer())) }
        let (messages, octets) = try counted(client) ?? sum(of: client, keeping: keepingCount)
        return ClientUse(minutes: minutes, queuedMessages: messages, queuedOctets: octets)
    }

    private func counted(_ client: ClientID) throws -> (messages: Int, octets: Int)? {
        try first("SELECT messages, octets FROM clientQueue WHERE client = ?", [client.text]) {
            (Int(try $0.integer()), Int(try $0.integer()))
        }
    }

    private func sum(of client: ClientID, keeping: Bool) throws -> (messages: Int, octets: Int) {
        let found = try first(
            "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM queue WHERE substr(share, 2) = ? AND state <> 'failed'",
            [client.text]
        ) { (try $0.integer(), try $0.integer()) }
        let (messages, octets) = found ?? (0, 0)
        if keeping {
            try run("INSERT INTO clientQueue (client, messages, octets) VALUES (?, ?, ?)", [client.text, messages, octets])
        }
        return (Int(messages), Int(octets))
    }

    /// It is counted anew when it is asked next: its quota may be new.
    func forgetCount(of client: ClientID) throws { try run("DELETE FROM clientQueue WHERE client = ?", [client.text]) }

    /// So many more or fewer are in the queue; only of clients that are counted.
    func count(_ messages: Int64, octets: Int64, of client: ClientID?) throws {
        guard let client else { return }
        try run(
            "UPDATE clientQueue SET messages = \(dialect.greatest)(0, messages + ?2), octets = \(dialect.greatest)(0, octets + ?3) WHERE client = ?1",
            [client.text, messages, octets])
    }
}
