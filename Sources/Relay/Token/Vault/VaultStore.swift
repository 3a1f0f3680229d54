package import struct FoundationEssentials.Date

/// Sealed values by the key they are sealed under, so that a new key can replace the old one while others work (`mandate vault rotate`).
package protocol VaultStore: Sendable {
    /// The only key that may be sealed under; nil: no key was ever rotated, and it is the one the store was made with.
    func sealingKey() async throws(StoreFailure) -> String?
    /// From this commit on nothing is kept that is sealed under another key: such a write is refused with `keyMoved`.
    func moveKey(to keyID: String, by person: String, at now: Date) async throws(StoreFailure)
    /// Seals anew what is under another key, in one commit and no more than `limit` values, so that others get their turn between two calls.
    func reseal(_ kind: SecretName.Kind, after owner: String, limit: Int, with vault: Vault) async throws(StoreFailure) -> Resealed
    /// How many values there are of each kind under each key.
    func sealedCounts() async throws(StoreFailure) -> [SealedCount]
}

/// What one step of sealing anew did.
package struct Resealed: Sendable, Hashable {
    /// Where the next step goes on; nil: there is nothing more of this kind.
    package var last: String?
    package var count: Int
    /// Tokens and consents that did not open and were dropped: a fresh one costs a request.
    package var dropped: Int
    /// Secrets that did not open, and stay as they are.
    package var unreadable: [SecretName]

    package init(last: String? = nil, count: Int = 0, dropped: Int = 0, unreadable: [SecretName] = []) {
        self.last = last
        self.count = count
        self.dropped = dropped
        self.unreadable = unreadable
    }
}

package struct SealedCount: Sendable, Hashable {
    package let kind: SecretName.Kind
    package let keyID: String
    package let count: Int

    package init(kind: SecretName.Kind, keyID: String, count: Int) {
        self.kind = kind
        self.keyID = keyID
        self.count = count
    }
}

extension SecretName.Kind {
    /// Can be had again without a person.
    package var isReplaceable: Bool {
        switch self {
        case .accessToken, .consent: true
        case .clientSecret, .privateKey, .refreshToken, .journalKey: false
        }
    }
}

extension Vault {
    /// The same secret under the key of now; nil where it does not open.
    package func resealed(_ sealed: Sealed, of name: SecretName) -> Sealed? {
        do throws(VaultError) { return try seal(try open(sealed, for: name), for: name) } catch { return nil }
    }
}
