internal import Crypto
internal import FoundationEssentials
internal import JWTKit
package import Relay
internal import SwiftASN1
internal import X509

/// Signs what an application says of itself (RFC 7523): as a client in place of a secret, or as a service account in the name of a user.
package enum Assertion {
    /// Seconds. Entra takes up to ten minutes (domain.md 2.3); half of that forgives a clock and is little for a thief.
    private static let clientLife = 300
    /// Seconds; the most Google takes (domain.md 3.4).
    private static let accountLife = 3600

    /// RFC 7523 section 2.2, PS256 with the certificate's SHA-256 thumbprint, as Entra wants it.
    static func client(
        _ clientID: String, certificate: String, key: Secret, audience: String, id: String, at now: Date
    ) async throws(TokenFailure) -> Secret {
        let leaf: [UInt8]
        do {
            var serializer = DER.Serializer()
            try serializer.serialize(Certificate(pemEncoded: certificate))
            leaf = serializer.serializedBytes
        } catch { throw .missing("the application's certificate cannot be read: \(error)") }
        let seconds = Int(now.timeIntervalSince1970)
        let claims = Claims(
            iss: clientID, sub: clientID, aud: audience, iat: seconds, exp: seconds + clientLife, nbf: seconds, jti: id, scope: nil)
        let thumbprint = Base64URL.text(Array(SHA256.hash(data: leaf)))
        return try await sign(claims, ["x5t#S256": .string(thumbprint), "typ": .string("JWT")], key, isPSS: true)
    }

    /// RFC 7523 section 2.1, RS256, as Google wants it.
    static func account(
        _ account: ServiceAccount, key: Secret, subject: String, scope: String, audience: String, at now: Date
    ) async throws(TokenFailure) -> Secret {
        let seconds = Int(now.timeIntervalSince1970)
        let claims = Claims(
            iss: account.address, sub: subject, aud: audience, iat: seconds, exp: seconds + accountLife, nbf: nil, jti: nil, scope: scope)
        return try await sign(claims, ["kid": .string(account.keyID), "typ": .string("JWT")], key, isPSS: false)
    }

    /// Both ways to sign want RSA; JWTKit takes none below 2048 bits.
    package static func canSign(with key: Secret) -> Bool { (try? Insecure.RSA.PrivateKey(pem: key.revealText())) != nil }

    private static func sign(_ claims: Claims, _ header: JWTHeader, _ key: Secret, isPSS: Bool) async throws(TokenFailure) -> Secret {
        let keys = JWTKeyCollection()
        do {
            let known = try Insecure.RSA.PrivateKey(pem: key.revealText())
            _ = isPSS ? await keys.add(pss: known, digestAlgorithm: .sha256) : await keys.add(rsa: known, digestAlgorithm: .sha256)
        } catch {
            // The library's words could quote the key.
            throw .missing("the private key is no unencrypted RSA key of at least 2048 bits in PEM form (PKCS#8 or PKCS#1)")
        }
        do { return Secret(try await keys.sign(claims, header: header)) } catch { throw .missing("the assertion could not be signed") }
    }

    private struct Claims: JWTPayload {
        var iss: String
        var sub: String
        var aud: String
        var iat: Int
        var exp: Int
        var nbf: Int?
        var jti: String?
        var scope: String?

        /// Ours are made to be sent, not to be believed.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }
}
