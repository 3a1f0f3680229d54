package import struct FoundationEssentials.Date

/// A request to send with a key of the client's own (the HTTP field Idempotency-Key, draft-ietf-httpapi-idempotency-key-header): who asks again with
/// the same key gets the first answer, and no second message.
package struct RepeatableRequest: Sendable, Hashable {
    /// Of the client; keys of different clients are strangers.
    package let client: ClientID
    package let key: String
    /// SHA-256 over all that was asked.
    package let digest: [UInt8]

    package init(client: ClientID, key: String, digest: [UInt8]) {
        self.client = client
        self.key = key
        self.digest = digest
    }

    /// Seconds that a key is known: a batch that failed at night is repeated in the morning.
    package static let life: Double = 24 * 3600
    /// Longer ones are none.
    package static let longestKey = 255
}

/// Remembers what was asked with a key.
package protocol RequestStore: Sendable {
    /// What the key was used for, if that was within its life.
    func request(_ key: String, of client: ClientID, at now: Date) async throws(StoreFailure) -> (
        request: RepeatableRequest, message: SpoolID
    )?
}
