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

    package func open(_ sealed: Sealed, for name: SecretName) throws(VaultError) -> Secret {
        guard let key = ring.key(sealed.keyID) else { throw .otherKey(sealed.keyID) }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.bytes)
            return Secret(Array(try AES.GCM.open(box, using: key.symmetric, authenticating: Array(name.binding.utf8))))
        } catch { throw .doesNotOpen(name) }
    }
}

/// A sealed secret: nonce, ciphertext and tag.
package struct Sealed: Sendable, Hashable {
    package let keyID: String
    package let bytes: [UInt8]

    package init(keyID: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.bytes = bytes
    }
}

/// Names a secret, and binds it to the row it belongs to.
package struct SecretName: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case clientSecret = "client-secret"
        /// Of a certificate or a service account; PEM.
        case privateKey = "private-key"
        case refreshToken = "refresh-token"
        case accessToken = "access-token"
        case journalKey = "journal-key"
        /// State, verifier and nonce of a consent under way.
        case consent
    }

    package let kind: Kind
    package let owner: String

    package init(_ kind: Kind, of owner: String) {
        self.kind = kind
        self.owner = owner
    }

    var binding: String { "mandate/1/\(kind.rawValue)/\(owner)" }
    package var description: String { "\(kind.rawValue) of \(owner)" }
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
