internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The key that signs a pretend provider's id tokens, and what it publishes of it (RFC 7517). Made when it is first asked for: RSA keys take a while.
struct SigningKey: Sendable {
    let id: String
    private let key: _RSA.Signing.PrivateKey

    init(id: String) {
        self.id = id
        do { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) } catch { preconditionFailure("2048 bits are a size for RSA: \(error)") }
    }

    /// A compact JWS (RFC 7515 section 3.1), RS256.
    func sign(_ claims: [String: Any]) -> String {
        let text = Self.part(["alg": "RS256", "typ": "JWT", "kid": id]) + "." + Self.part(claims)
        do {
            let signature = try key.signature(for: SHA256.hash(data: Data(text.utf8)), padding: .insecurePKCS1v1_5)
            return text + "." + Base64URL.text(signature.rawRepresentation)
        } catch { preconditionFailure("a key of our own signs: \(error)") }
    }

    /// As Entra publishes it: without `alg`.
    var published: [String: Any] {
        do {
            let parts = try key.publicKey.getKeyPrimitives()
            return [
                "kty": "RSA", "use": "sig", "kid": id, "n": Base64URL.text(parts.modulus), "e": Base64URL.text(parts.publicExponent),
            ]
        } catch { preconditionFailure("a key of our own has its numbers: \(error)") }
    }

    private static func part(_ object: [String: Any]) -> String { Base64URL.text(JSONText.data(object)) }
}
