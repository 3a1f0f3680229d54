internal import Crypto
internal import Synchronization

/// The keys a vault has at hand. More than one while keys are being rotated: the store says which one is sealed under, and what was sealed under
/// another goes on opening.
///
/// A class because every copy of a vault shares it: a running service learns of a new key without being started again.
final class KeyRing: Sendable {
    struct Key: Sendable {
        let id: String
        let symmetric: SymmetricKey

        /// 32 bytes.
        init(_ secret: Secret) throws(VaultError) {
            guard secret.count == 32 else { throw .badKey(length: secret.count) }
            let bytes = secret.reveal()
            symmetric = SymmetricKey(data: bytes)
            let digest = SHA256.hash(data: Array("mandate key id".utf8) + bytes)
            id = digest.prefix(6).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        }
    }

    private struct State {
        var keys: [Key]
        var current: Key
    }

    private let state: Mutex<State>
    private let reload: @Sendable () -> [Secret]

    /// `keys` is not empty; the first is sealed under until `use` says otherwise.
    init(_ keys: [Key], reload: @escaping @Sendable () -> [Secret]) {
        state = Mutex(State(keys: keys, current: keys[0]))
        self.reload = reload
    }

    var current: Key { state.withLock { $0.current } }
    var ids: [String] { state.withLock { $0.keys.map(\.id) } }

    func use(_ id: String) -> Bool {
        guard let key = key(id) else { return false }
        state.withLock { $0.current = key }
        return true
    }

    /// A key that is not at hand may have come meanwhile, so its source is read anew. No key is ever let go of: a value that was read before it was
    /// sealed anew must still open.
    func key(_ id: String) -> Key? {
        if let key = state.withLock({ $0.keys.first { $0.id == id } }) { return key }
        let found = reload().compactMap { secret in try? Key(secret) }  // one that cannot be a key is not the one looked for
        return state.withLock { state in
            for key in found where !state.keys.contains(where: { $0.id == key.id }) { state.keys.append(key) }
            return state.keys.first { $0.id == id }
        }
    }
}
