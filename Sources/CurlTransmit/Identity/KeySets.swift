internal import FoundationEssentials
internal import JWTKit
internal import Relay

/// The signing keys of providers, had once an hour. An actor, because several consents may end at once and must not each fetch them: whoever comes while
/// they are being fetched waits for that one request.
actor KeySets {
    /// Seconds. Providers announce new keys a day ahead.
    private static let life: Double = 3600
    /// Seconds between two looks for a key that is not had: anyone can send a token that names one.
    private static let patience: Double = 60

    /// Keys had under one certificate authority do not speak for a provider under another.
    private struct Place: Hashable {
        let address: String
        let trusted: String?
    }

    private struct Entry {
        let keys: Task<Result<JWTKeyCollection, IdentityFailure>, Never>
        let fetched: Date
        /// When a key that was not among them was last looked for.
        let looked: Date?
    }

    private var entries: [Place: Entry] = [:]
    private let fetch: @Sendable (_ address: String, _ trusted: String?) async throws(IdentityFailure) -> [UInt8]
    private let now: @Sendable () -> Date

    init(
        now: @escaping @Sendable () -> Date,
        fetch: @escaping @Sendable (_ address: String, _ trusted: String?) async throws(IdentityFailure) -> [UInt8]
    ) {
        self.now = now
        self.fetch = fetch
    }

    /// Keys at most an hour old. With `isNewest`: what was had did not do, be it that a key is new or that an old name has a new key; they are looked for at
    /// once, however young they are, but not more than once a minute.
    func keys(at address: String, trusting trusted: String?, isNewest: Bool) async throws(IdentityFailure) -> JWTKeyCollection {
        let place = Place(address: address, trusted: trusted)
        let known = entries[place]
        let isFresh =
            if isNewest { known?.looked.map { isWithin(Self.patience, since: $0) } ?? false } else {
                known.map { isWithin(Self.life, since: $0.fetched) } ?? false
            }
        if isFresh, let known, case .success(let keys) = await known.keys.value { return keys }
        let task = Task { () -> Result<JWTKeyCollection, IdentityFailure> in
            do throws(IdentityFailure) { return .success(try await fetchKeys(place)) } catch { return .failure(error) }
        }
        entries[place] = Entry(keys: task, fetched: now(), looked: isNewest ? now() : known?.looked)
        return try await task.value.get()
    }

    private func isWithin(_ seconds: Double, since date: Date) -> Bool { now().timeIntervalSince(date).magnitude < seconds }

    private func fetchKeys(_ place: Place) async throws(IdentityFailure) -> JWTKeyCollection {
        let body = try await fetch(place.address, place.trusted)
        let list: KeyList
        do { list = try JSONDecoder().decode(KeyList.self, from: Data(body)) } catch {
            throw .temporary("the provider's signing keys (\(place.address)) cannot be read")
        }
        let keys = JWTKeyCollection()
        for (number, key) in list.keys.enumerated() {
            guard var known = key.known else { continue }
            // Optional (RFC 7517 section 4.5), but the collection wants a name.
            if known.keyIdentifier == nil { known.keyIdentifier = JWKIdentifier(string: "unnamed-\(number)") }
            // One that is too short, or of a kind that is not known here, can sign nothing that is believed here; the others can.
            do { try await keys.add(jwk: known) } catch { continue }
        }
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
