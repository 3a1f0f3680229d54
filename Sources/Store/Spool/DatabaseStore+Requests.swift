internal import Foundation
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: RequestStore {
    package func request(
        _ key: String, of client: ClientID, at now: Date
    ) async throws(StoreFailure) -> (request: RepeatableRequest, message: SpoolID)? {
        try await read { try $0.request(key, of: client, at: now) }
    }
}

extension Transaction {
    func request(_ key: String, of client: ClientID, at now: Date) throws -> (request: RepeatableRequest, message: SpoolID)? {
        try first(
            "SELECT digest, message FROM repeatable WHERE client = ? AND key = ? AND at > ?",
            [client.text, key, now.addingTimeInterval(-RepeatableRequest.life).milliseconds]
        ) { (RepeatableRequest(client: client, key: key, digest: try $0.bytes()), SpoolID(trusted: try $0.text())) }
    }

    /// A key whose life is over is anyone's to use again.
    func remember(_ request: RepeatableRequest, as message: AcceptedMessage) throws {
        // One statement: of two who come at once with one key the second waits here for the first.
        let over = message.acceptedAt.addingTimeInterval(-RepeatableRequest.life).milliseconds
        let isFirst =
            try change(
                """
                INSERT INTO repeatable (client, key, digest, message, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (client, key) DO UPDATE SET digest = ?3, message = ?4, at = ?5 WHERE repeatable.at <= ?6
                """, [request.client.text, request.key, request.digest, message.id.text, message.acceptedAt.milliseconds, over]) == 1
        if isFirst { return }
        let earlier = try first("SELECT message FROM repeatable WHERE client = ? AND key = ?", [request.client.text, request.key]) {
            SpoolID(trusted: try $0.text())
        }
        guard let earlier else { throw StoreFailure.busy }
        throw StoreFailure.repeated(earlier)
    }
}
