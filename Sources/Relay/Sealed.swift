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

/// A secret that is kept anew, or goes.
package struct SecretChange: Sendable, Hashable {
    package let name: SecretName
    /// nil removes it.
    package let sealed: Sealed?

    package init(name: SecretName, sealed: Sealed?) {
        self.name = name
        self.sealed = sealed
    }
}
