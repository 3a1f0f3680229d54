internal import Crypto

/// Seals secrets with AES-256-GCM under a key that is not in the database, each bound to its row: a sealed value moved to another row does not open.
package struct Vault: Sendable {
    private let ring: KeyRing

    /// 32 bytes.
    package init(key: Secret) throws(VaultError) { try self.init(keys: [key]) }

    /// The first key is sealed under, until the store says otherwise (`use`). `reload` reads the keys' source anew: it is asked when a value was sealed
    /// under a key that is not at hand.
    package init(keys: [Secret], reload: @escaping @Sendable () -> [Secret] = { [] }) throws(VaultError) {
        var known: [KeyRing.Key] = []
        for key in keys { known.append(try KeyRing.Key(key)) }
        guard !known.isEmpty else { throw .badKey(length: 0) }
        ring = KeyRing(known, reload: reload)
    }

    /// Says which key a value is sealed under, so that `rotate` can tell what is left; derived from the key, reveals nothing of it.
    package var keyID: String { ring.current.id }

    /// Of every key at hand.
    package var keyIDs: [String] { ring.ids }

    /// From now on everything is sealed under this key, here and in every copy of this vault; false when it is not to be had.
    package func use(_ keyID: String) -> Bool { ring.use(keyID) }

    package func seal(_ secret: Secret, for name: SecretName) throws(VaultError) -> Sealed {
        let key = ring.current
        do {
            let box = try AES.GCM.seal(secret.reveal(), using: key.symmetric, authenticating: Array(name.binding.utf8))
            guard let combined = box.combined else { throw VaultError.cannotSeal }
            return Sealed(keyID: key.id, bytes: Array(combined))
        } catch { throw .cannotSeal }
    }

    /// Marks a text that is given away and may come back, so that it is known for ours; a mark for one purpose is none for another.
    package func mark(of text: String, for purpose: String) -> String {
        let key = ring.current
        return key.id + Self.separator + Self.mac(of: text, for: purpose, key).hexadecimal
    }

    /// Whether this vault made the mark, with a key that is at hand: for a stranger's sake none is looked for.
    package func isMark(_ mark: String, of text: String, for purpose: String) -> Bool {
        let parts = mark.split(separator: Self.separator)
        guard parts.count == 2, ring.ids.contains(String(parts[0])), let key = ring.key(String(parts[0])) else { return false }
        return Array(parts[1].utf8).isSame(as: Array(Self.mac(of: text, for: purpose, key).hexadecimal.utf8))
    }

    private static let separator = "-"

    private static func mac(of text: String, for purpose: String, _ key: KeyRing.Key) -> [UInt8] {
        let own = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.symmetric, info: Array("mandate/1/mark/\(purpose)".utf8), outputByteCount: 32)
        return Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: own))
    }

    package func open(_ sealed: Sealed, for name: SecretName) throws(VaultError) -> Secret {
        guard let key = ring.key(sealed.keyID) else { throw .otherKey(sealed.keyID) }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.bytes)
            return Secret(Array(try AES.GCM.open(box, using: key.symmetric, authenticating: Array(name.binding.utf8))))
        } catch { throw .doesNotOpen(name) }
    }
}

package enum VaultError: Error, Sendable, Hashable, CustomStringConvertible {
    case badKey(length: Int)
    case otherKey(String)
    case doesNotOpen(SecretName)
    case cannotSeal

    package var description: String {
        switch self {
        case .badKey(let length): "the key must have 32 bytes, this one has \(length)"
        case .otherKey(let id): "sealed under the key \(id), which is not the one at hand: give the key file the store was made with"
        case .doesNotOpen(let name): "the \(name) does not open: it was damaged or moved from another row"
        case .cannotSeal: "the secret could not be sealed"
        }
    }
}
