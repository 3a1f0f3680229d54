internal import FoundationEssentials
internal import JWTKit
internal import Relay

/// The signing keys of providers, had once an hour. An actor, because several consents may end at once and must not each fetch them.
actor KeySets {
    /// Seconds. Providers announce new keys a day ahead.
    private static let life: Double = 3600
    /// Seconds between two looks for a key that is not known: anyone can send a token that names one.
    private static let patience: Double = 60

    private struct Entry {
        var keys: JWTKeyCollection
        var fetched: Date
    }

    private var entries: [String: Entry] = [:]
    private let fetch: @Sendable (_ address: String, _ trusted: String?) async throws(IdentityFailure) -> [UInt8]
    private let now: @Sendable () -> Date

    init(
        now: @escaping @Sendable () -> Date,
        fetch: @escaping @Sendable (_ address: String, _ trusted: String?) async throws(IdentityFailure) -> [UInt8]
    ) {
        self.now = now
        self.fetch = fetch
    }

    /// Keys at most an hour old; with `isNewest`, at most a minute.
    func keys(at address: String, trusting trusted: String?, isNewest: Bool) async throws(IdentityFailure) -> JWTKeyCollection {
        let age = isNewest ? Self.patience : Self.life
        if let entry = entries[address], now().timeIntervalSince(entry.fetched).magnitude < age { return entry.keys }
        let body = try await fetch(address, trusted)
        let keys = JWTKeyCollection()
        do {
            for key in try JSONDecoder().decode(KeyList.self, from: Data(body)).keys {
                // A key of a kind that is not known here can sign nothing that is believed here.
                if let known = key.known { try await keys.add(jwk: known) }
            }
        } catch { throw .temporary("the provider's signing keys (\(address)) cannot be read") }
        entries[address] = Entry(keys: keys, fetched: now())
        return keys
    }
}

/// A key set (RFC 7517 section 5): keys that cannot be read are passed over, as its section 5 wants.
private struct KeyList: Decodable {
    struct Item: Decodable {
        let known: JWK?

        init(from decoder: any Decoder) throws { known = try? JWK(from: decoder) }  // passed over: see above
    }

    let keys: [Item]
}
