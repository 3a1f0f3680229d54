internal import Foundation
internal import GRDB
package import Relay
package import struct FoundationEssentials.Date

extension SQLiteStore: RequestStore {
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
        if let earlier = try self.request(request.key, of: request.client, at: message.acceptedAt) {
            throw StoreFailure.repeated(earlier.message)
        }
        try run(
            "INSERT OR REPLACE INTO repeatable (client, key, digest, message, at) VALUES (?, ?, ?, ?, ?)",
            [request.client.text, request.key, request.digest, message.id.text, message.acceptedAt.milliseconds])
    }
}
